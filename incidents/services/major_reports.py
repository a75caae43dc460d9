"""The report of a major incident: opened when it is resolved, traced until another incident manager has signed it.

All verbs take ``actor``, ``via`` and ``expected_version``. All raise TransitionRefused, VersionConflict, NotPermitted
or InputRefused, and then nothing has changed.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import HandlingPolicy, Incident, MajorReport, ReminderKind, ReportStatus
from incidents.models.major import SECTIONS
from incidents.models.status import ENDED
from incidents.services.performing import lock_and_time, require
from incidents.services.reminding import cancel_reminders, remind
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse

REMIND_BEFORE = timedelta(days=1)
OF_REPORTS = (ReminderKind.REPORT_DUE, ReminderKind.REPORT_OVERDUE)


def open_report_if_major(incident: Incident) -> MajorReport | None:
    """Once a major incident is resolved, somebody owes its report; one an incident, whatever happens to it later.

    The caller holds the incident's lock.
    """
    if not incident.is_major or incident.status not in ENDED:
        return None
    if MajorReport.objects.filter(incident=incident).exists():
        return None
    owner = incident.owner or incident.handler or incident.manager
    due_at = clock.now() + timedelta(days=HandlingPolicy.current().report_due_days)
    report = MajorReport.objects.create(incident=incident, owner=owner, due_at=due_at, created_at=clock.now())
    remind(incident, ReminderKind.REPORT_DUE, due_at - REMIND_BEFORE, report=report.pk)
    remind(incident, ReminderKind.REPORT_OVERDUE, due_at, report=report.pk)
    _tell(report, "open_report", None, Via.SYSTEM, person=owner.name if owner else "", due_at=due_at.isoformat())
    return report


@transaction.atomic
def write_report(
    report: MajorReport,
    *,
    actor: Person,
    via: str,
    redraft: str = "",
    expected_version: int | None = None,
    **sections: str,
) -> MajorReport:
    """Keep the texts of the sections; one left out stays as it is. ``redraft`` names a section that is drafted from
    the timeline anew. What stood there before is kept in the report's own events."""
    if not permissions.writes_report(report, actor):
        raise NotPermitted("write")
    wanted = {**sections, **({redraft: ""} if redraft else {})}
    if unknown := wanted.keys() - set(SECTIONS):
        raise InputRefused(**{name: _("There is no such section.") for name in unknown})
    lock(report.incident)
    lock(report, expected_version=expected_version)
    if report.status != ReportStatus.DRAFT:
        raise refuse(report, "write", _("It is submitted: it has to be sent back first."))
    before = {name: report.sections.get(name, "") for name in wanted}
    report.sections = {**report.sections, **wanted}
    report.version += 1
    report.save(update_fields=["sections", "version"])
    changed = {name: text for name, text in before.items() if text != wanted[name]}
    record_event(report, "write", actor=actor, via=via, data={"before": changed})
    return report


@transaction.atomic
def assign_report(
    report: MajorReport, *, actor: Person, via: str, owner: Person | None, expected_version: int | None = None
) -> MajorReport:
    """Give the report to somebody else."""
    if not permissions.writes_report(report, actor):
        raise NotPermitted("assign")
    if owner is None or not permissions.resolves(report, owner):
        raise InputRefused(owner=_("Choose somebody of O&M or a developer."))
    lock(report.incident)
    lock(report, expected_version=expected_version)
    if report.status == ReportStatus.SIGNED:
        raise refuse(report, "assign", _("It is signed."))
    report.owner = owner
    report.version += 1
    report.save(update_fields=["owner", "version"])
    _tell(report, "assign_report", actor, via, person=owner.name)
    return report


@transaction.atomic
def submit_report(report: MajorReport, *, actor: Person, via: str, expected_version: int | None = None) -> MajorReport:
    """Ready: another incident manager may sign it."""
    at = lock_and_time(report.incident)
    _perform(report, "submit", actor, via, expected_version, submitted_by=actor, at=at)
    return report


@transaction.atomic
def sign_report(
    report: MajorReport, *, actor: Person, via: str, note: str = "", expected_version: int | None = None
) -> MajorReport:
    """An incident manager who neither owns nor submitted it signs: only now it is no longer traced."""
    at = lock_and_time(report.incident)
    _perform(report, "sign", actor, via, expected_version, note=note, signed_by=actor, at=at)
    cancel_reminders(report.incident, *OF_REPORTS)
    return report


@transaction.atomic
def send_back_report(
    report: MajorReport, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> MajorReport:
    """It is its owner's again, with what is still missing."""
    require(reason=reason)
    lock(report.incident)
    _perform(report, "send_back", actor, via, expected_version, note=reason)
    return report


def _perform(
    report: MajorReport,
    verb: str,
    actor: Person,
    via: str,
    expected_version: int | None,
    *,
    note: str = "",
    **arguments: Any,
) -> None:
    perform(report, verb, actor=actor, via=via, note=note, expected_version=expected_version, arguments=arguments)
    _tell(report, f"{verb}_report", actor, via, note=note)


def _tell(report: MajorReport, verb: str, actor: Person | None, via: str, *, note: str = "", **data: Any) -> None:
    data |= {"report": report.incident_id, "mentions": [report.owner_id] if report.owner_id else []}
    record_event(report.incident, verb, actor=actor, via=via, note=note, data=data)
