"""Findings of risk inspections and of prevention activities that somebody still has to see to."""

from datetime import date

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from detection.models import Finding
from reports.meeting.entries import MOST, Entry, Window, section
from reports.meeting.states import finding_state

SAID_ELSEWHERE = ("problem_overdue", "action_overdue", "oncall_gap")
"""Kinds of inspections whose findings stand in sections of their own: nothing is talked about twice."""


@section("findings", _("Findings of inspections"), rank=55, minutes=3)
def findings_to_see_to(window: Window) -> list[Entry]:
    """Overdue ones first, then those that wait for a waiver, those that are new, and the other open ones. One that came
    back is new as well."""
    today = window.now.astimezone(window.zone).date()
    is_new = Q(status="open", status_since__gt=window.since, status_since__lte=window.now)
    order = Case(
        When(due_on__lt=today, then=Value(0)),
        When(waiver_by__isnull=False, then=Value(1)),
        When(is_new, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    told = Q(inspection__kind__in=SAID_ELSEWHERE)
    found = Finding.objects.to_do().exclude(told).for_list().order_by(order, "due_on", "pk")
    return [_entry(finding, window, today) for finding in found[:MOST]]


def _entry(finding: Finding, window: Window, today: date) -> Entry:
    subject = f"finding:{finding.pk}"
    return Entry(
        subject=subject,
        title=finding.title,
        reference=finding.reference,
        url=finding.get_absolute_url(),
        state=finding_state(finding),
        facts={
            "service": finding.service.name if finding.service else "",
            "why": _why(finding, window, today),
            "risk": finding.risk,
            "found_by": str(finding.origin),
        },
        times=window.times.get(subject, 0),
    )


def _why(finding: Finding, window: Window, today: date) -> str:
    """What the meeting has to do about it; "" where it is only open."""
    if finding.is_overdue_on(today):
        return "overdue"
    if finding.waiver_by_id is not None:
        return "unsigned"
    is_new = finding.status == "open" and window.since < finding.status_since <= window.now
    return "new" if is_new else ""
