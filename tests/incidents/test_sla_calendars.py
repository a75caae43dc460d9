"""Business calendars: what they refuse, and tables of cases on holidays, weekends and where the clocks change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents import sla
from incidents.sla import Calendar, Interval

HOUR = timedelta(hours=1)
WORKDAYS = sla.WEEKDAYS[:5]


def calendar(
    *ranges: tuple[str, str], zone: str = "UTC", days: Sequence[str] = sla.WEEKDAYS, **more: object
) -> Calendar:
    return Calendar.of(time_zone=zone, hours=dict.fromkeys(days, ranges), **more)  # type: ignore[arg-type]


def hours_worked(value: Calendar, start: str, end: str, zone: str) -> float:
    origin, until = sla.wall_time(start, zone), sla.wall_time(end, zone)
    return sla.elapsed(calendar=value, origin=origin, until=until, pauses=[]) / HOUR


# --- Reading ----------------------------------------------------------------------------------------------------

NINE_TO_SIX = {"mon": [["09:00", "18:00"]]}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
        ({"time_zone": "../etc/passwd"}, "no time zone"),
        ({"hours": {}}, "never opens"),
        ({"hours": {"mon": []}, "extra_workdays": ["2026-10-10"]}, "never opens"),
        ({"hours": {"monday": [["09:00", "18:00"]]}}, "no weekdays: monday"),
        ({"hours": {"mon": [["18:00", "09:00"]]}}, "must end after"),
        ({"hours": {"mon": [["09:00", "09:00"]]}}, "must end after"),
        ({"hours": {"mon": [["09:00", "24:01"]]}}, "no time of day"),
        ({"hours": {"mon": [["nine", "18:00"]]}}, "no time of day"),
        ({"hours": {"mon": [["09:60", "18:00"]]}}, "no time of day"),
        ({"hours": {"mon": [["09:00"]]}}, "pairs"),
        ({"hours": {"mon": ["09:00-18:00"]}}, "pairs"),
        ({"hours": [["09:00", "18:00"]]}, "not a calendar"),
        ({"holidays": ["2021-02-30"]}, "day is out of range"),
        ({"holidays": ["*-02-30"]}, "day is out of range"),
        ({"extra_workdays": ["tomorrow"]}, "Invalid isoformat"),
        (
            {"holidays": [f"*-{day:%m-%d}" for day in (datetime(2000, 1, 1) + timedelta(n) for n in range(366))]},
            "never",
        ),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(fault: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Calendar.from_json({"time_zone": "Europe/Berlin", "hours": NINE_TO_SIX, **fault})


def test_a_calendar_goes_through_json_and_back() -> None:
    value = Calendar.of(
        time_zone="Asia/Shanghai",
        hours={"mon": [("09:00", "12:00"), ("12:00", "18:00:30")], "sun": [("20:00", "24:00")]},
        holidays=["2026-10-01", "*-01-01", "*-02-29"],
        extra_workdays=["2026-10-10"],
    )
    assert Calendar.from_json(value.as_json()) == value
    assert value.as_json() == {
        "time_zone": "Asia/Shanghai",
        "hours": {"mon": [["09:00", "18:00:30"]], "sun": [["20:00", "24:00"]]},
        "holidays": ["*-01-01", "*-02-29", "2026-10-01"],
        "extra_workdays": ["2026-10-10"],
    }


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        sla.deadline(origin=datetime(2026, 1, 1), target=HOUR, pauses=[])


# --- Days -------------------------------------------------------------------------------------------------------

GOLDEN_WEEK = calendar(
    ("09:00", "18:00"),
    zone="Asia/Shanghai",
    days=WORKDAYS,
    holidays=["2026-10-01", "2026-10-02", "2026-10-10", "*-10-05"],
    extra_workdays=["2026-10-10"],
)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        ("2026-09-30", 9),
        ("2026-10-01", 0),
        ("2026-10-04", 0),
        ("2026-10-05", 0),
        ("2027-10-05", 0),
        ("2027-10-01", 9),
        ("2026-10-10", 9),
    ],
    ids=["a Wednesday", "a holiday", "a Sunday", "a yearly holiday", "and next year", "not yearly", "an extra workday"],
)
def test_which_days_are_open(day: str, hours: float) -> None:
    assert hours_worked(GOLDEN_WEEK, f"{day} 00:00:00", f"{day} 23:59:59", "Asia/Shanghai") == hours


CHANGES = [
    ("the skipped hour is never worked", "Europe/Berlin", [("00:00", "24:00")], "2022-03-27", "2022-03-28", 23),
    ("the repeated hour is worked twice", "Europe/Berlin", [("00:00", "24:00")], "2022-10-30", "2022-10-31", 25),
    (
        "opening in the skipped hour: at the change",
        "Europe/Berlin",
        [("02:30", "05:00")],
        "2022-03-27",
        "2022-03-28",
        2,
    ),
    (
        "closing in the skipped hour: at the change",
        "Europe/Berlin",
        [("01:00", "02:30")],
        "2022-03-27",
        "2022-03-28",
        1,
    ),
    ("within the skipped hour: not at all", "Europe/Berlin", [("02:10", "02:50")], "2022-03-27", "2022-03-28", 0),
    ("opening in the repeated hour", "Europe/Berlin", [("02:30", "05:00")], "2022-10-30", "2022-10-31", 3),
    ("closing in the repeated hour", "Europe/Berlin", [("01:00", "02:30")], "2022-10-30", "2022-10-31", 2),
    ("no local midnight", "America/Sao_Paulo", [("00:00", "24:00")], "2015-10-18", "2015-10-19", 23),
    ("opening at a midnight that is not", "America/Sao_Paulo", [("00:00", "06:00")], "2015-10-18", "2015-10-19", 5),
    ("the hour before midnight twice", "America/Sao_Paulo", [("23:00", "24:00")], "2015-02-21", "2015-02-22", 2),
    ("clocks back across midnight", "America/St_Johns", [("23:00", "24:00")], "2010-11-06", "2010-11-08", 3 - 1 / 60),
    ("half an hour of summer", "Australia/Lord_Howe", [("00:00", "24:00")], "2022-10-02", "2022-10-03", 23.5),
    ("a day that never was", "Pacific/Apia", [("00:00", "24:00")], "2011-12-29", "2012-01-01", 48),
]


@pytest.mark.parametrize(
    ("zone", "ranges", "start", "end", "hours"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_where_the_clocks_change(zone: str, ranges: list[tuple[str, str]], start: str, end: str, hours: float) -> None:
    value = calendar(*ranges, zone=zone)
    assert hours_worked(value, f"{start} 00:00:00", f"{end} 00:00:00", zone) == pytest.approx(hours)


# --- Deadlines --------------------------------------------------------------------------------------------------

OFFICE = calendar(("09:00", "18:00"), zone="Europe/Berlin", days=WORKDAYS)


def at(text: str) -> datetime:
    return sla.wall_time(f"{text}:00", "Europe/Berlin")


def pause(start: str, end: str | None = None) -> Interval:
    return Interval(at(start), at(end) if end else None)


# 2026-03-06 is a Friday.
DEADLINES = [
    ("within a day", "2026-03-06 10:00", 2, [], "2026-03-06 12:00"),
    ("over the weekend", "2026-03-06 17:00", 2, [], "2026-03-09 10:00"),
    ("used up when the office closes", "2026-03-06 17:00", 1, [], "2026-03-06 18:00"),
    ("from closed hours", "2026-03-07 12:00", 1, [], "2026-03-09 10:00"),
    ("nothing to do is due at once", "2026-03-07 12:00", 0, [], "2026-03-07 12:00"),
    ("a pause in closed hours earns nothing", "2026-03-06 17:00", 2, [pause("2026-03-06 18:00", "2026-03-09 09:00")],
     "2026-03-09 10:00"),
    ("a pause earns what it covers of the open hours", "2026-03-06 17:00", 2,
     [pause("2026-03-06 17:30", "2026-03-09 09:30")], "2026-03-09 11:00"),
    ("a pause at the deadline comes too late", "2026-03-06 17:00", 1, [pause("2026-03-06 18:00", "2026-03-09 12:00")],
     "2026-03-06 18:00"),
    ("an open pause at the deadline comes too late", "2026-03-06 17:00", 1, [pause("2026-03-06 18:00")],
     "2026-03-06 18:00"),
    ("an open pause hides the deadline, in closed hours too", "2026-03-06 17:00", 2, [pause("2026-03-07 12:00")], None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("origin", "hours", "pauses", "expected"), [case[1:] for case in DEADLINES], ids=[case[0] for case in DEADLINES]
)
def test_deadlines_in_business_hours(origin: str, hours: int, pauses: list[Interval], expected: str | None) -> None:
    found = sla.deadline(calendar=OFFICE, origin=at(origin), target=hours * HOUR, pauses=pauses)
    assert found == (at(expected) if expected else None)


def test_the_account_names_closed_hours_even_within_a_pause() -> None:
    spans = sla.account(
        calendar=OFFICE,
        origin=at("2026-03-06 16:00"),
        pauses=[pause("2026-03-06 17:00", "2026-03-09 10:00")],
        until=at("2026-03-09 12:00"),
    )
    assert [(span.kind, span.duration / HOUR) for span in spans] == [
        ("running", 1),
        ("paused", 1),
        ("closed", 63),
        ("paused", 1),
        ("running", 2),
    ]
    assert sla.totals(spans) == {"running": 3 * HOUR, "paused": 2 * HOUR, "closed": 63 * HOUR}


def test_moments_of_one_zone_are_told_apart_across_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    origin, until = datetime(2022, 3, 27, 1, tzinfo=berlin), datetime(2022, 3, 27, 4, tzinfo=berlin)
    assert sla.elapsed(origin=origin, pauses=[], until=until) == 2 * HOUR
    assert sla.deadline(origin=origin, target=2 * HOUR, pauses=[]) == until.astimezone(UTC)


def test_a_target_that_no_century_is_long_enough_for_is_refused() -> None:
    others = (datetime(2000, 1, 1) + timedelta(number) for number in range(366))
    never = calendar(
        ("02:10", "02:50"),  # an hour that is always skipped on the only day that is left
        zone="Europe/Berlin",
        days=["sun"],
        holidays=[f"*-{day:%m-%d}" for day in others if (day.month, day.day) != (3, 26)],
    )
    with pytest.raises(ValueError, match="hundred years"):
        sla.deadline(calendar=never, origin=at("2026-01-01 00:00"), target=HOUR, pauses=[])


# --- Warnings ---------------------------------------------------------------------------------------------------

WARNINGS = [
    ("the first percent", None, "2026-03-06 10:00", [], ("2026-03-06 13:00", 75)),
    ("strictly after the moment", None, "2026-03-06 13:00", [], ("2026-03-06 13:36", 90)),
    ("none left", None, "2026-03-06 13:36", [], None),
    ("the first repeat after the deadline", HOUR, "2026-03-06 13:36", [], ("2026-03-06 15:00", 125)),
    ("strictly after that too", HOUR, "2026-03-06 15:00", [], ("2026-03-06 16:00", 150)),
    ("repeats wait for the office to open", HOUR, "2026-03-07 12:00", [], ("2026-03-09 10:00", 225)),
    ("none while paused", HOUR, "2026-03-06 12:00", [pause("2026-03-06 11:00")], None),
    ("none while paused though overdue", HOUR, "2026-03-06 16:30", [pause("2026-03-06 16:00")], None),
    ("moved by what a pause earned", None, "2026-03-06 10:00", [pause("2026-03-06 11:00", "2026-03-06 12:00")],
     ("2026-03-06 14:00", 75)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("repeat", "after", "pauses", "expected"), [case[1:] for case in WARNINGS], ids=[case[0] for case in WARNINGS]
)
def test_warnings(
    repeat: timedelta | None, after: str, pauses: list[Interval], expected: tuple[str, int] | None
) -> None:
    found = sla.next_warning(
        calendar=OFFICE,
        origin=at("2026-03-06 10:00"),
        target=4 * HOUR,
        pauses=pauses,
        percents=[90, 75],
        repeat=repeat,
        after=at(after),
    )
    assert found == (expected and (at(expected[0]), expected[1]))
