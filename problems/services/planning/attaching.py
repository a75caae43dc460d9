"""Attaching plans to incidents, by their conditions or by hand."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.services.performing import refuse_unseen
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event
from problems import permissions
from problems.models import Plan, PlanCondition, PlanRun, PlanStatus
from problems.plan_matching import Facts, first_holding


@transaction.atomic
def attach_plan(incident: Incident, *, actor: Person | None, via: str, plan: Plan) -> PlanRun:
    """Attach the plan by hand; one that was run or taken off before comes back for another time."""
    if actor is not None and not permissions.runs_plans(incident, actor):
        raise NotPermitted("attach_plan")
    refuse_unseen(actor, incident=incident)
    lock(incident)
    if incident.is_over:
        raise InputRefused(plan=_("The incident is over."))
    if plan.status != PlanStatus.PUBLISHED:
        raise InputRefused(plan=_("Only a published plan can be attached."))
    if PlanRun.objects.current().filter(incident=incident, plan=plan).exists():
        raise InputRefused(plan=_("It is attached already."))
    return _attach(incident, plan, actor=actor, via=via)


@transaction.atomic
def detach_plan(
    run: PlanRun, *, actor: Person | None, via: str, reason: str = "", expected_version: int | None = None
) -> PlanRun:
    """It does not fit. Its conditions do not attach it to this incident again."""
    perform(
        run,
        "detach",
        actor=actor,
        via=via,
        note=reason,
        expected_version=expected_version,
        arguments={"at": clock.now()},
    )
    record_event(run.incident, "detach_plan", actor=actor, via=via, note=reason, data=named(run))
    return run


def attach_by_condition(incident: Incident) -> list[PlanRun]:
    """Attach what the conditions of published plans want, under the incident's lock.

    What was attached once, and perhaps taken off, is left alone.
    """
    if incident.is_over:
        return []
    conditions = list(
        PlanCondition.objects.filter(plan__status=PlanStatus.PUBLISHED)
        .select_related("plan")
        .order_by("plan__name", "plan", "position")
    )
    if not conditions:
        return []
    wanted = first_holding(conditions, facts_of(incident, with_labels=any(each.labels for each in conditions)))
    known = set(PlanRun.objects.filter(incident=incident).values_list("plan", flat=True)) if wanted else set()
    return [
        _attach(incident, condition.plan, actor=None, via=Via.SYSTEM, condition=condition.position)
        for number, condition in wanted.items()
        if number not in known
    ]


def facts_of(incident: Incident, *, with_labels: bool) -> Facts:
    return Facts(
        service=incident.service_id,
        business_lines=_branch(incident.service.business_line),
        categories=_branch(incident.category),
        level=incident.level_id,
        labels=_labels(incident) if with_labels else (),
    )


def named(run: PlanRun) -> dict[str, Any]:
    """How events of the incident name the run."""
    return {"run": run.pk, "plan": run.plan_id, "name": run.plan.name}


def _attach(incident: Incident, plan: Plan, *, actor: Person | None, via: str, condition: int | None = None) -> PlanRun:
    run = PlanRun.objects.create(incident=incident, plan=plan, attached_by=actor, attached_at=clock.now())
    data = {**named(run), **({"condition": condition} if condition else {})}
    record_event(incident, "attach_plan", actor=actor, via=via, data=data)
    record_event(run, "attach", actor=actor, via=via, data=data)
    return run


def _branch(node: Any) -> frozenset[int]:
    """The node of a tree and those above it; of None nothing."""
    if node is None:
        return frozenset()
    return frozenset([node.pk, *(int(part) for part in node.path.split("/") if part)])


def _labels(incident: Incident) -> tuple[dict[str, str], ...]:
    """Those of its alerts, which an app above this one hangs on it."""
    alerts: Any = getattr(incident, "alerts", None)
    if alerts is None:
        return ()
    return tuple(labels for labels in alerts.values_list("labels", flat=True) if isinstance(labels, dict))
