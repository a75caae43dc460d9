"""When a schedule is next due, in a zone, on days when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from detection.inspections.cron import NotCron, next_after, parse

ZURICH, SHANGHAI = "Europe/Zurich", "Asia/Shanghai"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("expression", "zone", "after", "due"),
    [
        ("0 7 * * *", "UTC", at("2026-05-01T06:59"), at("2026-05-01T07:00")),
        ("0 7 * * *", "UTC", at("2026-05-01T07:00"), at("2026-05-02T07:00")),
        ("0 7 * * *", SHANGHAI, at("2026-05-01T00:00"), at("2026-05-02T07:00", SHANGHAI)),
        ("0 7 * * 1", "UTC", at("2026-05-01T08:00"), at("2026-05-04T07:00")),
        ("30 7 * * mon-fri", "UTC", at("2026-05-01T08:00"), at("2026-05-04T07:30")),
        ("0 0 * * 7", "UTC", at("2026-05-01T08:00"), at("2026-05-03T00:00")),
        ("*/20 9-10 * * *", "UTC", at("2026-05-01T09:20"), at("2026-05-01T09:40")),
        ("5/15 * * * *", "UTC", at("2026-05-01T09:51"), at("2026-05-01T10:05")),
        ("0 12 13 * 5", "UTC", at("2026-05-01T13:00"), at("2026-05-08T12:00")),
        ("0 12 1,15 */3 *", "UTC", at("2026-05-01T13:00"), at("2026-07-01T12:00")),
        ("0 0 29 feb *", "UTC", at("2096-03-01T00:00"), at("2104-02-29T00:00")),
        # the clocks jump from two to three, and go back from three to two
        ("30 2 * * *", ZURICH, at("2026-03-28T12:00"), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("30 2 * * *", ZURICH, at("2026-10-24T12:00"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("30 2 * * *", ZURICH, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)),
    ],
)
def test_the_next_moment_is_that_of_the_wall_clock(expression: str, zone: str, after: datetime, due: datetime) -> None:
    assert next_after(parse(expression), after, ZoneInfo(zone)) == due


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5-1 * * * *", "*/0 * * * *", "a * * * *", "1,,2 * * * *", "@daily", "0 0 30 2 *", "-1 * * * *"),
        *("\N{ARABIC-INDIC DIGIT ONE} * * * *", "* " * 60, "0 0 31 4,6,9,11 *"),
    ],
)
def test_what_is_no_expression_or_never_comes_is_refused(text: str) -> None:
    with pytest.raises(NotCron):
        parse(text)
