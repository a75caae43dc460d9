"""Every verb of plans, of their runs and of the runs' steps once; pages and API read these tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.commands import TABLES, Command
from incidents.forms import EmptyForm
from problems import permissions
from problems import plan_forms as asks
from problems.forms import NoteForm, ReasonForm
from problems.models import Plan, PlanRun, PlanStatus, RunStep, StepKind, StepStatus
from problems.services import planning


def _no_draft_beside(plan: Plan) -> str | Promise:
    return "" if plan.draft and plan.published else _("There is no draft beside a published version.")


def _is_retired(plan: Plan) -> str | Promise:
    return _("The plan is retired. Bring it back first.") if plan.status == PlanStatus.RETIRED else ""


def _never_published(plan: Plan) -> str | Promise:
    return "" if plan.published else _("Nothing was published yet.")


def _words(plan: Plan) -> dict[str, Any]:
    return {"name": plan.name, "purpose": plan.purpose}


PLAN_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("publish_version", planning.publish_version, asks.PublishForm, "status-signed"),
        Command("retire", planning.retire_plan, ReasonForm, "x"),
        Command("revive", planning.revive_plan, icon="arrow-left"),
        Command(
            "describe",
            planning.save_draft,
            asks.PlanForm,
            "pencil",
            label=_("Rename or describe it"),
            rank=20,
            permission=permissions.edits_plans,
            blocked=_is_retired,
            initial=_words,
        ),
        Command(
            "restore",
            planning.restore_version,
            asks.RestoreForm,
            "history",
            label=_("Restore a version"),
            rank=21,
            permission=permissions.edits_plans,
            blocked=_never_published,
        ),
        Command(
            "discard",
            planning.discard_draft,
            icon="x",
            label=_("Discard the draft"),
            rank=22,
            permission=permissions.edits_plans,
            blocked=_no_draft_beside,
        ),
    )
}
TABLES[Plan] = PLAN_COMMANDS

RUN_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("start", planning.start_plan, icon="status-running"),
        Command("finish", planning.finish_plan, NoteForm, "status-done"),
        Command("abort", planning.abort_plan, ReasonForm, "x"),
        Command("detach", planning.detach_plan, ReasonForm, "x"),
    )
}
TABLES[PlanRun] = RUN_COMMANDS


@dataclass(frozen=True)
class StepCommand:
    """A verb of a step of a run. ``kinds``: for which steps; ``statuses``: while it stands so."""

    verb: str
    service: Callable[..., RunStep]
    label: str | Promise
    icon: str
    statuses: tuple[str, ...]
    form: type[forms.Form] = EmptyForm
    kinds: tuple[str, ...] = tuple(StepKind.values)

    def suits(self, step: RunStep) -> bool:
        return step.status in self.statuses and step.step.kind in self.kinds


OPEN, ENDED = (StepStatus.OPEN.value,), (StepStatus.DONE.value, StepStatus.SKIPPED.value)
STEP_COMMANDS: dict[str, StepCommand] = {
    command.verb: command
    for command in (
        StepCommand("call", planning.call_step, _("Call"), "send", OPEN, kinds=(StepKind.CALL,)),
        StepCommand("page", planning.page_step, _("Page"), "bell", OPEN, kinds=(StepKind.PAGE,)),
        StepCommand("tick", planning.tick_step, _("Done"), "check", OPEN, asks.TickForm),
        StepCommand("skip", planning.skip_step, _("Skip"), "status-skipped", OPEN, asks.SkipForm),
        StepCommand("note", planning.note_step, _("Note"), "note", (*OPEN, *ENDED), asks.StepNoteForm),
        StepCommand("undo", planning.undo_step, _("Undo"), "arrow-left", ENDED),
    )
}
