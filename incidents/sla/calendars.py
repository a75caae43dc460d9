"""Business calendars as values: which hours of which days a clock runs in, read off the clock on the wall."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
LEAP_YEAR = 2000

Hours = tuple[tuple[int, int], ...]
"""The opening hours of a day in seconds after 00:00 on the wall, in order, apart from each other, ends exclusive."""


@dataclass(frozen=True)
class Calendar:
    """Opening hours by weekday in one zone, and the days on which they do not hold.

    Make one with ``Calendar.of`` or ``Calendar.from_json``. It is open at every moment at which a clock on the wall
    reads a time in the day's hours. So where the clocks go forward a boundary within the skipped hour takes effect at
    the change, and where they go back hours that are read twice count twice.
    """

    time_zone: str
    week: tuple[Hours, ...]
    """Monday first."""
    holidays: frozenset[date] = frozenset()
    yearly_holidays: frozenset[tuple[int, int]] = frozenset()
    """(month, day)."""
    extra_workdays: frozenset[date] = frozenset()

    @classmethod
    def of(
        cls,
        *,
        time_zone: str,
        hours: Mapping[str, Iterable[Sequence[str]]],
        holidays: Iterable[date | str] = (),
        extra_workdays: Iterable[date | str] = (),
    ) -> "Calendar":
        """A calendar from plain values.

        ``hours``: {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], ...}; ends are exclusive, "24:00" is the end of the
        day, a missing weekday is closed; night hours are written as two ranges, up to and from midnight. ``holidays``:
        "2026-10-01", or "*-01-01" for every year. ``extra_workdays`` are open whatever else says they are not, with
        the hours of their weekday or, where that is closed, those of the first weekday that is open.
        Raises ValueError for anything that cannot be read, and for a calendar that never opens.
        """
        zone_of(time_zone)
        marks = [str(mark) for mark in holidays]
        yearly = frozenset(_month_and_day(mark) for mark in marks if mark.startswith("*-"))
        calendar = cls(
            time_zone=time_zone,
            week=_week(hours),
            holidays=frozenset(date.fromisoformat(mark) for mark in marks if not mark.startswith("*-")),
            yearly_holidays=yearly,
            extra_workdays=frozenset(date.fromisoformat(str(day)) for day in extra_workdays),
        )
        if not any(calendar.week) or len(yearly) == 366:
            raise ValueError("The calendar never opens.")
        return calendar

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Calendar":
        """The inverse of ``as_json``; raises ValueError like ``of``, also where a part is missing."""
        try:
            return cls.of(
                time_zone=data["time_zone"],
                hours=data["hours"],
                holidays=data.get("holidays", ()),
                extra_workdays=data.get("extra_workdays", ()),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"This is not a calendar: {fault}") from fault

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can carry; equal calendars give equal ones."""
        hours = {
            name: [[_clock_text(start), _clock_text(end)] for start, end in ranges]
            for name, ranges in zip(WEEKDAYS, self.week, strict=True)
            if ranges
        }
        yearly = [f"*-{month:02}-{day:02}" for month, day in sorted(self.yearly_holidays)]
        return {
            "time_zone": self.time_zone,
            "hours": hours,
            "holidays": yearly + [day.isoformat() for day in sorted(self.holidays)],
            "extra_workdays": [day.isoformat() for day in sorted(self.extra_workdays)],
        }

    def hours_on(self, day: date) -> Hours:
        """When it is open on that day of the wall calendar."""
        if day in self.extra_workdays:
            return self.week[day.weekday()] or next((hours for hours in self.week if hours), ())
        if day in self.holidays or (day.month, day.day) in self.yearly_holidays:
            return ()
        return self.week[day.weekday()]


def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as fault:
        raise ValueError(f"There is no time zone {name!r}.") from fault


def wall_time(text: str, time_zone: str) -> datetime:
    """The moment, in UTC, at which the wall reads "2026-03-01 08:00:00" in that zone.

    A time that the clocks skip moves forward by what they skip; of one that they show twice it is the first.
    Raises ValueError for what is no date and time.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone_of(time_zone))).astimezone(UTC)


def _week(hours: Mapping[str, Iterable[Sequence[str]]]) -> tuple[Hours, ...]:
    days = {name.lower(): ranges for name, ranges in hours.items()}
    if unknown := sorted(set(days) - set(WEEKDAYS)):
        raise ValueError(f"These are no weekdays: {', '.join(unknown)}. Use {', '.join(WEEKDAYS)}.")
    return tuple(_joined(_range(pair) for pair in days.get(name, ())) for name in WEEKDAYS)


def _range(pair: Sequence[str]) -> tuple[int, int]:
    if isinstance(pair, str) or len(pair) != 2:
        raise ValueError(f"Opening hours are pairs of start and end, not {pair!r}.")
    start, end = (_seconds(text) for text in pair)
    if start >= end:
        raise ValueError(f"Opening hours must end after they start, on the same day: {pair[0]} to {pair[1]}.")
    return start, end


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", text, re.ASCII)
    second = (
        sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else -1
    )
    if not 0 <= second <= DAY:
        raise ValueError(f"{text!r} is no time of day from 00:00 to 24:00.")
    return second


def _clock_text(second: int) -> str:
    text = f"{second // 3600:02}:{second // 60 % 60:02}"
    return f"{text}:{second % 60:02}" if second % 60 else text


def _joined(ranges: Iterable[tuple[int, int]]) -> Hours:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _month_and_day(mark: str) -> tuple[int, int]:
    day = date.fromisoformat(f"{LEAP_YEAR}{mark[1:]}")
    return day.month, day.day
