"""The verbs of a major-incident report."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents import forms as asks
from incidents import permissions, services
from incidents.commands.command import Command, register
from incidents.forms.major import AssignReportForm, WriteReportForm
from incidents.models import MajorReport, ReportStatus


def _submitted(report: MajorReport) -> str | Promise:
    return "" if report.status == ReportStatus.DRAFT else _("It is submitted: it has to be sent back first.")


def _signed(report: MajorReport) -> str | Promise:
    return _("It is signed.") if report.status == ReportStatus.SIGNED else ""


def _owner(report: MajorReport) -> dict[str, Any]:
    return {"owner": report.owner}


REPORT_COMMANDS = register(
    MajorReport,
    Command("submit", services.submit_report, icon="send"),
    Command("sign", services.sign_report, asks.NoteForm, "status-signed", key="a"),
    Command("send_back", services.send_back_report, asks.ReasonForm, "thumb-down", key="r"),
    Command(
        "write",
        services.write_report,
        WriteReportForm,
        "pencil",
        label=_("Save"),
        rank=20,
        permission=permissions.writes_report,
        blocked=_submitted,
        initial=lambda report: dict(report.sections),
        is_long=True,
    ),
    Command(
        "assign",
        services.assign_report,
        AssignReportForm,
        "user",
        label=_("Give to somebody else"),
        rank=21,
        permission=permissions.writes_report,
        blocked=_signed,
        initial=_owner,
    ),
)
