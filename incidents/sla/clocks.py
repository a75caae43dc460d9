"""What a clock says, from its origin, its target, its calendar and its pauses."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from incidents.sla.calendars import Calendar
from incidents.sla.opening import ZERO, Stretch, opening_of


class Interval(NamedTuple):
    """From ``start`` to ``end``; an ``end`` of None means that it is still going on."""

    start: datetime
    end: datetime | None = None


Pauses = Sequence[tuple[datetime, datetime | None]]


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    """Over its deadline, running or not."""
    STOPPED = "stopped"
    """Ended without a verdict: the incident was cancelled."""


@dataclass(frozen=True)
class Reading:
    """A clock read at one moment.

    ``elapsed`` counts running time only. ``remaining`` is negative once more than the target is used. ``due_at`` is
    None while paused, because nobody can know it then.
    """

    state: State
    due_at: datetime | None
    elapsed: timedelta
    remaining: timedelta
    fraction: float


@dataclass(frozen=True)
class Span:
    """A part of a clock's life, for the account of every second: ``kind`` is "running", "paused" or "closed"."""

    kind: str
    start: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


class NextWarning(NamedTuple):
    """When somebody is to be warned next, and how much of the target is used by then (over 100: overdue)."""

    at: datetime
    percent: int


def account(*, origin: datetime, pauses: Pauses, until: datetime, calendar: Calendar | None = None) -> list[Span]:
    """Cut the time from origin to ``until`` into spans without gap or overlap; overlapping pauses count once.

    Closed hours are closed, paused or not: a pause is worth the working time that it covers.
    """
    start, end = _utc(origin), _utc(until)
    if end <= start:
        return []
    open_stretches = opening_of(calendar).stretches(start, end)
    paused_stretches = _clipped(_merged(pauses), start, end)
    edges = {start, end, *(edge for stretch in (*open_stretches, *paused_stretches) for edge in stretch)}
    is_open, is_paused = _membership(open_stretches), _membership(paused_stretches)
    spans: list[Span] = []
    for left, right in pairwise(sorted(edges)):
        kind = ("paused" if is_paused(left) else "running") if is_open(left) else "closed"
        if spans and spans[-1].kind == kind:
            left = spans.pop().start
        spans.append(Span(kind, left, right))
    return spans


def totals(spans: Sequence[Span]) -> dict[str, timedelta]:
    """How long the spans of each kind are together: {"running": ..., "paused": ..., "closed": ...}."""
    return {
        kind: sum((span.duration for span in spans if span.kind == kind), ZERO)
        for kind in ("running", "paused", "closed")
    }


def elapsed(*, origin: datetime, pauses: Pauses, until: datetime, calendar: Calendar | None = None) -> timedelta:
    """Running time from origin to ``until``: neither paused nor closed; zero before the origin."""
    opening, limit = opening_of(calendar), _utc(until)
    runs = ((start, limit if end is None else min(end, limit)) for start, end in _runs(_utc(origin), pauses))
    return sum((opening.open_between(start, end) for start, end in runs), ZERO)


def deadline(
    *, origin: datetime, target: timedelta, pauses: Pauses, calendar: Calendar | None = None
) -> datetime | None:
    """The first moment at which the target is used up; None while a pause that began before it is still open.

    A pause that begins at or after the deadline cannot move it: a breached clock stays breached.
    Raises ValueError where the calendar is not open for that long within a hundred years.
    """
    opening, left = opening_of(calendar), target
    for start, end in _runs(_utc(origin), pauses):
        if end is None:
            return opening.advance(start, left)
        worked = opening.open_between(start, end)
        if left <= worked:
            return opening.advance(start, left)
        left -= worked
    return None


def read(
    *,
    origin: datetime,
    target: timedelta,
    pauses: Pauses,
    now: datetime,
    stopped_at: datetime | None = None,
    calendar: Calendar | None = None,
) -> Reading:
    """Read the clock at ``now``, or at the moment it stopped."""
    until = min(_utc(stopped_at), _utc(now)) if stopped_at else _utc(now)
    used = elapsed(origin=origin, pauses=pauses, until=until, calendar=calendar)
    due_at = deadline(origin=origin, target=target, pauses=pauses, calendar=calendar)
    if due_at is not None and until > due_at:
        state = State.BREACHED
    elif stopped_at is not None and stopped_at <= now:
        state = State.MET
    elif due_at is None:
        state = State.PAUSED
    else:
        state = State.RUNNING
    fraction = used / target if target else 1.0
    return Reading(state=state, due_at=due_at, elapsed=used, remaining=target - used, fraction=fraction)


def next_warning(
    *,
    origin: datetime,
    target: timedelta,
    pauses: Pauses,
    percents: Sequence[int],
    repeat: timedelta | None,
    after: datetime,
    calendar: Calendar | None = None,
) -> NextWarning | None:
    """The first warning after a moment: when a percent of the target is used, and then each time that ``repeat`` more
    has run since the deadline (as the clock runs: nobody is warned all night of what nobody works on).

    None while the clock is paused, and where no warning is left. ``repeat``: None or zero for never.
    """
    used = elapsed(origin=origin, pauses=pauses, until=after, calendar=calendar)
    marks = [mark for percent in percents if (mark := target * percent / 100) > used]
    if repeat:
        marks.append(target + repeat * max((used - target) // repeat + 1, 1))
    if not marks:
        return None
    at = deadline(origin=origin, target=min(marks), pauses=pauses, calendar=calendar)
    return NextWarning(at, int(min(marks) * 100 / target) if target else 100) if at else None


def _runs(origin: datetime, pauses: Pauses) -> Iterator[Interval]:
    """The stretches from the origin on in which it is not paused; the last has no end unless a pause is open."""
    cursor = origin
    for start, end in _merged(pauses):
        if end is not None and end <= origin:
            continue
        yield Interval(cursor, max(start, cursor))
        if end is None:
            return
        cursor = end
    yield Interval(cursor)


def _merged(pauses: Pauses) -> list[Interval]:
    """The pauses in UTC and in order, overlapping and touching ones joined, empty ones left out."""
    joined: list[Interval] = []
    for start, end in sorted(((_utc(start), end and _utc(end)) for start, end in pauses), key=lambda pause: pause[0]):
        last = joined[-1] if joined else None
        if end is not None and end <= start:
            continue
        if last is not None and (last.end is None or start <= last.end):
            joined[-1] = Interval(last.start, None if last.end is None or end is None else max(last.end, end))
        else:
            joined.append(Interval(start, end))
    return joined


def _clipped(pauses: Sequence[Interval], start: datetime, end: datetime) -> list[Stretch]:
    clipped = [(max(pause.start, start), min(pause.end or end, end)) for pause in pauses]
    return [stretch for stretch in clipped if stretch[0] < stretch[1]]


def _membership(stretches: Sequence[Stretch]) -> Callable[[datetime], bool]:
    """A question to ask of moments: is it within one of these? They are in order and do not overlap."""
    starts = [start for start, _ in stretches]

    def contains(moment: datetime) -> bool:
        place = bisect_right(starts, moment) - 1
        return place >= 0 and moment < stretches[place][1]

    return contains


def _utc(moment: datetime) -> datetime:
    """Python subtracts two moments of one zone by what the wall says, so all arithmetic is done in UTC."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return moment.astimezone(UTC)
