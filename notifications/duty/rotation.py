"""Hand-overs of a rotation: every so many hours, days, weeks or months on the clock on the wall."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from notifications.duty.walltime import instant, wall_clock

MONTHS = 12


class Unit(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


LENGTHS = {Unit.HOURLY: timedelta(hours=1), Unit.DAILY: timedelta(days=1), Unit.WEEKLY: timedelta(weeks=1)}


@dataclass(frozen=True)
class Shift:
    """From one hand-over to the next. ``number`` counts from the rotation's first, and below zero before it."""

    number: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Rotation:
    """``start``: the first hand-over, naive wall-clock time of ``zone``. Hand-overs reach back before it as well.

    The hours of an hourly rotation are those on the wall too: the hour that comes twice in autumn stays with whoever
    has it, and a shift whose hours are all skipped in spring is left out. A monthly rotation from the 29th to the 31st
    hands over on the last day of a month that is shorter, and on its own day again in the next.
    """

    unit: Unit
    every: int
    zone: ZoneInfo
    start: datetime

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("A rotation changes every so many units, at least one.")
        if self.start.tzinfo is not None:
            raise ValueError("A rotation starts by the clock on the wall, which knows no offset.")

    def boundary(self, number: int) -> datetime:
        """The hand-over with that number."""
        return _boundary(self, number)

    def number_at(self, moment: datetime) -> int:
        """The number of the shift that covers the moment."""
        number = self._estimate(wall_clock(moment, self.zone))
        while self.boundary(number) > moment:
            number -= 1
        while self.boundary(number + 1) <= moment:
            number += 1
        return number

    def shift_at(self, moment: datetime) -> Shift:
        number = self.number_at(moment)
        return Shift(number, self.boundary(number), self.boundary(number + 1))

    def shifts_between(self, start: datetime, end: datetime) -> Iterator[Shift]:
        """Every shift that touches the stretch, in order, each from its own start to its own end."""
        shift = self.shift_at(start)
        while shift.start < end:
            yield shift
            shift = self.shift_at(shift.end)

    def handoffs(self, start: datetime, end: datetime) -> list[datetime]:
        """The hand-overs around a stretch, from that which begins the shift of its first moment to that which ends
        the shift of its last."""
        shift = self.shift_at(start)
        found = [shift.start, shift.end]
        while found[-1] <= end:
            found.append(self.shift_at(found[-1]).end)
        return found

    def _estimate(self, wall: datetime) -> int:
        """Right up to what changes of the clocks and short months do."""
        if self.unit == Unit.MONTHLY:
            months = (wall.year - self.start.year) * MONTHS + wall.month - self.start.month
            return months // self.every
        return (wall - self.start) // (LENGTHS[self.unit] * self.every)


@lru_cache(maxsize=1 << 16)
def _boundary(rotation: Rotation, number: int) -> datetime:
    steps = number * rotation.every
    if rotation.unit == Unit.MONTHLY:
        return instant(months_later(rotation.start, steps), rotation.zone)
    return instant(rotation.start + LENGTHS[rotation.unit] * steps, rotation.zone)


def months_later(wall: datetime, months: int) -> datetime:
    """The same day of the month so many months on, or the last day of one that has no such day."""
    year, month = divmod(wall.year * MONTHS + wall.month - 1 + months, MONTHS)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))
