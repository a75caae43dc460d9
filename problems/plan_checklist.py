"""A run as people see it: its steps with what can be done to each."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from catalog.models import Person
from incidents.presentation.actions import Action, actions_of
from incidents.presentation.durations import in_words
from problems import permissions
from problems.models import PlanRun, RunStatus, RunStep, StepStatus
from problems.plan_commands import STEP_COMMANDS, StepCommand
from problems.services.planning.checking import host_of

FACES = {"attached": "open", "aborted": "stopped", "detached": "withdrawn", "retired": "disabled"}
"""Whose drawing and colour a status borrows, where it has none of its own."""


@dataclass(frozen=True)
class Button:
    """A verb of a step; ``asks``: it opens a form before it acts."""

    verb: str
    label: str
    icon: str
    url: str
    form: object
    is_main: bool


@dataclass(frozen=True)
class Row:
    step: RunStep
    is_next: bool
    took: str
    expected: str
    is_slow: bool
    host: str
    """Where an HTTP call goes; of the address nothing more, since it may hold a secret."""
    buttons: list[Button]


@dataclass(frozen=True)
class Checklist:
    """What templates/problems/plans/checklist.html shows."""

    run: PlanRun
    face: str
    rows: list[Row]
    actions: list[Action]
    done: int
    took: str

    @property
    def share(self) -> int:
        """Percent of the steps that are over."""
        return round(100 * self.done / len(self.rows)) if self.rows else 0


def checklists_of(runs: list[PlanRun], person: Person) -> list[Checklist]:
    """Two queries for the steps of all of them, and what the offers of each ask."""
    steps = RunStep.objects.filter(run__in=[run.pk for run in runs]).select_related(
        "step__subplan", "step__person", "ended_by"
    )
    by_run: dict[int, list[RunStep]] = {run.pk: [] for run in runs}
    for step in steps.order_by("position"):
        by_run[step.run_id].append(step)
    return [_checklist(run, by_run[run.pk], person) for run in runs]


def _checklist(run: PlanRun, steps: list[RunStep], person: Person) -> Checklist:
    may_run = run.status == RunStatus.RUNNING and permissions.runs_plans(run, person)
    following = next((step.pk for step in steps if step.status == StepStatus.OPEN), None)
    took = run.ended_at - run.started_at if run.ended_at and run.started_at else None
    return Checklist(
        run=run,
        face=FACES.get(run.status, run.status),
        rows=[_row(run, step, is_next=step.pk == following and may_run, may_run=may_run) for step in steps],
        actions=actions_of(run, person),
        done=sum(step.status != StepStatus.OPEN for step in steps),
        took=in_words(took) if took else "",
    )


def _row(run: PlanRun, step: RunStep, *, is_next: bool, may_run: bool) -> Row:
    expected = timedelta(seconds=step.step.expected_seconds) if step.step.expected_seconds else None
    suiting = [command for command in STEP_COMMANDS.values() if command.suits(step)] if may_run else []
    return Row(
        step=step,
        is_next=is_next,
        took=in_words(step.took) if step.took is not None else "",
        expected=in_words(expected) if expected else "",
        is_slow=bool(expected and step.took and step.took > expected),
        host=host_of(step.step.url),
        buttons=[_button(run, step, command, place == 0) for place, command in enumerate(suiting)],
    )


def _button(run: PlanRun, step: RunStep, command: StepCommand, is_main: bool) -> Button:
    form = command.form(auto_id=f"step-{step.pk}-{command.verb}-%s")
    if command.verb == "tick":
        del form.fields["is_confirmed" if not step.step.needs_confirm else "note"]
    asks = bool(form.fields) and (command.verb != "tick" or step.step.needs_confirm)
    url = reverse("problems:plan-step", args=[run.pk, step.pk, command.verb])
    is_shown = is_main and command.verb != "undo"
    return Button(command.verb, str(command.label), command.icon, url, form if asks else None, is_shown)
