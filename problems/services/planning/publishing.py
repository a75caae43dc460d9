"""Publishing plans, and taking them out of use."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, lock, perform
from problems.models import Plan, PlanStatus, PlanVersion
from problems.services.planning.checking import refuse_cycles


@transaction.atomic
def publish_version(
    plan: Plan, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Plan:
    """The draft becomes the version that runs, and nobody changes it any more.

    Raises TransitionRefused without a draft, InputRefused where it has no steps, or a plan within it cannot run.
    """
    lock(plan, expected_version=expected_version)
    draft = plan.draft
    if draft is not None:
        _check(plan, draft)
    data = {"number": draft.number} if draft else {}
    perform(plan, "publish_version", actor=actor, via=via, note=note, data=data)
    if draft is not None:
        draft.note, draft.published_by, draft.published_at = note.strip()[:300], actor, clock.now()
        draft.save(update_fields=["note", "published_by", "published_at"])
    return plan


def retire_plan(
    plan: Plan, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Plan:
    """It is attached to nothing any more. Refused while it is a step of a published plan."""
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    with transaction.atomic():
        lock(plan, expected_version=expected_version)
        users = plan.used_in.exclude(version__plan__status=PlanStatus.RETIRED).select_related("version__plan")
        for step in users:
            user = step.version.plan
            if step.version in (user.published, user.draft):
                raise InputRefused(plan=_("“%(plan)s” has it as a step.") % {"plan": user})
        perform(plan, "retire", actor=actor, via=via, note=reason)
    return plan


def revive_plan(plan: Plan, *, actor: Person | None, via: str, expected_version: int | None = None) -> Plan:
    perform(plan, "revive", actor=actor, via=via, expected_version=expected_version)
    return plan


def _check(plan: Plan, draft: PlanVersion) -> None:
    steps = list(draft.steps.select_related("subplan"))
    if not steps:
        raise InputRefused(steps=_("A plan without steps helps nobody. Add one first."))
    for step in steps:
        if step.subplan is not None and step.subplan.status != PlanStatus.PUBLISHED:
            raise InputRefused(steps=_("“%(plan)s” is not published yet.") % {"plan": step.subplan})
    refuse_cycles(plan, [step.subplan_id for step in steps if step.subplan_id])
