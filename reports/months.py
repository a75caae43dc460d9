"""The list of months, newest first, each with its main figures: three queries for all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncMonth

from incidents.models import Incident, Status
from reports import rows
from reports.attainment import Tally
from reports.models import MonthlyReport
from reports.period import Month

MOST = 24


@dataclass(frozen=True)
class Line:
    month: Month
    count: int
    by_level: dict[str, int]
    tally: Tally
    report: MonthlyReport | None


def recent_months(now: datetime) -> list[Line]:
    """From the first incident on, at most two years; the present month is always there."""
    months = _months(now)
    counts, tallies = _counts(months[-1]), _tallies(months[-1])
    newest_last = MonthlyReport.objects.filter(month__gte=months[-1].first_day).order_by("edition")
    reports = {report.period: report for report in newest_last}
    return [
        Line(
            month=month,
            count=counts.get(month, {}).get("count", 0),
            by_level={level: counts.get(month, {}).get(f"level_{level}", 0) for level in "123"},
            tally=tallies.get(month, Tally()),
            report=reports.get(month),
        )
        for month in months
    ]


def _months(now: datetime) -> list[Month]:
    first = Incident.objects.aggregate(first=Min("reported_at"))["first"] or now
    months = [Month.of(now)]
    while months[-1] > Month.of(first) and len(months) < MOST:
        months.append(months[-1].previous)
    return months


def _counts(since: Month) -> dict[Month, dict[str, Any]]:
    levels = {f"level_{level}": Count("pk", filter=Q(level=int(level))) for level in "123"}
    found = (
        Incident.objects.filter(reported_at__gte=since.start, is_drill=False)
        .exclude(status=Status.CANCELLED)
        .order_by()
    )
    by_month = found.annotate(month=TruncMonth("reported_at", tzinfo=since.start.tzinfo)).values("month")
    return {Month.of(row["month"]): row for row in by_month.annotate(count=Count("pk"), **levels)}


def _tallies(since: Month) -> dict[Month, Tally]:
    found = rows.verdicts().filter(verdict_at__gte=since.start).order_by()
    by_month = found.annotate(month=TruncMonth("verdict_at", tzinfo=since.start.tzinfo)).values("month")
    counted = by_month.annotate(met=Count("pk", filter=Q(breached_at=None)), missed=Count("breached_at"))
    return {Month.of(row["month"]): Tally(row["met"], row["missed"]) for row in counted}
