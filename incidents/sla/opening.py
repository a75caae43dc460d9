"""When a calendar is open, on the time line that knows neither zones nor summer: seconds and days of UTC.

Going through the days of UTC rather than those of the wall keeps everything in order where a wall day has no midnight,
has it twice, or does not happen at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from incidents.sla.calendars import DAY, Calendar, zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
SECOND = timedelta(seconds=1)
ZERO = timedelta(0)
LONGEST_SEARCH = 36_525
"""Days: a deadline that working time does not reach within a century is refused."""

Stretch = tuple[datetime, datetime]


class Opening(Protocol):
    """What clocks ask of a calendar; all moments are in UTC."""

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from start to end; zero where the end is not after the start."""
        ...

    def advance(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment at which that much working time has passed since the start."""
        ...

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        """The working stretches from start to end, in order, never touching each other."""
        ...


class AroundTheClock:
    """Always open."""

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, ZERO)

    def advance(self, start: datetime, amount: timedelta) -> datetime:
        return start + amount

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        return [(start, end)] if start < end else []


@dataclass(frozen=True)
class Day:
    """The working stretches of one day of UTC, in seconds since 1970, and how long they are together."""

    stretches: tuple[tuple[int, int], ...]
    length: timedelta


class OpeningHours:
    """A calendar on the time line. Days are worked out once and kept."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.zone = zone_of(calendar.time_zone)
        self.day = lru_cache(maxsize=8192)(self._day)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return ZERO
        first, last = _day_of(start), _day_of(end)
        if first == last:
            return self._passed(end) - self._passed(start)
        between = sum((self.day(number).length for number in range(first + 1, last)), ZERO)
        return self.day(first).length - self._passed(start) + between + self._passed(end)

    def advance(self, start: datetime, amount: timedelta) -> datetime:
        """Raises ValueError where a century is not enough."""
        if amount <= ZERO:
            return start
        first = _day_of(start)
        left = amount + self._passed(start)
        for number in range(first, first + LONGEST_SEARCH):
            day = self.day(number)
            if left <= day.length:
                return _at(day, left)
            left -= day.length
        raise ValueError("The calendar is not open for that long within a hundred years.")

    def stretches(self, start: datetime, end: datetime) -> list[Stretch]:
        found: list[Stretch] = []
        for opens, closes in self._clipped(start, end):
            if found and found[-1][1] == opens:
                found[-1] = (found[-1][0], closes)
            else:
                found.append((opens, closes))
        return found

    def _clipped(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        for number in range(_day_of(start), _day_of(end) + 1):
            for opens, closes in self.day(number).stretches:
                stretch = max(EPOCH + opens * SECOND, start), min(EPOCH + closes * SECOND, end)
                if stretch[0] < stretch[1]:
                    yield stretch

    def _passed(self, moment: datetime) -> timedelta:
        """The working time of its day of UTC before that moment."""
        since = moment - EPOCH
        stretches = self.day(since.days).stretches
        return sum((max(min(closes * SECOND, since) - opens * SECOND, ZERO) for opens, closes in stretches), ZERO)

    def _day(self, number: int) -> Day:
        found: list[tuple[int, int]] = []
        for start, end, offset in self._pieces(number * DAY):
            for wall_day in range((start + offset) // DAY, (end + offset - 1) // DAY + 1):
                midnight = wall_day * DAY - offset
                for opens, closes in self.calendar.hours_on(date.fromordinal(EPOCH_ORDINAL + wall_day)):
                    stretch = max(start, midnight + opens), min(end, midnight + closes)
                    if stretch[0] < stretch[1]:
                        found.append(stretch)
        return Day(tuple(found), sum(closes - opens for opens, closes in found) * SECOND)

    def _pieces(self, start: int) -> list[tuple[int, int, int]]:
        """A day of UTC as (start, end, offset of the wall): one piece, or two where the clocks change.

        No zone has ever changed its clocks twice in one day.
        """
        end = start + DAY
        before, after = self._offset(start), self._offset(end - 1)
        if before == after:
            return [(start, end, before)]
        low, high = start, end - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(middle) == before else (low, middle)
        return [(start, high, before), (high, end, after)]

    def _offset(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, self.zone).utcoffset()
        return offset // SECOND if offset is not None else 0


def opening_of(calendar: Calendar | None) -> Opening:
    """None is around the clock."""
    return _opening_hours(calendar) if calendar else AroundTheClock()


@lru_cache(maxsize=64)
def _opening_hours(calendar: Calendar) -> OpeningHours:
    return OpeningHours(calendar)


def _day_of(moment: datetime) -> int:
    return (moment - EPOCH).days


def _at(day: Day, used: timedelta) -> datetime:
    """The first moment of a day at which that much of its working time has passed; more than nothing, and within it."""
    for opens, closes in day.stretches:
        length = (closes - opens) * SECOND
        if used <= length:
            return EPOCH + opens * SECOND + used
        used -= length
    raise AssertionError("unreachable: it is asked for within the day's length only")
