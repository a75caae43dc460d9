"""On the first of a month the report of the month before lies there as a draft, and its subscribers know.

Time is a column: what is due is a month that is over and has no report yet. Any number of tickers may look.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Min, QuerySet

from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event
from reports.models import MonthlyReport, ReportStatus
from reports.period import Month
from reports.services.telling import tell_of_draft

MOST_AT_ONCE = 3
"""Months that were missed while nothing ran; older ones are drafted when somebody writes in them."""


def draft_due_reports() -> int:
    """Draft what is missing. How many were drafted."""
    now = clock.now()
    if _drafted().filter(month=Month.of(now).previous.first_day).exists():
        return 0
    return sum(_draft(month) for month in _due(now))


def _drafted() -> "QuerySet[MonthlyReport]":
    """Reports that need no draft any more; one in which somebody wrote before its month was over still does."""
    return MonthlyReport.objects.exclude(drafted_at=None, status=ReportStatus.DRAFT)


def _due(now: datetime) -> list[Month]:
    """Months that are over and follow the last drafted one, oldest first; none before the first incident."""
    first = Incident.objects.filter(is_drill=False).aggregate(first=Min("reported_at"))["first"]
    if first is None:
        return []
    last = _drafted().order_by("-month").values_list("month", flat=True).first()
    month = Month.of(now).previous
    due: list[Month] = []
    while month >= Month.of(first) and len(due) < MOST_AT_ONCE and not (last and month <= Month.of(last)):
        due.append(month)
        month = month.previous
    return due[:1] if last is None else due[::-1]


@transaction.atomic
def _draft(month: Month) -> bool:
    report, _is_new = MonthlyReport.objects.get_or_create(month=month.first_day, edition=1)
    lock(report)
    if report.drafted_at is not None or report.is_signed:
        return False
    report.drafted_at = clock.now()
    report.save(update_fields=["drafted_at"])
    record_event(report, "draft", actor=None, via=Via.SYSTEM)
    tell_of_draft(report)
    return True
