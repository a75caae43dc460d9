"""Writing plans: every edit goes into the one draft, which begins as a copy of what is published."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems import permissions
from problems.models import Plan, PlanStatus, PlanStep, PlanVersion
from problems.plan_steps import StepSpec
from problems.services.planning.checking import check_steps, refuse_bad_addresses, refuse_cycles
from problems.services.planning.secrets import merge_headers, open_headers, seal_headers

COPIED = (
    *("key", "kind", "text", "expected_seconds", "needs_confirm", "method", "url", "sealed_headers", "header_names"),
    *("body", "role", "person_id", "subplan_id"),
)


@transaction.atomic
def add_plan(*, actor: Person | None, via: str, name: str, purpose: str = "") -> Plan:
    """A plan with an empty draft. Raises InputRefused, NotPermitted."""
    require_editor(actor)
    plan = Plan(name=_name(name, None), purpose=sanitise(purpose).strip(), added_by=actor, added_at=clock.now())
    plan.save()
    draft_of(plan, actor)
    record_event(plan, "add_plan", actor=actor, via=via)
    return plan


def save_draft(
    plan: Plan,
    *,
    actor: Person | None,
    via: str,
    steps: Sequence[StepSpec] | None = None,
    name: str | None = None,
    purpose: str | None = None,
    expected_version: int | None = None,
) -> Plan:
    """Replace the draft's steps, or the plan's name and purpose; what is None stays. The draft is made where there is
    none. Raises InputRefused by field, VersionConflict, NotPermitted.

    An address that may not be called is refused, and that it was tried stays on the plan's timeline.
    """
    require_editor(actor)
    if steps is not None:
        refuse_bad_addresses(plan, steps, actor=actor, via=via)
    with transaction.atomic():
        lock_plan(plan, expected_version)
        if name is not None:
            plan.name = _name(name, plan)
        if purpose is not None:
            plan.purpose = sanitise(purpose).strip()
        data: dict[str, Any] = {}
        if steps is not None:
            draft = _replace(plan, steps, actor)
            data = {"number": draft.number, "steps": len(steps)}
        _touch(plan)
        record_event(plan, "save_draft", actor=actor, via=via, data=data)
    return plan


@transaction.atomic
def restore_version(
    plan: Plan, *, actor: Person | None, via: str, number: int, expected_version: int | None = None
) -> Plan:
    """Make the draft a copy of that version; it runs once it is published again."""
    require_editor(actor)
    lock_plan(plan, expected_version)
    version = plan.versions.filter(number=number).first()
    if version is None or version.published_at is None:
        raise InputRefused(number=_("There is no published version of that number."))
    draft = draft_of(plan, actor)
    draft.steps.all().delete()
    copy_steps(version, draft)
    draft.restored_from = number
    draft.save(update_fields=["restored_from"])
    refuse_cycles(plan, [step.subplan_id for step in version.steps.all() if step.subplan_id])
    _touch(plan)
    record_event(plan, "restore_version", actor=actor, via=via, data={"number": number})
    return plan


@transaction.atomic
def discard_draft(plan: Plan, *, actor: Person | None, via: str, expected_version: int | None = None) -> Plan:
    """Forget the draft; the published version stays as it is."""
    require_editor(actor)
    lock_plan(plan, expected_version)
    draft = plan.draft
    if draft is None or plan.published is None:
        raise InputRefused(draft=_("There is no draft beside a published version."))
    draft.delete()
    _touch(plan)
    record_event(plan, "discard_draft", actor=actor, via=via, data={"number": draft.number})
    return plan


def require_editor(actor: Person | None) -> None:
    if actor is not None and not permissions.edits_plans(None, actor):
        raise NotPermitted("edit_plan")


def lock_plan(plan: Plan, expected_version: int | None) -> None:
    """Take the plan's lock. Raises VersionConflict; InputRefused where it is retired."""
    lock(plan, expected_version=expected_version)
    if plan.status == PlanStatus.RETIRED:
        raise InputRefused(plan=_("The plan is retired. Bring it back first."))


def draft_of(plan: Plan, actor: Person | None) -> PlanVersion:
    """The draft, made as a copy of the published version where there is none."""
    found = plan.draft
    if found is not None:
        return found
    published = plan.published
    number = (published.number if published else 0) + 1
    draft = PlanVersion.objects.create(plan=plan, number=number, edited_by=actor, edited_at=clock.now())
    if published is not None:
        copy_steps(published, draft)
    return draft


def copy_steps(source: PlanVersion, target: PlanVersion) -> None:
    PlanStep.objects.bulk_create(
        PlanStep(version=target, position=step.position, **{name: getattr(step, name) for name in COPIED})
        for step in source.steps.all()
    )


def _replace(plan: Plan, steps: Sequence[StepSpec], actor: Person | None) -> PlanVersion:
    check_steps(steps)
    refuse_cycles(plan, [step.subplan.pk for step in steps if step.subplan is not None])
    draft = draft_of(plan, actor)
    before = {step.key: step for step in draft.steps.all()}
    unused = _next_key(plan)
    rows = []
    for position, spec in enumerate(steps, 1):
        old = before.get(spec.key) if spec.key is not None else None
        if old is None:
            key, unused = unused, unused + 1
        else:
            key = old.key
        rows.append(_row(draft, position, key, spec, old))
    draft.steps.all().delete()
    PlanStep.objects.bulk_create(rows)
    draft.edited_by, draft.edited_at = actor, clock.now()
    draft.save(update_fields=["edited_by", "edited_at"])
    return draft


def _row(draft: PlanVersion, position: int, key: int, spec: StepSpec, old: PlanStep | None) -> PlanStep:
    headers = merge_headers(spec, open_headers(old) if old else {}, old.url if old else "")
    return PlanStep(
        version=draft,
        position=position,
        key=key,
        kind=spec.kind,
        text=sanitise(spec.text).strip(),
        expected_seconds=spec.expected_seconds,
        needs_confirm=spec.needs_confirm,
        method=spec.method,
        url=spec.url,
        sealed_headers=seal_headers(headers),
        header_names=sorted(headers),
        body=sanitise(spec.body),
        role=spec.role,
        person=spec.person,
        subplan=spec.subplan,
    )


def _next_key(plan: Plan) -> int:
    """A key that no step of any version of the plan has had."""
    used = PlanStep.objects.filter(version__plan=plan).order_by("-key").values_list("key", flat=True).first()
    return (used or 0) + 1


def _name(name: str, plan: Plan | None) -> str:
    name = one_line(sanitise(name), longest=121)
    if not name:
        raise InputRefused(name=_("Please write something here."))
    if len(name) > 120:
        raise InputRefused(name=_("At most %(number)d letters.") % {"number": 120})
    others = Plan.objects.exclude(pk=plan.pk) if plan else Plan.objects.all()
    if others.filter(name=name).exists():
        raise InputRefused(name=_("There is another plan of that name."))
    return name


def _touch(plan: Plan) -> None:
    plan.version += 1
    plan.save(update_fields=["version", "name", "purpose"])
