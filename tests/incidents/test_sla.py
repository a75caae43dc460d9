"""The arithmetic of SLA clocks: tables of cases, and the laws that hold for every history."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import sla
from incidents.sla import Interval, State

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MINUTE, HOUR, ZERO = timedelta(minutes=1), timedelta(hours=1), timedelta(0)


def at(minutes: float) -> datetime:
    return T0 + minutes * MINUTE


def pause(start: float, end: float | None) -> Interval:
    return Interval(at(start), None if end is None else at(end))


DEADLINES = [
    ("without pauses", [], 60),
    ("one pause counts whole", [pause(10, 30)], 80),
    ("two pauses add up", [pause(10, 20), pause(30, 45)], 85),
    ("overlapping pauses count once", [pause(10, 30), pause(20, 40)], 90),
    ("a pause inside another adds nothing", [pause(10, 40), pause(20, 30)], 90),
    ("touching pauses join", [pause(10, 20), pause(20, 30)], 80),
    ("order does not matter", [pause(30, 45), pause(10, 20)], 85),
    ("a pause that began before the origin counts from the origin", [pause(-20, 10)], 70),
    ("a pause wholly before the origin counts nothing", [pause(-20, -10)], 60),
    ("a pause at the deadline comes too late", [pause(60, 90)], 60),
    ("a pause after the deadline comes too late", [pause(61, 90)], 60),
    ("a pause just before the deadline still counts", [pause(59, 90)], 91),
    ("a second pause inside the time the first one earned", [pause(10, 30), pause(70, 80)], 90),
    ("an empty pause counts nothing", [pause(10, 10)], 60),
    ("an open pause hides the deadline", [pause(10, None)], None),
    ("an open pause after the deadline hides nothing", [pause(60, None)], 60),
]


@pytest.mark.parametrize(("pauses", "expected"), [case[1:] for case in DEADLINES], ids=[case[0] for case in DEADLINES])
def test_deadlines(pauses: Sequence[Interval], expected: float | None) -> None:
    found = sla.deadline(origin=T0, target=HOUR, pauses=pauses)
    assert found == (None if expected is None else at(expected))


READINGS = [
    ("at the start", [], 0, None, State.RUNNING, 0),
    ("half way", [], 30, None, State.RUNNING, 30),
    ("to the second: on the deadline it is not late", [], 60, None, State.RUNNING, 60),
    ("a second later it is", [], 60 + 1 / 60, None, State.BREACHED, 60 + 1 / 60),
    ("paused", [pause(10, None)], 500, None, State.PAUSED, 10),
    ("paused too late", [pause(70, None)], 500, None, State.BREACHED, 70),
    ("met in time", [], 500, 20, State.MET, 20),
    ("met on the deadline", [], 500, 60, State.MET, 60),
    ("met late", [], 500, 61, State.BREACHED, 61),
    ("met in time thanks to a pause", [pause(10, 30)], 500, 75, State.MET, 55),
    ("before its origin", [], -10, None, State.RUNNING, 0),
    ("born breached", [], 61, None, State.BREACHED, 61),
]


@pytest.mark.parametrize(
    ("pauses", "now", "stopped", "state", "elapsed"),
    [case[1:] for case in READINGS],
    ids=[case[0] for case in READINGS],
)
def test_readings(pauses: Sequence[Interval], now: float, stopped: float | None, state: State, elapsed: float) -> None:
    stopped_at = None if stopped is None else at(stopped)
    reading = sla.read(origin=T0, target=HOUR, pauses=pauses, now=at(now), stopped_at=stopped_at)
    assert reading.state == state
    assert reading.elapsed == elapsed * MINUTE
    assert reading.remaining == HOUR - elapsed * MINUTE
    assert reading.fraction == pytest.approx(elapsed / 60)


# --- Laws -----------------------------------------------------------------------------------------------------

law = settings(deadline=None)  # the machine may be busy
seconds = st.integers(min_value=-3_600, max_value=40_000)
targets = st.integers(min_value=1, max_value=20_000).map(lambda number: timedelta(seconds=number))
moments = seconds.map(lambda number: T0 + timedelta(seconds=number))


@st.composite
def closed_pauses(draw: st.DrawFn) -> Interval:
    start, length = draw(seconds), draw(st.integers(min_value=0, max_value=10_000))
    return Interval(T0 + timedelta(seconds=start), T0 + timedelta(seconds=start + length))


histories = st.lists(closed_pauses(), max_size=6)


def split(interval: Interval, cut: float) -> list[Interval]:
    """The interval in two parts that touch."""
    assert interval.end is not None
    middle = interval.start + (interval.end - interval.start) * cut
    return [Interval(interval.start, middle), Interval(middle, interval.end)]


@law
@given(histories, targets, st.floats(min_value=0, max_value=1))
def test_splitting_and_merging_pauses_never_moves_a_deadline(
    pauses: list[Interval], target: timedelta, cut: float
) -> None:
    parts = [part for interval in pauses for part in split(interval, cut)]
    whole = sla.deadline(origin=T0, target=target, pauses=pauses)
    assert sla.deadline(origin=T0, target=target, pauses=parts) == whole
    assert sla.deadline(origin=T0, target=target, pauses=list(reversed(parts))) == whole
    assert sla.deadline(origin=T0, target=target, pauses=pauses + pauses) == whole


@law
@given(histories, moments)
def test_running_and_paused_time_together_are_the_time_on_the_wall(pauses: list[Interval], until: datetime) -> None:
    spans = sla.account(origin=T0, pauses=pauses, until=until)
    assert sum((span.duration for span in spans), ZERO) == max(until - T0, ZERO)
    edges = [T0, *(span.end for span in spans)]
    assert [span.start for span in spans] == edges[:-1]
    assert all(span.duration > ZERO for span in spans)
    running = sum((span.duration for span in spans if span.kind == "running"), ZERO)
    assert sla.elapsed(origin=T0, pauses=pauses, until=until) == running


@law
@given(histories, targets, closed_pauses())
def test_one_more_pause_never_brings_a_deadline_forward(
    pauses: list[Interval], target: timedelta, more: Interval
) -> None:
    before = sla.deadline(origin=T0, target=target, pauses=pauses)
    after = sla.deadline(origin=T0, target=target, pauses=[*pauses, more])
    assert before is not None
    assert after is not None
    assert after >= before


@law
@given(histories, targets, st.integers(min_value=0, max_value=20_000))
def test_a_longer_pause_never_shortens_the_deadline(pauses: list[Interval], target: timedelta, longer: int) -> None:
    stretched = [
        Interval(interval.start, interval.end + timedelta(seconds=longer)) for interval in pauses if interval.end
    ]
    before = sla.deadline(origin=T0, target=target, pauses=pauses)
    after = sla.deadline(origin=T0, target=target, pauses=stretched)
    assert before is not None
    assert after is not None
    assert after >= before


@law
@given(histories, targets, moments, st.integers(min_value=0, max_value=10_000), st.booleans())
def test_a_breach_is_never_undone_by_a_later_pause(
    pauses: list[Interval], target: timedelta, now: datetime, length: int, is_open: bool
) -> None:
    past = [interval for interval in pauses if interval.end is not None and interval.end <= now]
    if sla.read(origin=T0, target=target, pauses=past, now=now).state != State.BREACHED:
        return
    later = Interval(now, None if is_open else now + timedelta(seconds=length))
    for moment in (now, now + timedelta(seconds=length), now + timedelta(days=30)):
        reading = sla.read(origin=T0, target=target, pauses=[*past, later], now=moment)
        assert reading.state == State.BREACHED


@law
@given(histories, targets)
def test_the_target_is_used_up_exactly_at_the_deadline(pauses: list[Interval], target: timedelta) -> None:
    due_at = sla.deadline(origin=T0, target=target, pauses=pauses)
    assert due_at is not None
    assert sla.elapsed(origin=T0, pauses=pauses, until=due_at) == target
    assert sla.read(origin=T0, target=target, pauses=pauses, now=due_at).state == State.RUNNING
    late = due_at + timedelta(microseconds=1)
    assert sla.read(origin=T0, target=target, pauses=pauses, now=late).state == State.BREACHED


@law
@given(histories, targets, targets)
def test_a_shorter_target_is_never_due_later(pauses: list[Interval], one: timedelta, other: timedelta) -> None:
    first = sla.deadline(origin=T0, target=min(one, other), pauses=pauses)
    second = sla.deadline(origin=T0, target=max(one, other), pauses=pauses)
    assert first is not None
    assert second is not None
    assert first <= second
