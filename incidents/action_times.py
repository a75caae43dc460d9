"""When somebody is reminded of an action item, and when it is said that it is overdue. Pure.

Nobody is woken for an action item: every moment is that of ``hour`` on the wall, on a day of ``zone``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, count
from zoneinfo import ZoneInfo

WORKING_DAY = timedelta(hours=9)


def moment_of(day: date, hour: time, zone: str) -> datetime:
    """That hour of the day on the wall of ``zone``, in UTC."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def next_office_moment(at: datetime, *, hour: time, zone: str) -> datetime:
    """``at`` itself in a working day that begins at ``hour`` there, else the next beginning of one: after a standstill
    nobody gets at night what was due in the morning."""
    wall = at.astimezone(ZoneInfo(zone))
    starts = [moment_of(wall.date() + timedelta(days=number), hour, zone) for number in (-1, 0, 1)]
    if any(start <= at < start + WORKING_DAY for start in starts):
        return at
    return min(start for start in starts if start > at)


def days_over(due_on: date, *, at: datetime, zone: str) -> int:
    """Days since the due date: 1 on the day after it, 0 on it, -3 three days before."""
    return (at.astimezone(ZoneInfo(zone)).date() - due_on).days


def next_reminder(
    due_on: date, *, days_before: Iterable[int], asked_for: date | None, hour: time, zone: str, after: datetime
) -> datetime | None:
    """The first moment past ``after`` at which the owner is reminded, or None: so many days before the due date, and
    on the day that somebody asked for. Past the due date it is overdue, which is another matter."""
    days = {due_on - timedelta(days=number) for number in days_before}
    days |= {asked_for} if asked_for is not None and asked_for <= due_on else set()
    moments = (moment_of(day, hour, zone) for day in days)
    return min((moment for moment in moments if moment > after), default=None)


def next_nag(due_on: date, *, leader_after: int, every: int, hour: time, zone: str, after: datetime) -> datetime:
    """The first moment past ``after`` at which it is said that it is overdue: on the day after the due date, when
    ``leader_after`` days are over, and ``every`` so many days from then on."""
    since = days_over(due_on, at=after, zone=zone)
    moments = (
        moment_of(due_on + timedelta(days=number), hour, zone)
        for number in _days_of_nagging(max(leader_after, 1), max(every, 1), since)
    )
    return next(moment for moment in moments if moment > after)


def concerns_leader(days: int, *, leader_after: int) -> bool:
    """Whether it is overdue for so long that the owner's leader is told as well."""
    return days >= max(leader_after, 1)


def _days_of_nagging(leader_after: int, every: int, since: int) -> Iterator[int]:
    """Days after the due date, from about ``since`` on, without end."""
    passed = max(0, (since - leader_after) // every)
    first = [1] if since <= 1 else []
    return chain(first, count(leader_after + passed * every, every))
