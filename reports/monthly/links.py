"""The address of the rows behind a figure."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from reports.indicators import Question, find_indicator, rows_url
from reports.period import Month, parse_period


def incidents_url(month: Month | str, **query: Any) -> str:
    """The incidents of a month behind a figure of reports/figures.py."""
    address = reverse("reports:rows", args=[str(month)])
    return f"{address}?{urlencode(query)}" if query else address


def indicator_url(name: str, period: str, *, now: datetime, part: str = "", **filters: Any) -> str:
    """The rows of an indicator; empty where there is no such indicator any more."""
    indicator = find_indicator(name)
    if indicator is None:
        return ""
    question = Question(parse_period(period), now, filters={key: str(value) for key, value in filters.items()})
    return rows_url(indicator, question, part=part)
