"""Every number that reports, dashboards and the API tell, defined once (docs/indicators.md).

``find_indicator("recover").measure(Question(period, now, filters={"service": "cards"}, by=("month", "level")))``
answers {("2026-10", "1"): Value(...), ...}; ``rows`` of the same question is what was counted, ``rows_url`` the page
with them. The modules that define some are named in reports/indicators/every.py.
"""

from reports.indicators.question import NONE, Key, Question
from reports.indicators.registry import Indicator, every_indicator, find_indicator, rows_url
from reports.indicators.values import DURATIONS, Change, Spread, Unit, Value, add_up

__all__ = [
    "DURATIONS",
    "NONE",
    "Change",
    "Indicator",
    "Key",
    "Question",
    "Spread",
    "Unit",
    "Value",
    "add_up",
    "every_indicator",
    "find_indicator",
    "rows_url",
]
