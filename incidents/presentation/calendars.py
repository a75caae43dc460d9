"""A business calendar in words: its week, and what the coming days look like."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import holidays
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from incidents import sla
from incidents.models import Calendar

DAYS = 14


@dataclass(frozen=True)
class Day:
    """``hours`` is empty where it is closed; ``why`` names what makes the day other than its weekday."""

    date: date
    weekday: str
    hours: str
    why: str
    is_today: bool


def coming_days(calendar: Calendar, *, now: datetime) -> list[Day]:
    """The next days from today on, in the calendar's own zone."""
    today = now.astimezone(ZoneInfo(calendar.time_zone)).date()
    value = calendar.as_value(year=today.year)
    names = _holiday_names(calendar, today.year)
    return [
        Day(
            date=day,
            weekday=str(WEEKDAYS_ABBR[day.weekday()]),
            hours=", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in value.hours_on(day)),
            why=_why(value, day, names),
            is_today=day == today,
        )
        for day in (today + timedelta(days=number) for number in range(DAYS))
    ]


def week_in_words(calendar: Calendar) -> list[str]:
    """ "Mon-Fri 09:00-18:00": neighbours with the same hours together, closed days left out."""
    week = [tuple(map(tuple, calendar.hours.get(name, []))) for name in sla.WEEKDAYS]
    lines = []
    for hours, group in groupby(range(7), key=lambda number: week[number]):
        days = list(group)
        if hours:
            names = [str(WEEKDAYS_ABBR[days[0]]), *([str(WEEKDAYS_ABBR[days[-1]])] if len(days) > 1 else [])]
            lines.append(f"{'-'.join(names)} {', '.join('-'.join(pair) for pair in hours)}")
    return lines


def _why(value: sla.Calendar, day: date, names: dict[date, str]) -> str:
    if day in value.extra_workdays:
        return _("extra working day")
    if day in value.holidays or (day.month, day.day) in value.yearly_holidays:
        return names.get(day, _("holiday"))
    return ""


def _holiday_names(calendar: Calendar, year: int) -> dict[date, str]:
    """In the reader's language where the library has it."""
    if not calendar.holiday_country:
        return {}
    known = getattr(holidays.country_holidays(calendar.holiday_country), "supported_languages", ())
    wanted = "zh_CN" if (get_language() or "").startswith("zh") else "en_US"
    language = wanted if wanted in known else None
    return dict(holidays.country_holidays(calendar.holiday_country, years=range(year, year + 2), language=language))


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}"
