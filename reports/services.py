"""Verbs of the monthly report."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import NotPermitted, TransitionRefused, lock, perform, record_event
from reports import permissions
from reports.figures import compute
from reports.frozen import digest_of
from reports.models import MonthlyReport
from reports.period import Month


@transaction.atomic
def write_report(
    month: Month, *, actor: Person, via: str, text: str, expected_version: int | None = None
) -> MonthlyReport:
    """Set the author's text. Raises TransitionRefused once the report is signed, NotPermitted, VersionConflict."""
    report = _draft(month, actor=actor)
    lock(report, expected_version=expected_version)
    if report.is_signed:
        reason = _("The report is signed; its text stays as it is.")
        raise TransitionRefused(status=report.status, verb="write", reason=reason, allowed=[])
    report.text = text
    report.version += 1
    report.save(update_fields=["text", "version"])
    record_event(report, "write", actor=actor, via=via)
    return report


@transaction.atomic
def sign_report(month: Month, *, actor: Person, via: str, expected_version: int | None = None) -> MonthlyReport:
    """Freeze the figures of a month that is over and put one's name under it."""
    report = _draft(month, actor=actor)
    at = clock.now()
    numbers = compute(month, now=at)
    digest = digest_of(numbers)
    perform(
        report,
        "sign",
        actor=actor,
        via=via,
        data={"digest": digest},
        expected_version=expected_version,
        arguments={"person": actor, "at": at, "numbers": numbers, "digest": digest},
    )
    return report


def _draft(month: Month, *, actor: Person) -> MonthlyReport:
    """The month's report; it comes into being with the first word or the signature."""
    if not permissions.writes(None, actor):
        raise NotPermitted("write_report")
    report, _created = MonthlyReport.objects.get_or_create(month=month.first_day)
    return report
