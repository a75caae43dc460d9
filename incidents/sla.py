"""The arithmetic of an SLA clock: values in, values out, to the second. Knows neither Django nor the time of day.

A clock has an origin, a target and pauses. Its deadline is the origin plus the target plus every pause that was
earned on the way; it is always derived from the origin, never from an earlier deadline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ZERO = timedelta(0)


@dataclass(frozen=True)
class Interval:
    """From ``start`` to ``end``; an ``end`` of None means that it is still going on."""

    start: datetime
    end: datetime | None = None


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

    ``elapsed`` counts running time only. ``remaining`` is negative once overdue. ``due_at`` is None while paused,
    because nobody can know it then.
    """

    state: State
    due_at: datetime | None
    elapsed: timedelta
    remaining: timedelta
    fraction: float


@dataclass(frozen=True)
class Span:
    """A part of a clock's life, for the account of every second: ``kind`` is "running" or "paused"."""

    kind: str
    start: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


def account(*, origin: datetime, pauses: Sequence[Interval], until: datetime) -> list[Span]:
    """Cut the time from origin to ``until`` into spans without gap or overlap; overlapping pauses count once."""
    spans: list[Span] = []
    cursor = origin
    for pause in sorted(pauses, key=lambda interval: interval.start):
        start = max(cursor, min(pause.start, until))
        end = min(pause.end or until, until)
        if end <= start:
            continue
        if start > cursor:
            spans.append(Span("running", cursor, start))
        if spans and spans[-1].kind == "paused" and spans[-1].end == start:
            spans[-1] = Span("paused", spans[-1].start, end)
        else:
            spans.append(Span("paused", start, end))
        cursor = end
    if until > cursor:
        spans.append(Span("running", cursor, until))
    return spans


def elapsed(*, origin: datetime, pauses: Sequence[Interval], until: datetime) -> timedelta:
    """Running time from origin to ``until``; zero before the origin."""
    spans = account(origin=origin, pauses=pauses, until=until)
    return sum((span.duration for span in spans if span.kind == "running"), ZERO)


def deadline(*, origin: datetime, target: timedelta, pauses: Sequence[Interval]) -> datetime | None:
    """When the target will be used up; None while a pause that began before that moment is still open.

    A pause that begins at or after the deadline cannot move it: a breached clock stays breached.
    """
    due_at = origin + target
    for pause in _merged(pauses):
        start = max(pause.start, origin)
        if start >= due_at:
            break
        if pause.end is None:
            return None
        due_at += max(pause.end - start, ZERO)
    return due_at


def read(
    *,
    origin: datetime,
    target: timedelta,
    pauses: Sequence[Interval],
    now: datetime,
    stopped_at: datetime | None = None,
) -> Reading:
    """Read the clock at ``now``, or at the moment it stopped."""
    until = min(stopped_at, now) if stopped_at else now
    used = elapsed(origin=origin, pauses=pauses, until=until)
    due_at = deadline(origin=origin, target=target, pauses=pauses)
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


def _merged(pauses: Sequence[Interval]) -> list[Interval]:
    """The pauses in order, overlapping and touching ones joined."""
    joined: list[Interval] = []
    for pause in sorted(pauses, key=lambda interval: interval.start):
        last = joined[-1] if joined else None
        if last is not None and (last.end is None or pause.start <= last.end):
            end = None if last.end is None or pause.end is None else max(last.end, pause.end)
            joined[-1] = Interval(last.start, end)
        else:
            joined.append(pause)
    return joined
