"""The moments of action items, as values: in the reader's zone, in office hours, without end once overdue."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from incidents.action_times import concerns_leader, days_over, moment_of, next_nag, next_office_moment, next_reminder

DUE = date(2026, 6, 15)
NINE = time(9)


def utc(day: int, hour: int = 0, *, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", utc(15, 9)), ("Asia/Shanghai", utc(15, 1)), ("America/New_York", utc(15, 13))],
)
def test_the_hour_is_that_on_the_wall(zone: str, expected: datetime) -> None:
    assert moment_of(DUE, NINE, zone) == expected


@pytest.mark.parametrize(
    ("days", "asked", "after", "expected"),
    [
        ([3, 0], None, utc(1), utc(12, 9)),
        ([3, 0], None, utc(12, 9), utc(15, 9)),  # never the same moment again
        ([3, 0], None, utc(15, 9), None),
        ([3, 0], date(2026, 6, 5), utc(1), utc(5, 9)),
        ([], date(2026, 6, 5), utc(1), utc(5, 9)),
        ([], date(2026, 6, 20), utc(1), None),  # past the due date it is overdue, which is another matter
        ([], None, utc(1), None),
        ([7, 1], None, utc(10), utc(14, 9)),  # opened too late for the first
    ],
)
def test_the_next_reminder(days: list[int], asked: date | None, after: datetime, expected: datetime | None) -> None:
    found = next_reminder(DUE, days_before=days, asked_for=asked, hour=NINE, zone="UTC", after=after)
    assert found == expected


@pytest.mark.parametrize(
    ("leader_after", "every", "after", "expected"),
    [
        (3, 7, utc(1), utc(16, 9)),
        (3, 7, utc(16, 8), utc(16, 9)),
        (3, 7, utc(16, 9), utc(18, 9)),
        (3, 7, utc(18, 9), utc(25, 9)),
        (3, 7, utc(25, 9), utc(2, 9, month=7)),
        (3, 7, utc(1, month=9), utc(3, 9, month=9)),  # 80 days on, still in step: 3 + 11 * 7
        (1, 7, utc(16, 9), utc(23, 9)),  # the leader is told at once
        (0, 0, utc(16, 9), utc(17, 9)),  # figures that make no sense are the nearest that do
    ],
)
def test_the_next_word_about_what_is_overdue(
    leader_after: int, every: int, after: datetime, expected: datetime
) -> None:
    found = next_nag(DUE, leader_after=leader_after, every=every, hour=NINE, zone="UTC", after=after)
    assert found == expected


def test_a_year_of_nagging_is_one_a_week() -> None:
    at, said = utc(1), list[int]()
    while len(said) < 50:
        at = next_nag(DUE, leader_after=3, every=7, hour=NINE, zone="Europe/Berlin", after=at)
        said.append(days_over(DUE, at=at, zone="Europe/Berlin"))
    assert said[:4] == [1, 3, 10, 17]
    assert all(later - earlier == 7 for earlier, later in pairwise(said[1:]))


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        (utc(15, 9), "UTC", utc(15, 9)),
        (utc(15, 17), "UTC", utc(15, 17)),
        (utc(15, 18), "UTC", utc(16, 9)),
        (utc(15, 3), "UTC", utc(15, 9)),
        (utc(15, 3), "Asia/Shanghai", utc(15, 3)),
        (utc(15, 12), "Asia/Shanghai", utc(16, 1)),
    ],
)
def test_what_was_missed_waits_for_the_next_working_day(at: datetime, zone: str, expected: datetime) -> None:
    assert next_office_moment(at, hour=NINE, zone=zone) == expected


def test_days_are_those_of_the_zone() -> None:
    late = datetime(2026, 6, 15, 23, tzinfo=UTC)
    assert (days_over(DUE, at=late, zone="UTC"), days_over(DUE, at=late, zone="Asia/Shanghai")) == (0, 1)
    assert days_over(DUE, at=late - timedelta(days=3), zone="UTC") == -3
    assert [concerns_leader(days, leader_after=3) for days in (1, 2, 3, 10)] == [False, False, True, True]
