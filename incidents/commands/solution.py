"""The verbs of a solution."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents import forms as asks
from incidents import permissions, services
from incidents.commands.command import Command, register
from incidents.forms.major import AnswerForm, AskForm, DelegateForm
from incidents.models import Solution
from incidents.models.solution import AWAITING


def _decided(solution: Solution) -> str | Promise:
    return "" if solution.status in AWAITING else _("It is decided already.")


def _waits_for(may: Any) -> Any:
    """Before the decision only: afterwards there is nothing to offer, not even a blocked button."""

    def ask(solution: Solution, person: Person) -> bool:
        return solution.status in AWAITING and bool(may(solution, person))

    return ask


SOLUTION_COMMANDS = register(
    Solution,
    Command("approve", services.approve_solution, asks.NoteForm, "thumb-up", key="a"),
    Command("reject", services.reject_solution, asks.ReasonForm, "thumb-down", key="r"),
    Command("bypass", services.bypass_solution, asks.ReasonForm, "rocket"),
    Command(
        "ask",
        services.ask_solution,
        AskForm,
        "message",
        label=_("Ask"),
        rank=20,
        permission=_waits_for(permissions.decides),
        blocked=_decided,
    ),
    Command(
        "answer",
        services.answer_solution,
        AnswerForm,
        "message",
        label=_("Answer"),
        rank=21,
        permission=_waits_for(permissions.resolves),
        blocked=_decided,
    ),
    Command(
        "delegate",
        services.delegate_solution,
        DelegateForm,
        "send",
        label=_("Ask another manager to decide"),
        rank=22,
        permission=_waits_for(permissions.decides),
        blocked=_decided,
    ),
)
