"""The figures of the time since the last meeting against the mean of the week before, with the rows they count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from incidents.models import Breach, Incident
from notifications.models import Delivery, Purpose
from reports.meeting.entries import Facts, Window

WEEK = timedelta(days=7)
LEAST = timedelta(hours=1)
"""A window shorter than this is compared as if it were so long: two minutes have no mean."""
MOST_ROWS = 1000
"""Of each figure, so many rows are kept with the agenda."""
SPREAD = 2.0
"""Standard deviations of a Poisson count from which on a figure stands out."""


@dataclass(frozen=True)
class Figure:
    """``count`` in the window; ``mean``: what a window of that length had in the week before. ``rows``: keys of what
    was counted (reports/meeting/figure_rows.py), the first ``MOST_ROWS``; None in agendas that did not keep them."""

    name: str
    count: int
    mean: float
    rows: list[int] | None = None

    @property
    def verdict(self) -> str:
        """ "more", "less" or "usual"."""
        if abs(self.count - self.mean) <= SPREAD * sqrt(max(self.mean, 1.0)):
            return "usual"
        return "more" if self.count > self.mean else "less"


def mean_of(count: int, length: timedelta) -> float:
    """What of a week's count falls on a window of that length, rounded to a tenth. Pure."""
    return round(count * (max(length, LEAST) / WEEK), 1)


def figures_of(window: Window) -> list[Facts]:
    """Three queries. Drills and merged incidents are not counted; restricted ones are, since a number names nobody."""
    found: list[tuple[str, int, int, list[int]]] = []
    real = Incident.objects.filter(is_drill=False, merged_into=None).exclude(status="cancelled")
    moments = {
        "reported": ("reported_at", Q()),
        "major": ("reported_at", Q(level=1) | Q(is_declared_major=True)),
        "recovered": ("recovered_at", Q()),
        "resolved": ("resolved_at", Q()),
    }
    found += _count(real, window, moments)
    breaches = Breach.objects.filter(clock__incident__is_drill=False)
    of_response = Q(clock__kind="response")
    found += _count(breaches, window, {"breached": ("recorded_at", Q()), "late": ("recorded_at", of_response)})
    pages = Delivery.objects.filter(purpose=Purpose.PAGE, is_drill=False)
    found += _count(pages, window, {"pages": ("created_at", Q())})
    length = window.now - window.since
    return [
        {"name": name, "count": count, "mean": mean_of(before, length), "rows": rows[:MOST_ROWS]}
        for name, count, before, rows in found
    ]


def _count(rows: Any, window: Window, asked: dict[str, tuple[str, Q]]) -> list[tuple[str, int, int, list[int]]]:
    """(name, number in the window, number in the week before it, keys of those in the window)."""
    counts: dict[str, Any] = {}
    any_of = Q()
    for name, (field, condition) in asked.items():
        within = condition & _between(field, window.since, window.now)
        counts[name] = Count("pk", filter=within)
        counts[f"{name}_rows"] = ArrayAgg("pk", filter=within, order_by=(field, "pk"), default=[])
        counts[f"{name}_before"] = Count("pk", filter=condition & _between(field, window.since - WEEK, window.since))
        any_of |= _between(field, window.since - WEEK, window.now)
    found = rows.order_by().filter(any_of).aggregate(**counts)
    return [(name, found[name], found[f"{name}_before"], found[f"{name}_rows"]) for name in asked]


def _between(field: str, start: datetime, end: datetime) -> Q:
    return Q(**{f"{field}__gt": start, f"{field}__lte": end})
