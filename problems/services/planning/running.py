"""The life of a run: start, finish, abort."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused, lock, perform, record_event
from problems.models import Plan, PlanRun, PlanStep, PlanVersion, RunStatus, RunStep, StepStatus
from problems.plan_steps import Leaf, TooManySteps, flatten
from problems.services.planning.attaching import named


@transaction.atomic
def start_plan(run: PlanRun, *, actor: Person | None, via: str, expected_version: int | None = None) -> PlanRun:
    """Freeze the published version and lay out its steps, those of plans within it included."""
    lock(run, expected_version=expected_version)
    version, at = run.plan.published, clock.now()
    perform(run, "start", actor=actor, via=via, arguments={"version": version, "by": actor, "at": at}, recorded_at=at)
    if version is None:  # the guard has said so already
        return run
    leaves = leaves_of(run.plan, version)
    RunStep.objects.bulk_create(
        RunStep(run=run, step=leaf.step, position=place, number=leaf.number) for place, leaf in enumerate(leaves, 1)
    )
    data = {**named(run), "number": version.number, "steps": len(leaves)}
    record_event(run.incident, "start_plan", actor=actor, via=via, data=data, recorded_at=at)
    return run


@transaction.atomic
def finish_plan(
    run: PlanRun, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> PlanRun:
    """Every step is done or skipped. Raises TransitionRefused where one is open."""
    return _end(run, "finish", actor=actor, via=via, note=note, expected_version=expected_version)


@transaction.atomic
def abort_plan(
    run: PlanRun, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> PlanRun:
    """It does not help, or is no longer needed; what was ticked stays."""
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    return _end(run, "abort", actor=actor, via=via, note=reason, expected_version=expected_version)


def end_with_incident(incident: Incident) -> None:
    """The incident is over: what still runs ends with it, under the incident's lock."""
    for run in PlanRun.objects.filter(incident=incident, status=RunStatus.RUNNING):
        try:
            finish_plan(run, actor=None, via=Via.SYSTEM)
        except TransitionRefused:
            abort_plan(run, actor=None, via=Via.SYSTEM, reason=_("The incident is over."))


def leaves_of(plan: Plan, version: PlanVersion) -> list[Leaf]:
    """The steps to be done, in order. Raises InputRefused where they are too many."""
    steps_of: dict[int, list[PlanStep]] = {plan.pk: list(version.steps.select_related("subplan"))}
    waiting = [plan.pk]
    while waiting:
        for step in steps_of[waiting.pop()]:
            if step.subplan is not None and step.subplan_id not in steps_of:
                inner = step.subplan.published
                steps_of[step.subplan.pk] = list(inner.steps.select_related("subplan")) if inner else []
                waiting.append(step.subplan.pk)
    try:
        return flatten(steps_of, plan.pk)
    except TooManySteps as refused:
        raise InputRefused(plan=_("With the plans within it, the plan has too many steps to be run.")) from refused


def _end(
    run: PlanRun, verb: str, *, actor: Person | None, via: str, note: str, expected_version: int | None
) -> PlanRun:
    at = clock.now()
    perform(
        run,
        verb,
        actor=actor,
        via=via,
        note=note,
        expected_version=expected_version,
        arguments={"at": at},
        recorded_at=at,
    )
    record_event(run.incident, f"{verb}_plan", actor=actor, via=via, note=note, data=_tally(run), recorded_at=at)
    return run


def _tally(run: PlanRun) -> dict[str, Any]:
    statuses = list(run.steps.values_list("status", flat=True))
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0
    return {
        **named(run),
        "done": statuses.count(StepStatus.DONE),
        "steps": len(statuses),
        "seconds": round(seconds),
    }
