"""The laws of SLA clocks that hold for every business calendar."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from incidents import sla
from incidents.sla import Calendar, Interval

HOUR, ZERO = timedelta(hours=1), timedelta(0)
law = settings(deadline=None)  # the machine may be busy
ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "America/St_Johns", "Asia/Tehran"]
T0 = datetime(2010, 10, 1, tzinfo=UTC)
minutes = st.integers(min_value=0, max_value=400 * 24 * 60)
moments = minutes.map(lambda number: T0 + timedelta(minutes=number, seconds=number % 60))
targets = st.integers(min_value=1, max_value=30 * 24 * 3600).map(lambda number: timedelta(seconds=number))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    marks = st.integers(min_value=0, max_value=96).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
    ranges = st.lists(marks, min_size=2, max_size=2, unique=True).map(sorted)
    hours = draw(st.dictionaries(st.sampled_from(sla.WEEKDAYS), st.lists(ranges, min_size=1, max_size=3), min_size=1))
    dates = st.lists(st.dates(T0.date(), T0.date() + timedelta(days=400)), max_size=5)
    return Calendar.of(
        time_zone=draw(st.sampled_from(ZONES)), hours=hours, holidays=draw(dates), extra_workdays=draw(dates)
    )


@st.composite
def pauses_of_days(draw: st.DrawFn) -> Interval:
    start, length = draw(moments), draw(st.integers(min_value=0, max_value=20 * 24 * 60))
    return Interval(start, start + timedelta(minutes=length))


histories = st.lists(pauses_of_days(), max_size=5)


def reads_open(value: Calendar, moment: datetime) -> bool:
    wall = moment.astimezone(ZoneInfo(value.time_zone))
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    return any(start <= second < end for start, end in value.hours_on(wall.date()))


@law
@given(calendars(), moments)
def test_it_is_open_exactly_when_the_wall_says_so(value: Calendar, moment: datetime) -> None:
    second = timedelta(seconds=1)
    worked = sla.elapsed(calendar=value, origin=moment, pauses=[], until=moment + second)
    assert worked == (second if reads_open(value, moment) else ZERO)


@law
@given(calendars(), histories, moments, moments)
def test_every_second_is_running_paused_or_closed(
    value: Calendar, pauses: list[Interval], origin: datetime, until: datetime
) -> None:
    spans = sla.account(calendar=value, origin=origin, pauses=pauses, until=until)
    assert sum((span.duration for span in spans), ZERO) == max(until - origin, ZERO)
    assert [span.start for span in spans] == [origin, *(span.end for span in spans)][: len(spans)]
    assert all(span.duration > ZERO for span in spans)
    assert all(before.kind != after.kind for before, after in pairwise(spans))
    shares = sla.totals(spans)
    assert shares["running"] == sla.elapsed(calendar=value, origin=origin, pauses=pauses, until=until)
    worked = sla.elapsed(calendar=value, origin=origin, pauses=[], until=until)
    assert shares["running"] + shares["paused"] == worked


@law
@given(calendars(), histories, moments, targets)
def test_deadline_and_elapsed_undo_each_other(
    value: Calendar, pauses: list[Interval], origin: datetime, target: timedelta
) -> None:
    due_at = sla.deadline(calendar=value, origin=origin, target=target, pauses=pauses)
    assert due_at is not None
    tick = timedelta(microseconds=1)
    assert sla.elapsed(calendar=value, origin=origin, pauses=pauses, until=due_at) == target
    assert sla.elapsed(calendar=value, origin=origin, pauses=pauses, until=due_at - tick) == target - tick
    late = sla.read(calendar=value, origin=origin, target=target, pauses=pauses, now=due_at + tick)
    assert late.state == sla.State.BREACHED


@law
@given(calendars(), histories, moments, targets, st.floats(min_value=0, max_value=1))
def test_splitting_and_repeating_pauses_changes_nothing(
    value: Calendar, pauses: list[Interval], origin: datetime, target: timedelta, cut: float
) -> None:
    parts: list[Interval] = []
    for start, end in pauses:
        assert end is not None
        middle = start + (end - start) * cut
        parts += [Interval(middle, end), Interval(start, middle)]
    whole = sla.deadline(calendar=value, origin=origin, target=target, pauses=pauses)
    assert sla.deadline(calendar=value, origin=origin, target=target, pauses=parts) == whole
    assert sla.deadline(calendar=value, origin=origin, target=target, pauses=[*parts, *pauses]) == whole


@law
@given(calendars(), histories, moments, targets, targets)
def test_a_longer_target_is_due_later(
    value: Calendar, pauses: list[Interval], origin: datetime, one: timedelta, other: timedelta
) -> None:
    assume(one != other)
    first = sla.deadline(calendar=value, origin=origin, target=min(one, other), pauses=pauses)
    second = sla.deadline(calendar=value, origin=origin, target=max(one, other), pauses=pauses)
    assert first is not None
    assert second is not None
    assert first < second


@law
@given(calendars(), histories, moments, targets, moments)
def test_the_next_warning_is_in_the_future_and_none_is_skipped(
    value: Calendar, pauses: list[Interval], origin: datetime, target: timedelta, after: datetime
) -> None:
    found = sla.next_warning(
        calendar=value, origin=origin, target=target, pauses=pauses, percents=[75, 90], repeat=HOUR, after=after
    )
    assert found is not None
    assert found.at > after
    marks = [target * 0.75, target * 0.9, *(target + HOUR * count for count in range(1, 200))]
    moments_due = [sla.deadline(calendar=value, origin=origin, target=mark, pauses=pauses) for mark in marks[:4]]
    assert all(moment is not None and (moment <= after or moment >= found.at) for moment in moments_due)


@law
@given(calendars())
def test_every_calendar_goes_through_json_and_back(value: Calendar) -> None:
    assert Calendar.from_json(value.as_json()) == value
