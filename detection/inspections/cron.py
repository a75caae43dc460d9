"""When a cron expression is next due, on the wall clock of a time zone. Pure: the moment is an argument.

Five fields: minute, hour, day of the month, month, day of the week (0 or 7 is Sunday; names of months and days by
their first three letters). A field is ``*``, a number, a range ``1-5``, each with a step ``/2``, or several of these
with commas. Where both days are restricted, one of them is enough, as cron has it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST = 100
HORIZON = 366 * 8 + 3
"""Days looked ahead: a 29 February may be eight years away."""
_PART = re.compile(r"(\*|([a-z0-9]{1,3})(?:-([a-z0-9]{1,3}))?)(?:/([0-9]{1,2}))?")


class NotCron(ValueError):  # noqa: N818 - a refusal of what was typed
    """It is no expression that can be understood, or one that never comes."""


@dataclass(frozen=True)
class Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Both the day of the month and that of the week are restricted: one of them is enough."""

    def falls_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.either_day else by_month and by_week


def parse(text: str) -> Cron:
    """Raises NotCron, also for an expression that never comes, such as 30 February."""
    fields = text.lower().split()
    if len(text) > LONGEST or len(fields) != 5:
        raise NotCron(text)
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    days, months = _numbers(fields[2], 1, 31), _numbers(fields[3], 1, 12, MONTHS, names_from=1)
    weekdays = frozenset(number % 7 for number in _numbers(fields[4], 0, 7, WEEKDAYS))
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    found = Cron(tuple(sorted(minutes)), tuple(sorted(hours)), days, months, weekdays, either)
    next_after(found, datetime(2024, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    return found


def next_after(cron: Cron, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment later than ``after``, in UTC.

    A time that the clocks jump over comes as much later; one that they show twice comes the first time only.
    """
    first = after.astimezone(zone).date()
    for offset in range(-1, HORIZON):
        day = first + timedelta(days=offset)
        if not cron.falls_on(day):
            continue
        due = sorted(_moment(day, hour, minute, zone) for hour in cron.hours for minute in cron.minutes)
        later = next((moment for moment in due if moment > after), None)
        if later is not None:
            return later
    raise NotCron("never")


def _moment(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def _numbers(text: str, low: int, high: int, names: tuple[str, ...] = (), *, names_from: int = 0) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise NotCron(text)
        star, first, last, step = match[1] == "*", match[2], match[3], int(match[4] or 1)
        begin = low if star else _number(first, names, names_from)
        end = high if star or (match[4] and last is None) else _number(last or first, names, names_from)
        if not low <= begin <= end <= high or step < 1:
            raise NotCron(text)
        found.update(range(begin, end + 1, step))
    return frozenset(found)


def _number(text: str, names: tuple[str, ...], names_from: int) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    if text in names:
        return names.index(text) + names_from
    raise NotCron(text)
