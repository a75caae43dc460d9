"""What a report asks of the indicators (docs/indicators.md), beyond the figures of reports/figures.py."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.indicators import Question, Value, find_indicator
from reports.period import Month, Period, between

Panel = dict[str, Any]
"""{"indicator", "period", "by", "rows": [{"key": [...], "value", "count", "parts"}]}: a question and its answer."""
A_YEAR = 12


@dataclass(frozen=True)
class Asked:
    """``indicator`` told apart by dimensions, over the month or the twelve months that end with it."""

    name: str
    indicator: str
    by: tuple[str, ...] = ()
    months: int = 1
    is_compared: bool = False
    """Whether the month before is asked too."""

    def period(self, month: Month) -> Period:
        first = month
        for _ in range(self.months - 1):
            first = first.previous
        return between(first.first_day, month.last_day)


PANELS = (
    Asked("acknowledge_by_month", "acknowledge", ("month",), months=A_YEAR),
    Asked("recover_by_month", "recover", ("month",), months=A_YEAR),
    Asked("by_hour", "incidents", ("weekday", "hour")),
    Asked("by_cause", "incidents", ("cause",)),
    Asked("repeats", "repeat_rate", is_compared=True),
    Asked("pages", "pages", ("person",)),
    Asked("night_pages", "night_pages", ("person",)),
    Asked("pages_a_night", "pages_a_night", is_compared=True),
    Asked("unresolved_age", "unresolved_age"),
    Asked("problem_age", "problem_age"),
    Asked("action_age", "action_age"),
)


def measure_panels(month: Month, *, now: datetime, is_before: bool = False) -> dict[str, Panel]:
    """Every panel of the month; ``is_before``: only those with which the month after is compared."""
    asked = [panel for panel in PANELS if panel.is_compared or not is_before]
    return {panel.name: _measure(panel, month, now) for panel in asked}


def _measure(panel: Asked, month: Month, now: datetime) -> Panel:
    indicator, period = find_indicator(panel.indicator), panel.period(month)
    if indicator is None:
        raise LookupError(panel.indicator)
    answers = indicator.measure(Question(period, now, by=panel.by))
    return {
        "indicator": panel.indicator,
        "period": str(period),
        "by": list(panel.by),
        "rows": [_row(key, answers[key]) for key in sorted(answers)],
    }


def _row(key: tuple[str, ...], answer: Value) -> dict[str, Any]:
    return {"key": list(key), "value": answer.value, "count": answer.count, "parts": dict(answer.parts)}


def answer_of(panel: Panel | None, *key: str) -> dict[str, Any]:
    """One row of a panel; an empty one where the panel has none, or is not in an older report."""
    rows = panel["rows"] if panel else []
    return next((row for row in rows if row["key"] == list(key)), {"value": None, "count": 0, "parts": {}})
