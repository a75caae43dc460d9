"""Every verb of a finding once: its service, what it asks for, and whom it is offered to. Pages and API read this."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from detection.inspections import forms as asks
from detection.inspections import permissions, services
from detection.models import Finding, FindingStatus
from incidents import origins
from incidents.commands import Command
from incidents.commands.command import register
from problems.forms import NoteForm, ReasonForm

origins.register(Finding, "finding", _("Finding"))


def _is_closed(finding: Any) -> str | Promise:
    return _("It is closed. Reopen it first.") if finding.status == FindingStatus.CLOSED else ""


def _cannot_raise(finding: Any) -> str | Promise:
    if finding.problem_id is not None:
        return _("It has a problem already.")
    return "" if finding.service_id else _("It is of no service; link a problem instead.")


def _has_no_problem(finding: Any) -> str | Promise:
    return "" if finding.problem_id else _("It has no problem.")


def _has_no_inspection(finding: Any) -> str | Promise:
    if finding.inspection_id is None:
        return _("No inspection runs for it: another person confirms that it is gone.")
    return ""


FINDING_COMMANDS = register(
    Finding,
    Command("take_up", services.take_up_finding, icon="hand-stop"),
    Command("settle", services.settle_finding, asks.SettleForm, "check"),
    Command("confirm", services.confirm_finding, NoteForm, "status-verified"),
    Command("request_waiver", services.request_waiver, ReasonForm, "status-requested"),
    Command("waive", services.waive_finding, NoteForm, "status-signed"),
    Command("reopen", services.reopen_finding, ReasonForm, "arrow-forward-up"),
    Command(
        "reinspect",
        services.reinspect,
        icon="refresh",
        label=_("Inspect again now"),
        rank=10,
        permission=permissions.works,
        blocked=_has_no_inspection,
    ),
    Command(
        "assign",
        services.assign_finding,
        asks.AssignForm,
        "user",
        label=_("Assign"),
        rank=30,
        permission=permissions.works,
        blocked=_is_closed,
    ),
    Command(
        "raise_problem",
        services.raise_problem_of,
        asks.ProblemTitleForm,
        "nav-problems",
        label=_("Raise a problem"),
        rank=31,
        permission=permissions.works,
        blocked=_cannot_raise,
    ),
    Command(
        "link_problem",
        services.link_problem,
        asks.ProblemLinkForm,
        "link",
        label=_("Link a problem"),
        rank=32,
        permission=permissions.works,
    ),
    Command(
        "unlink_problem",
        services.unlink_problem,
        ReasonForm,
        "x",
        label=_("Unlink the problem"),
        rank=33,
        permission=permissions.works,
        blocked=_has_no_problem,
    ),
    Command(
        "add_action",
        services.add_action,
        asks.ActionForm,
        "checkbox",
        label=_("Add an action item"),
        rank=34,
        permission=permissions.works,
        blocked=_is_closed,
    ),
)
