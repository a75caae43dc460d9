"""Twelve months of incidents and of the time to recover, as charts whose marks lead to the rows."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports import words
from reports.boards.drawing import Mark, Step, columns, lines
from reports.boards.telling import Told, p90, tell_by
from reports.indicators import Question, Unit
from reports.period import Month, Period, between

MONTHS = 12
LEVELS = ("1", "2", "3")


def months_up_to(period: Period, now: datetime) -> list[Month]:
    """The twelve that end with the period, or with the present month where that lies in it."""
    months = [Month.of(min(period.end - timedelta(days=1), max(now, period.start)))]
    while len(months) < MONTHS:
        months.append(months[-1].previous)
    return months[::-1]


def charts(period: Period, now: datetime) -> list[dict[str, Any]]:
    months = months_up_to(period, now)
    question = Question(between(months[0].first_day, months[-1].last_day), now)
    return [_amounts(months, question), _times(months, question)]


def _amounts(months: list[Month], question: Question) -> dict[str, Any]:
    told = tell_by("incidents", Question(question.period, question.now, by=("month", "level")))
    steps = [
        Step(
            _short(month), [_part(told[key], month, level) for level in LEVELS if (key := (str(month), level)) in told]
        )
        for month in months
    ]
    numbers = [
        [told[key].text if (key := (str(month), level)) in told else "0" for level in LEVELS] for month in months
    ]
    return {
        **columns(steps, words=words.whole),
        "title": _("Incidents by month and level"),
        "desc": _("Each column is a month, each part of it a level; the table holds the same figures."),
        "legend": [{"css": f"bar-level-{level}", "text": _level(level)} for level in LEVELS],
        "columns": [_("Month"), *(_level(level) for level in LEVELS)],
        "rows": [[words.month_name(month), *row] for month, row in zip(months, numbers, strict=True)],
    }


def _times(months: list[Month], question: Question) -> dict[str, Any]:
    told = tell_by("recover", Question(question.period, question.now, by=("month",)))
    found = [(month, told.get((str(month),))) for month in months]
    return {
        **lines([Step(_short(month), _median_and_p90(month, each)) for month, each in found], words=words.duration),
        "title": _("Time to recover by month: median and p90"),
        "desc": _("One line is the median, the other the 90th percentile; the table holds the same figures."),
        "legend": [{"css": "line", "text": _("median")}, {"css": "line line-2", "text": "p90"}],
        "columns": [_("Month"), _("median"), "p90", _("Incidents")],
        "rows": [
            [words.month_name(month), each.text, p90(each), words.whole(each.value.count)]
            if each
            else [words.month_name(month), words.NOTHING, words.NOTHING, "0"]
            for month, each in found
        ],
    }


def _part(told: Told, month: Month, level: str) -> Mark:
    title = f"{words.month_name(month)}, {_level(level)}: {words.incidents(int(told.number or 0))}"
    return Mark(told.number, f"bar-level-{level}", title, told.url)


def _median_and_p90(month: Month, told: Told | None) -> list[Mark]:
    if told is None:
        return [Mark(None, "bar-1", ""), Mark(None, "bar-2", "")]
    name = words.month_name(month)
    return [
        Mark(told.number, "bar-1", f"{name}, {_('median')}: {told.text}", told.url),
        Mark(told.part("p90"), "bar-2", f"{name}, p90: {words.measured(told.part('p90'), Unit.SECONDS)}", told.url),
    ]


def _short(month: Month) -> str:
    return date_format(month.first_day, "M") if month.number > 1 else str(month.year)


def _level(level: str) -> str:
    return _("Level %(number)s") % {"number": level}
