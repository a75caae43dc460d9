"""Every verb of problems once: its service, what it asks for, and whom it is offered to.

Entered into the table that pages and API read (incidents/commands.py).
"""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.commands import TABLES, Command
from problems import forms as asks
from problems import permissions, services
from problems.models import KnownError, Problem
from problems.services import analysis


def _over(problem: Any) -> str | Promise:
    return _("The problem is over. Reopen it first.") if problem.is_over else ""


def _none_of(lines: str) -> Callable[[Any], str | Promise]:
    """Blocked where the problem is over or has nothing to take away."""

    def blocked(problem: Any) -> str | Promise:
        return _over(problem) or ("" if getattr(problem, lines).exists() else _("There is none."))

    return blocked


def _no_known_error(problem: Any) -> str | Promise:
    return "" if KnownError.objects.filter(problem=problem).exists() else _("It is no known error yet.")


PROBLEM_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("investigate", services.investigate_problem, icon="status-investigating", key="a"),
        Command("mark_known_error", services.mark_known_error, asks.KnownErrorForm, "status-known_error"),
        Command("plan_fix", services.plan_fix, asks.PlanForm, "status-fix_planned"),
        Command("verify", services.verify_problem, asks.NoteForm, "status-verifying"),
        Command("record_outcome", services.record_outcome, asks.OutcomeForm, "shield-check"),
        Command("sign_waiver", services.sign_waiver, icon="status-signed"),
        Command("close", services.close_problem, icon="status-closed"),
        Command("step_back", services.step_back_problem, asks.ReasonForm, "arrow-left"),
        Command("reopen", services.reopen_problem, asks.ReasonForm, "arrow-forward-up"),
        Command("reject", services.reject_problem, asks.ReasonForm, "status-rejected"),
        Command(
            "update_known_error",
            services.update_known_error,
            asks.KnownErrorForm,
            "pencil",
            label=_("Rewrite the known error"),
            rank=20,
            permission=permissions.works,
            blocked=_no_known_error,
        ),
        Command(
            "assign",
            services.assign_problem,
            asks.AssignForm,
            "user",
            label=_("Assign"),
            rank=21,
            permission=permissions.works,
        ),
        Command(
            "link_incident",
            services.link_incident,
            asks.IncidentForm,
            "link",
            label=_("Link an incident"),
            rank=22,
            permission=permissions.works,
        ),
        Command(
            "unlink_incident",
            services.unlink_incident,
            asks.UnlinkForm,
            "x",
            label=_("Unlink an incident"),
            rank=23,
            permission=permissions.works,
        ),
        Command(
            "add_why",
            analysis.add_why,
            asks.WhyForm,
            "user-question",
            label=_("Answer why"),
            rank=30,
            permission=permissions.works,
            blocked=_over,
            is_long=True,
        ),
        Command(
            "remove_why",
            analysis.remove_why,
            asks.RemoveWhyForm,
            "trash",
            label=_("Take an answer away"),
            rank=31,
            permission=permissions.works,
            blocked=_none_of("whys"),
            is_long=True,
        ),
        Command(
            "add_factor",
            analysis.add_factor,
            asks.FactorForm,
            "plus",
            label=_("Add a contributing factor"),
            rank=32,
            permission=permissions.works,
            blocked=_over,
            is_long=True,
        ),
        Command(
            "remove_factor",
            analysis.remove_factor,
            asks.RemoveFactorForm,
            "trash",
            label=_("Take a factor away"),
            rank=33,
            permission=permissions.works,
            blocked=_none_of("factors"),
            is_long=True,
        ),
        Command(
            "link_change",
            analysis.link_change,
            asks.ChangeForm,
            "link",
            label=_("Link a change"),
            rank=34,
            permission=permissions.works,
            blocked=_over,
            is_long=True,
        ),
        Command(
            "unlink_change",
            analysis.unlink_change,
            asks.UnlinkChangeForm,
            "x",
            label=_("Unlink a change"),
            rank=35,
            permission=permissions.works,
            blocked=_none_of("changes"),
            is_long=True,
        ),
    )
}
TABLES[Problem] = PROBLEM_COMMANDS
