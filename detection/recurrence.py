"""When a window of time that repeats holds. Wall time of the zone in which its times are given. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Repeat(StrEnum):
    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


PERIODS = {Repeat.DAILY: 1, Repeat.WEEKLY: 7}
Occurrence = tuple[datetime, datetime]


def current(
    starts_at: datetime,
    ends_at: datetime,
    repeats: str,
    until: datetime | None,
    at: datetime,
    zone: ZoneInfo | None = None,
) -> Occurrence | None:
    """The occurrence [start, end) that holds at the moment; None where none does."""
    for occurrence in _around(starts_at, ends_at, repeats, until, at, zone):
        if occurrence[0] <= at < occurrence[1]:
            return occurrence
    return None


def upcoming(
    starts_at: datetime,
    ends_at: datetime,
    repeats: str,
    until: datetime | None,
    at: datetime,
    zone: ZoneInfo | None = None,
) -> Occurrence | None:
    """The first occurrence that begins after the moment."""
    later = [each for each in _around(starts_at, ends_at, repeats, until, at, zone) if each[0] > at]
    return later[0] if later else None


def _around(
    starts_at: datetime, ends_at: datetime, repeats: str, until: datetime | None, at: datetime, zone: ZoneInfo | None
) -> list[Occurrence]:
    """Those near the moment, oldest first: no window is longer than its period."""
    if repeats not in PERIODS:
        return [(starts_at, ends_at)]
    days = PERIODS[Repeat(repeats)]
    number = max((at - starts_at).days // days, 0)
    found = []
    for index in range(max(number - 1, 0), number + 3):
        start = _shift(starts_at, index * days, zone)
        if until is None or start < until:
            found.append((start, start + (ends_at - starts_at)))
    return found


def _shift(moment: datetime, days: int, zone: ZoneInfo | None) -> datetime:
    """The same wall time some days later."""
    if zone is None:
        return moment + timedelta(days=days)
    there = moment.astimezone(zone)
    return (there.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone).astimezone(moment.tzinfo)
