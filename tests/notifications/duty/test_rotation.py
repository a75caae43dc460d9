"""Hand-overs happen on the clock on the wall, whatever summer time does to it."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.duty import Rotation, Unit, instant
from notifications.duty.rotation import months_later
from notifications.duty.walltime import wall_clock

PEERS = Path(__file__).resolve().parents[4] / "shared/data/peer_cases/oncall_dev.json"
CASES = json.loads(PEERS.read_text())["cases"] if PEERS.exists() else []
BERLIN, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            *("Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Havana"),
            *("Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Asia/Tehran", "UTC"),
        )
    ]
)
WALLS = st.datetimes(datetime(2009, 1, 1), datetime(2031, 1, 1)).map(lambda wall: wall.replace(second=0, microsecond=0))
ROTATIONS = st.builds(Rotation, st.sampled_from(Unit), st.integers(1, 40), ZONES, WALLS)
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


def handed_over(text: str) -> datetime:
    """2020-03-08 03:00-05, or with minutes in the offset."""
    return datetime.fromisoformat(text)


@pytest.mark.skipif(not CASES, reason="the peers' cases are not on this machine")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_it_hands_over_when_its_peers_do(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["tz"])
    moments = {
        name: instant(datetime.fromisoformat(case[name]), zone)
        for name in ("asked_from", "asked_to", "shift_start", "expect_end")
        if name in case
    }
    start = datetime.fromisoformat(case["rotation_start"])
    rotation = Rotation(Unit(case["type"]), case["every"], zone, start)
    if case["op"] == "handoffs":
        expected = [handed_over(text) for text in case["expect_shift_boundaries"]]
        assert rotation.handoffs(moments["asked_from"], moments["asked_to"]) == expected
    else:
        shift = rotation.shift_at(moments["shift_start"])
        assert (shift.start, shift.end) == (moments["shift_start"], moments["expect_end"])
        assert shift.end - shift.start == timedelta(hours=case["expect_hours"])


@settings(max_examples=1500)
@given(ROTATIONS, MOMENTS)
def test_shifts_tile_time(rotation: Rotation, moment: datetime) -> None:
    shift = rotation.shift_at(moment)
    assert shift.start <= moment < shift.end
    assert rotation.shift_at(shift.start) == shift
    assert rotation.shift_at(shift.end - timedelta(microseconds=1)) == shift
    after = rotation.shift_at(shift.end)
    assert after.start == shift.end
    assert after.number > shift.number
    assert after.number == shift.number + 1 or rotation.boundary(shift.number + 1) == shift.end


@settings(max_examples=1500)
@given(ROTATIONS, st.integers(-300, 300))
def test_the_clock_on_the_wall_shows_what_was_configured_unless_it_skips_that(rotation: Rotation, number: int) -> None:
    moment = rotation.boundary(number)
    wall = wall_clock(moment, rotation.zone)
    if rotation.unit == Unit.MONTHLY:
        configured = months_later(rotation.start, number * rotation.every)
    else:
        lengths = {Unit.HOURLY: timedelta(hours=1), Unit.DAILY: timedelta(days=1), Unit.WEEKLY: timedelta(weeks=1)}
        configured = rotation.start + lengths[rotation.unit] * rotation.every * number
    if wall != configured:
        before = wall_clock(moment - timedelta(microseconds=1), rotation.zone)
        assert before < configured < wall  # the gap, and the first instant after it
    else:
        earlier = wall_clock(moment - timedelta(hours=1), rotation.zone)
        assert earlier < configured  # of two such times the first


@pytest.mark.parametrize(
    ("zone", "starts_on", "hours"),
    [
        (BERLIN, date(2026, 3, 23), 167),  # the clocks go forward on 29 March
        (BERLIN, date(2026, 10, 19), 169),  # and back on 25 October
        (BERLIN, date(2026, 6, 1), 168),
        (NEW_YORK, date(2026, 3, 2), 167),
        (NEW_YORK, date(2026, 10, 26), 169),
        (LORD_HOWE, date(2026, 3, 30), 168.5),
        (ZoneInfo("Asia/Shanghai"), date(2026, 3, 23), 168),
    ],
)
def test_a_week_lasts_as_long_as_its_clocks_say(zone: ZoneInfo, starts_on: date, hours: float) -> None:
    rotation = Rotation(Unit.WEEKLY, 1, zone, datetime.combine(starts_on, time(9)))
    shift = rotation.shift_at(datetime.combine(starts_on, time(12), tzinfo=zone))
    assert shift.end - shift.start == timedelta(hours=hours)


def test_the_hour_that_comes_twice_stays_with_whoever_has_it() -> None:
    rotation = Rotation(Unit.HOURLY, 1, BERLIN, datetime(2026, 10, 25))
    night = rotation.shifts_between(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC))
    assert [(shift.number, (shift.end - shift.start) / timedelta(hours=1)) for shift in night] == [
        *((0, 1), (1, 1), (2, 2), (3, 1)),
    ]


def test_a_shift_whose_only_hour_is_skipped_is_left_out() -> None:
    rotation = Rotation(Unit.HOURLY, 1, BERLIN, datetime(2026, 3, 29))
    night = list(rotation.shifts_between(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 3, tzinfo=UTC)))
    assert [shift.number for shift in night] == [0, 1, 3, 4]
    assert all(earlier.end == later.start for earlier, later in pairwise(night))


def test_a_monthly_rotation_from_the_31st_hands_over_on_the_last_day_of_short_months() -> None:
    rotation = Rotation(Unit.MONTHLY, 1, BERLIN, datetime(2027, 12, 31, 9))
    days = [rotation.boundary(number).astimezone(BERLIN).date() for number in range(-1, 5)]
    assert days == [
        *(date(2027, 11, 30), date(2027, 12, 31), date(2028, 1, 31)),
        *(date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)),
    ]


def test_a_day_that_a_zone_leaves_out_is_no_gap() -> None:
    """Samoa went without the 30th of December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    rotation = Rotation(Unit.DAILY, 1, apia, datetime(2011, 12, 28, 9))
    walls = [wall_clock(rotation.boundary(number), apia) for number in range(5)]
    assert walls == [
        *(datetime(2011, 12, 28, 9), datetime(2011, 12, 29, 9)),
        *(datetime(2011, 12, 31), datetime(2011, 12, 31, 9), datetime(2012, 1, 1, 9)),
    ]


def test_a_rotation_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Rotation(Unit.DAILY, 0, BERLIN, datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="knows no offset"):
        Rotation(Unit.DAILY, 1, BERLIN, datetime(2026, 1, 1, tzinfo=UTC))
