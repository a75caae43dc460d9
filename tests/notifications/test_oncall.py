"""The rota is made of wall-clock weeks: no gap, no overlap, across every change of summer time."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.oncall import shift_at, shifts_between

BERLIN, SHANGHAI, NEW_YORK = (ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Shanghai", "America/New_York"))
ZONES = st.sampled_from(
    [BERLIN, SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")]
)
DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
MEMBERS = st.integers(1, 6)


@given(ZONES, DAYS, TIMES, MEMBERS, st.integers(0, 200))
def test_a_rota_has_no_gap_and_no_overlap(
    zone: ZoneInfo, starts_on: date, handover_at: time, members: int, week: int
) -> None:
    begin = datetime.combine(starts_on + timedelta(weeks=week), time(12), tzinfo=UTC)
    rota = {"zone": zone, "starts_on": starts_on, "handover_at": handover_at, "members": members}
    shifts = shifts_between(begin, begin + timedelta(weeks=8), **rota)  # type: ignore[arg-type]
    assert len(shifts) >= 8
    for earlier, later in pairwise(shifts):
        assert earlier.end == later.start
        assert later.number == earlier.number + 1
        assert later.primary == (earlier.primary + 1) % members
        assert later.secondary == (None if members == 1 else (later.primary + 1) % members)
        assert later.primary != later.secondary
    # Samoa went without the 30th of December 2011.
    assert all(timedelta(days=5, hours=22) <= shift.end - shift.start <= timedelta(days=8) for shift in shifts)


@given(ZONES, DAYS, TIMES, MEMBERS, st.integers(0, 60 * 24 * 7 * 60))
def test_every_moment_after_the_start_belongs_to_exactly_one_shift(
    zone: ZoneInfo, starts_on: date, handover_at: time, members: int, minutes: int
) -> None:
    rota = {"zone": zone, "starts_on": starts_on, "handover_at": handover_at, "members": members}
    start = datetime.combine(starts_on, handover_at, tzinfo=zone).astimezone(UTC)
    moment = start + timedelta(minutes=minutes)
    shift = shift_at(moment, **rota)  # type: ignore[arg-type]
    assert shift is not None
    assert shift.start <= moment < shift.end
    assert shift_at(shift.start, **rota) == shift  # type: ignore[arg-type]
    assert shift_at(shift.end - timedelta(microseconds=1), **rota) == shift  # type: ignore[arg-type]
    after = shift_at(shift.end, **rota)  # type: ignore[arg-type]
    assert after is not None
    assert after.number == shift.number + 1


@given(st.sampled_from([BERLIN, SHANGHAI, NEW_YORK]), DAYS, st.integers(4, 23), st.integers(0, 200))
def test_the_hand_over_is_at_the_same_time_on_the_clock_on_the_wall(
    zone: ZoneInfo, starts_on: date, hour: int, week: int
) -> None:
    begin = datetime.combine(starts_on + timedelta(weeks=week + 1), time(12), tzinfo=UTC)
    for shift in shifts_between(
        begin, begin + timedelta(weeks=8), zone=zone, starts_on=starts_on, handover_at=time(hour, 30), members=2
    ):
        local = shift.start.astimezone(zone)
        assert (local.hour, local.minute) == (hour, 30)
        assert local.weekday() == starts_on.weekday()


@pytest.mark.parametrize(
    ("zone", "starts_on", "hours"),
    [
        (BERLIN, date(2026, 3, 23), 167),  # the clocks go forward on 29 March
        (BERLIN, date(2026, 10, 19), 169),  # and back on 25 October
        (BERLIN, date(2026, 6, 1), 168),
        (NEW_YORK, date(2026, 3, 2), 167),
        (NEW_YORK, date(2026, 10, 26), 169),
        (SHANGHAI, date(2026, 3, 23), 168),
    ],
)
def test_a_week_lasts_as_long_as_its_clocks_say(zone: ZoneInfo, starts_on: date, hours: int) -> None:
    noon = datetime.combine(starts_on, time(12), tzinfo=zone)
    shift = shift_at(noon, zone=zone, starts_on=starts_on, handover_at=time(9), members=3)
    assert shift is not None
    assert shift.end - shift.start == timedelta(hours=hours)


def test_a_hand_over_in_the_hour_that_is_skipped_happens_and_leaves_no_gap() -> None:
    rota = {"zone": BERLIN, "starts_on": date(2026, 3, 22), "handover_at": time(2, 30), "members": 2}
    before = shift_at(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), **rota)  # type: ignore[arg-type]
    after = shift_at(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), **rota)  # type: ignore[arg-type]
    assert before is not None
    assert after is not None
    assert (before.primary, after.primary) == (0, 1)
    assert before.end == after.start


def test_a_hand_over_in_the_hour_that_comes_twice_happens_once() -> None:
    rota = {"zone": BERLIN, "starts_on": date(2026, 10, 18), "handover_at": time(2, 30), "members": 2}
    shifts = shifts_between(
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 10, 26, tzinfo=UTC),
        **rota,  # type: ignore[arg-type]
    )
    assert [shift.primary for shift in shifts] == [0, 1]
    assert shifts[1].start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_before_the_first_hand_over_and_without_members_nobody_is_on_call() -> None:
    day = date(2026, 1, 5)
    early = datetime(2026, 1, 5, 8, 59, tzinfo=UTC)
    assert shift_at(early, zone=ZoneInfo("UTC"), starts_on=day, handover_at=time(9), members=2) is None
    late = early + timedelta(days=3)
    assert shift_at(late, zone=ZoneInfo("UTC"), starts_on=day, handover_at=time(9), members=0) is None
