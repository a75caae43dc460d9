"""The verbs of an action item."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents import forms as asks
from incidents import services
from incidents.commands.command import Command, register
from incidents.forms.actions import ChangeDueForm, CompleteForm, ReassignForm, RemindForm
from incidents.models import ActionItem
from incidents.models.action import steers
from incidents.models.action_queries import ActionStatus


def _not_open(action: ActionItem) -> str | Promise:
    return "" if action.status == ActionStatus.OPEN else _("It is not open any more.")


def _due(action: ActionItem) -> dict[str, Any]:
    return {"due_on": action.due_on}


def _reminder(action: ActionItem) -> dict[str, Any]:
    return {"on": action.remind_on}


ACTION_COMMANDS = register(
    ActionItem,
    Command("complete", services.complete_action, CompleteForm, "status-done"),
    Command("verify", services.verify_action, asks.NoteForm, "status-verified"),
    Command("send_back", services.send_back_action, asks.ReasonForm, "thumb-down"),
    Command("cancel", services.cancel_action, asks.ReasonForm, "status-cancelled"),
    Command(
        "change_due",
        services.change_due,
        ChangeDueForm,
        "calendar",
        label=_("Move the due date"),
        rank=20,
        permission=steers,
        blocked=_not_open,
        initial=_due,
    ),
    Command(
        "reassign",
        services.reassign_action,
        ReassignForm,
        "user",
        label=_("Give to somebody else"),
        rank=21,
        permission=steers,
        blocked=_not_open,
    ),
    Command(
        "set_reminder",
        services.set_reminder,
        RemindForm,
        "bell",
        label=_("Set a reminder"),
        rank=22,
        permission=steers,
        blocked=_not_open,
        initial=_reminder,
    ),
)
