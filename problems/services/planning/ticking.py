"""Working through the steps: tick, skip, undo, note.

Several people work on one run at once. Whoever ticks holds the run's lock; to tick what is ticked already changes
nothing and is no error, so that nobody's tick is lost and none counts twice.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse
from problems import permissions
from problems.models import PlanRun, RunStatus, RunStep, StepKind, StepStatus
from problems.services.planning.attaching import named

LONGEST_NOTE = 4000


@transaction.atomic
def tick_step(step: RunStep, *, actor: Person | None, via: str, note: str = "", is_confirmed: bool = False) -> RunStep:
    """It is done. Raises InputRefused where it asks for a confirmation that was not given."""
    run = begin(step, actor)
    if step.status == StepStatus.DONE:
        return step
    require_open(step)
    if step.step.needs_confirm and not is_confirmed:
        raise InputRefused(is_confirmed=_("Confirm first that it is really so."))
    end_step(run, step, StepStatus.DONE, actor=actor, via=via, note=note, verb="tick_step")
    return step


@transaction.atomic
def skip_step(step: RunStep, *, actor: Person | None, via: str, reason: str) -> RunStep:
    """It is not needed here, for a reason."""
    run = begin(step, actor)
    if step.status == StepStatus.SKIPPED:
        return step
    require_open(step)
    if not reason.strip():
        raise InputRefused(reason=_("Say why it is skipped."))
    end_step(run, step, StepStatus.SKIPPED, actor=actor, via=via, note=reason, verb="skip_step")
    return step


@transaction.atomic
def undo_step(step: RunStep, *, actor: Person | None, via: str) -> RunStep:
    """It was not done after all. What a call or a page has done stays done."""
    run = begin(step, actor)
    if step.status == StepStatus.OPEN:
        return step
    step.status, step.ended_by, step.ended_at, step.took = StepStatus.OPEN, None, None, None
    step.save(update_fields=["status", "ended_by", "ended_at", "took"])
    touch(run)
    record_event(run.incident, "undo_step", actor=actor, via=via, data=facts_of(step))
    return step


@transaction.atomic
def note_step(step: RunStep, *, actor: Person | None, via: str, text: str) -> RunStep:
    """Write beside the step what was seen."""
    run = begin(step, actor)
    if not text.strip():
        raise InputRefused(text=_("Please write something here."))
    step.note = _joined(step.note, text)
    step.save(update_fields=["note"])
    touch(run)
    record_event(run.incident, "note_step", actor=actor, via=via, note=text.strip(), data=facts_of(step))
    return step


def begin(step: RunStep, actor: Person | None) -> PlanRun:
    """Lock the run, then the step as it is now. Raises NotPermitted; TransitionRefused where the run is over."""
    run = step.run
    if actor is not None and not permissions.runs_plans(run, actor):
        raise NotPermitted("run_plan")
    lock(run)
    step.refresh_from_db()
    step.run = run
    if run.status != RunStatus.RUNNING:
        raise refuse(run, "tick_step", _("The plan is not running."))
    return run


def require_open(step: RunStep) -> None:
    if step.status != StepStatus.OPEN:
        by = {"person": step.ended_by or "Mainstay"}
        done = step.status == StepStatus.DONE
        raise InputRefused(
            step=_("%(person)s has done it already.") % by if done else _("%(person)s has skipped it already.") % by
        )


def end_step(
    run: PlanRun,
    step: RunStep,
    status: str,
    *,
    actor: Person | None,
    via: str,
    verb: str,
    note: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Stamp the step, under the run's lock, and tell the incident's timeline."""
    at = clock.now()
    step.status, step.ended_by, step.ended_at = status, actor, at
    step.took = max(at - _since(run, at), at - at)
    if note.strip():
        step.note = _joined(step.note, note)
    step.save(update_fields=["status", "ended_by", "ended_at", "took", "note"])
    touch(run)
    facts = {**facts_of(step), "seconds": round(step.took.total_seconds()), **(data or {})}
    record_event(run.incident, verb, actor=actor, via=via, note=note.strip(), data=facts, recorded_at=at)


def touch(run: PlanRun) -> None:
    run.version += 1
    run.save(update_fields=["version"])


def facts_of(step: RunStep) -> dict[str, Any]:
    """How events of the incident name the step."""
    words = {StepKind.CALL: step.step.method, StepKind.PAGE: ""}
    title = step.step.text or words.get(StepKind(step.step.kind), "") or str(step.step.get_kind_display())
    return {**named(step.run), "step": step.number, "title": title.splitlines()[0][:200]}


def _since(run: PlanRun, at: datetime) -> datetime:
    """When the step before was over, whichever that was."""
    last = run.steps.filter(ended_at__isnull=False).order_by("-ended_at").values_list("ended_at", flat=True).first()
    return last or run.started_at or at


def _joined(before: str, text: str) -> str:
    return "\n".join(part for part in (before, sanitise(text).strip()) if part)[:LONGEST_NOTE]
