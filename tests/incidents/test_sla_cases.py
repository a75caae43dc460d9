"""Working-time cases that other products' users and tests rely on, put to our own arithmetic."""

import doctest
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from incidents import sla

PROJECT = Path(__file__).resolve().parents[2]
RECORDED = PROJECT.parent / "shared" / "data" / "peer_cases" / "sla_worktime_dev.json"


def cases() -> list[Any]:
    """One parameter per recorded case; where the file is not on this machine, one that says so."""
    if not RECORDED.exists():
        missing = pytest.mark.skip(reason="the recorded cases are not on this machine (../shared/data)")
        return [pytest.param(None, marks=missing)]
    recorded = json.loads(RECORDED.read_text())["cases"]
    return [pytest.param(case, id=f"{case['id']} {case['name']}") for case in recorded]


@pytest.mark.parametrize("case", cases())
def test_a_peers_case_comes_out_to_the_second(case: dict[str, Any]) -> None:
    zone = case.get("io_tz") or case["tz"]
    calendar = sla.Calendar.of(
        time_zone=case["tz"],
        hours={day.lower(): case["hours"] for day in case["days"].split()},
        holidays=case["holidays"],
    )
    pauses = [(sla.wall_time(start, zone), sla.wall_time(end, zone)) for start, end in case.get("pauses", [])]
    origin = sla.wall_time(case["start"], zone)
    if case["op"] == "due_at":
        target = timedelta(seconds=case["work_seconds"])
        due_at = sla.deadline(calendar=calendar, origin=origin, target=target, pauses=pauses)
        assert due_at == sla.wall_time(case["expect"], zone)
    else:
        until = sla.wall_time(case["end"], zone)
        worked = sla.elapsed(calendar=calendar, origin=origin, until=until, pauses=pauses)
        assert worked == timedelta(seconds=case["expect_seconds"])


def test_the_example_in_the_documentation_is_true() -> None:
    found = doctest.testmod(sla)
    assert found.attempted > 0
    assert found.failed == 0


# --- What peers state in words --------------------------------------------------------------------------------

T0 = sla.wall_time("2023-06-14 00:00:00", "UTC")
MINUTE = timedelta(minutes=1)


def test_a_close_and_reopen_moves_the_deadline_only_when_it_is_counted_as_a_pause() -> None:
    closed = sla.Interval(T0 + 10 * MINUTE, T0 + 20 * MINUTE)
    assert sla.deadline(origin=T0, target=30 * MINUTE, pauses=[]) == T0 + 30 * MINUTE
    assert sla.deadline(origin=T0, target=30 * MINUTE, pauses=[closed]) == T0 + 40 * MINUTE
    assert sla.elapsed(origin=T0, pauses=[closed], until=T0 + 30 * MINUTE) == 20 * MINUTE


def test_a_first_response_after_75_of_60_minutes_is_15_over() -> None:
    late = T0 + 75 * MINUTE
    reading = sla.read(origin=T0, target=60 * MINUTE, pauses=[], now=late + 10 * MINUTE, stopped_at=late)
    assert reading.due_at == T0 + 60 * MINUTE
    assert (reading.state, reading.elapsed, reading.remaining) == (sla.State.BREACHED, 75 * MINUTE, -15 * MINUTE)


@pytest.mark.parametrize(
    ("zone", "skipped", "shown"),
    [
        ("Europe/Berlin", "2022-03-27 02:05:12", "2022-03-27 03:05:12"),
        ("Australia/Sydney", "2021-10-03 02:34:06", "2021-10-03 03:34:06"),
        ("America/New_York", "2021-03-14 02:53:34", "2021-03-14 03:53:34"),
    ],
)
def test_a_wall_time_that_the_clocks_skip_moves_forward(zone: str, skipped: str, shown: str) -> None:
    assert sla.wall_time(skipped, zone) == sla.wall_time(shown, zone)


@pytest.mark.parametrize("text", ["2021-02-30 10:00:00", "2021-02-28 52:82:62", "yesterday", ""])
def test_what_is_no_date_and_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        sla.wall_time(text, "UTC")
