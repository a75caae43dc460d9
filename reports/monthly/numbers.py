"""Every figure of a month's report, as JSON can hold it."""

from datetime import datetime
from typing import Any

from reports.figures import compute
from reports.monthly.panels import measure_panels
from reports.period import Month

Numbers = dict[str, Any]
FORMAT = 2
"""Grows where the meaning of a figure changes: a report that was signed with another one is not compared figure by
figure."""


def compile_figures(month: Month, *, now: datetime) -> Numbers:
    """Everything that the report of the month tells, computed from the rows as they are now."""
    numbers = compute(month, now=now)
    return {
        **numbers,
        "format": FORMAT,
        "panels": measure_panels(month, now=now),
        "previous": {**numbers["previous"], "panels": measure_panels(month.previous, now=now, is_before=True)},
    }
