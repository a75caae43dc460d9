"""The stretch of days that figures are about: a day, week, month, quarter, year, or from one day to another.

Days are those of UTC, so that every reader sees the same. Each kind is written in one way, and read back from it:
2026-10-03, 2026-W40, 2026-10, 2026-Q4, 2026, 2026-10-01..2026-10-15 (the last day included).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import total_ordering
from typing import Self

ONE_DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1970, 9998
LONGEST = timedelta(days=366 * 5)
"""A free range may be this long; figures by the day have to end somewhere."""


class Period(ABC):
    """Every moment from ``start`` up to, not including, ``end``."""

    @property
    @abstractmethod
    def first_day(self) -> date: ...

    @property
    @abstractmethod
    def end_day(self) -> date:
        """The first day that no longer belongs to it."""

    @property
    @abstractmethod
    def previous(self) -> "Period":
        """The one of its kind before it."""

    @property
    def start(self) -> datetime:
        return midnight(self.first_day)

    @property
    def end(self) -> datetime:
        return midnight(self.end_day)

    @property
    def last_day(self) -> date:
        return self.end_day - ONE_DAY

    def until(self, now: datetime) -> datetime:
        """The end of what has happened of it."""
        return max(self.start, min(self.end, now))

    def days(self, now: datetime) -> Iterator[date]:
        """Every day that has begun by ``now``; the present one counts whole."""
        day = self.first_day
        while day < self.end_day and day <= now.astimezone(UTC).date():
            yield day
            day += ONE_DAY


@total_ordering
@dataclass(frozen=True)
class Month(Period):
    """One calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2026-10"; ValueError for anything else, and for years that no calendar has."""
        found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            raise ValueError(text)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime | date) -> "Month":
        day = day_of(moment)
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def __lt__(self, other: "Month") -> bool:
        return (self.year, self.number) < (other.year, other.number)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end_day(self) -> date:
        return self.next.first_day

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


@dataclass(frozen=True)
class Quarter(Period):
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime | date) -> "Quarter":
        day = day_of(moment)
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end_day(self) -> date:
        return Month(self.year, 3 * self.number).end_day

    @property
    def previous(self) -> "Quarter":
        return Quarter.of(self.first_day - ONE_DAY)


@dataclass(frozen=True)
class Year(Period):
    year: int

    @classmethod
    def of(cls, moment: datetime | date) -> "Year":
        return cls(day_of(moment).year)

    def __str__(self) -> str:
        return f"{self.year:04}"

    @property
    def first_day(self) -> date:
        return date(self.year, 1, 1)

    @property
    def end_day(self) -> date:
        return date(self.year + 1, 1, 1)

    @property
    def previous(self) -> "Year":
        return Year(self.year - 1)


@dataclass(frozen=True)
class Days(Period):
    """From one day up to, not including, another: a day, a week, or whatever somebody asks for."""

    first: date
    after: date

    @classmethod
    def day(cls, moment: datetime | date) -> Self:
        day = day_of(moment)
        return cls(day, day + ONE_DAY)

    @classmethod
    def week(cls, moment: datetime | date) -> Self:
        """The one of ISO 8601, from Monday."""
        day = day_of(moment)
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=7))

    @property
    def first_day(self) -> date:
        return self.first

    @property
    def end_day(self) -> date:
        return self.after

    @property
    def is_week(self) -> bool:
        return self.first_day.weekday() == 0 and self.end_day - self.first_day == timedelta(days=7)

    def __str__(self) -> str:
        if self.end_day - self.first_day == ONE_DAY:
            return self.first_day.isoformat()
        if self.is_week:
            year, number, _day = self.first_day.isocalendar()
            return f"{year:04}-W{number:02}"
        return f"{self.first_day}..{self.last_day}"

    @property
    def previous(self) -> Self:
        return type(self)(self.first - (self.after - self.first), self.first)


GRAINS: dict[str, Callable[[datetime | date], Period]] = {
    "day": Days.day,
    "week": Days.week,
    "month": Month.of,
    "quarter": Quarter.of,
    "year": Year.of,
}
"""Name of a kind -> the period of that kind in which a moment lies."""


def parse_period(text: str) -> Period:
    """Read what ``str`` of a period writes. ValueError for anything else, and for ranges that are empty or too long."""
    for pattern, read in READERS:
        if found := re.fullmatch(pattern, text):
            period = read(*found.groups())
            break
    else:
        raise ValueError(text)
    is_sensible = period.first_day.year >= FIRST_YEAR and period.last_day.year <= LAST_YEAR
    if not is_sensible or not timedelta(0) < period.end_day - period.first_day <= LONGEST:
        raise ValueError(text)
    return period


def between(first: date, last: date) -> Period:
    """From a day to another, that one included; a whole month, quarter or year is told as such."""
    for name in ("month", "quarter", "year"):
        whole = GRAINS[name](first)
        if (whole.first_day, whole.last_day) == (first, last):
            return whole
    return parse_period(f"{first}..{last}")


def pieces(period: Period, grain: str) -> Iterator[Period]:
    """The days, weeks, months ... that touch the period, in order; the first and last may stick out of it."""
    piece = GRAINS[grain](period.first_day)
    while piece.first_day < period.end_day:
        yield piece
        piece = GRAINS[grain](piece.end_day)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def day_of(moment: datetime | date) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment


def _range(first: str, last: str) -> Period:
    return Days(date.fromisoformat(first), date.fromisoformat(last) + ONE_DAY)


READERS: tuple[tuple[str, Callable[..., Period]], ...] = (
    (r"([0-9]{4}-[0-9]{2})", Month.parse),
    (r"([0-9]{4})-Q([1-4])", lambda year, number: Quarter(int(year), int(number))),
    (r"([0-9]{4})", lambda year: Year(int(year))),
    (r"([0-9]{4})-W([0-9]{2})", lambda year, number: Days.week(date.fromisocalendar(int(year), int(number), 1))),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})", lambda day: Days.day(date.fromisoformat(day))),
    (r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})", _range),
)
