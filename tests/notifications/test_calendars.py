"""Calendars that state shifts: what is read, what is listed as unread, and what is refused in a sentence."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client

from lifecycle.transitions import InputRefused, NotPermitted
from notifications.calendars import CalendarRefused, read_calendar
from notifications.models import LayerKind, ScheduleLayer
from notifications.recipients import on_call
from notifications.services import calendars
from notifications.services.calendars import fetch_due_calendars, follow_calendar, import_calendar
from notifications.services.feeds import find_feed, make_feed, revoke_feed, rotate_feed
from notifications.services.scheduling import Plan, add_layer
from outbound import Answer, OutboundError
from tests.clock import Clock
from tests.notifications.rotas import HOUR, NOW, Turns, make_turns

BERLIN = ZoneInfo("Europe/Berlin")
HEAD, FOOT = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n", "END:VCALENDAR\r\n"


def event(*lines: str, starts: str = "DTSTART:20261201T080000Z", ends: str = "DTEND:20261201T160000Z") -> str:
    rest = "".join(f"{line}\r\n" for line in (starts, ends, *lines) if line)
    return f"BEGIN:VEVENT\r\nUID:{abs(hash(rest))}\r\nDTSTAMP:20260101T000000Z\r\n{rest}END:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return (HEAD + "".join(events) + FOOT).encode()


def read(content: bytes) -> Any:
    return read_calendar(content, zone=BERLIN, start=NOW, end=NOW + timedelta(days=366))


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("DTSTART:20261201T080000Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("DTSTART:20261201T080000", datetime(2026, 12, 1, 7, tzinfo=UTC)),
        ("DTSTART;TZID=Asia/Shanghai:20261201T120000", datetime(2026, 12, 1, 4, tzinfo=UTC)),
        ("DTSTART;TZID=W. Europe Standard Time:20261201T080000", datetime(2026, 12, 1, 7, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20261201", datetime(2026, 11, 30, 23, tzinfo=UTC)),
    ],
)
def test_times_without_a_zone_and_whole_days_are_the_schedules_own(starts: str, expected: datetime) -> None:
    ends = starts.replace("DTSTART", "DTEND").replace("20261201", "20261202")
    (stated,) = read(calendar(event("SUMMARY:Bob", starts=starts, ends=ends))).stated
    assert stated.starts_at == expected


def test_a_recurring_event_is_read_a_year_ahead_and_keeps_its_time_on_the_wall() -> None:
    starts, ends = "DTSTART;TZID=Europe/Berlin:20261130T180000", "DTEND;TZID=Europe/Berlin:20261201T080000"
    stated = read(calendar(event("SUMMARY:Bob", "RRULE:FREQ=WEEKLY", starts=starts, ends=ends))).stated
    assert len(stated) == 53
    assert {each.starts_at.astimezone(BERLIN).hour for each in stated} == {18}
    assert {each.starts_at.hour for each in stated} == {16, 17}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (event("SUMMARY:Bob", ends="DTEND:20261201T070000Z"), "ends before"),
        (event("SUMMARY:Bob", starts="DTSTART;TZID=Mars/Olympus:20261201T080000"), "zone is not known"),
        (event("SUMMARY:Bob", starts="DTSTART:2026-12-01 8 o'clock"), "cannot be read"),
        (event("SUMMARY:Bob", starts=""), "cannot be read"),
        (event("SUMMARY:Bob", "RRULE:FREQ=SECONDLY"), "more often than hourly"),
        (event("SUMMARY:Bob", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "not supported"),
        (event("SUMMARY:Bob", "RRULE:FREQ=DAILY;INTERVAL=0"), "not supported"),
        (event("SUMMARY:Bob", "RRULE:FREQ=HOURLY", starts="DTSTART:19700101T000000Z"), "longer than a year"),
        (
            event(
                *("SUMMARY:Bob", "RRULE:FREQ=HOURLY"), starts="DTSTART:20100101T000000Z", ends="DTEND:20100101T010000Z"
            ),
            "too long ago",
        ),
        (event("SUMMARY:Bob", "STATUS:CANCELLED"), "cancelled"),
    ],
)
def test_an_event_that_cannot_be_used_is_listed_with_its_reason(text: str, why: str) -> None:
    found = read(calendar(text, event("SUMMARY:Good")))
    assert [stated.summary for stated in found.stated] == ["Good"]
    (unread,) = found.unread
    assert why in unread.why


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no calendar"),
        (b"<html>sign in</html>", "no calendar"),
        (b"\xff\xfe\xfa", "no calendar"),
        (calendar(event("SUMMARY:a\0b")), "no calendar"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * (1024 * 1024), "larger than 1024 KiB"),
        (calendar(*(event(f"SUMMARY:{number}") for number in range(2001))), "more than 2000 events"),
        (calendar(event("SUMMARY:Bob", "RRULE:FREQ=HOURLY")), "more than 5000 shifts"),
    ],
    ids=["empty", "page", "bytes", "nul", "huge", "many", "endless"],
)
def test_a_file_that_is_no_calendar_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(CalendarRefused, match=sentence):
        read(content)


# --- Layers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def turns(clock: Clock) -> Turns:
    clock.set(NOW)
    return make_turns()


@pytest.fixture
def layer(turns: Turns) -> ScheduleLayer:
    plan = Plan(starts_on=NOW.date(), handover_at=NOW.time(), kind=LayerKind.CALENDAR, name="Outlook")
    return add_layer(turns.schedule, actor=turns.manager, plan=plan)


@pytest.mark.django_db
def test_events_become_shifts_by_mail_address_user_name_or_name(turns: Turns, layer: ScheduleLayer) -> None:
    content = calendar(
        event("SUMMARY:Duty", f"ATTENDEE;CN=x:MAILTO:{turns.bob.email.upper()}"),
        event("SUMMARY:duty: carol", starts="DTSTART:20261202T080000Z", ends="DTEND:20261202T160000Z"),
        event("SUMMARY:Alice\\, nights", starts="DTSTART:20261203T080000Z", ends="DTEND:20261203T160000Z"),
        event("SUMMARY:Holiday"),
    )
    import_calendar(layer, actor=turns.manager, content=content)
    assert [shift.person for shift in layer.shifts.all()] == [turns.bob, turns.carol, turns.alice]
    assert [row["summary"] for row in layer.unread] == ["Holiday"]
    assert on_call(turns.schedule, datetime(2026, 12, 2, 9, tzinfo=UTC)).primary == [turns.carol]
    with pytest.raises(NotPermitted):
        import_calendar(layer, actor=turns.bob, content=content)
    with pytest.raises(InputRefused, match="rotation"):
        import_calendar(turns.schedule.layers.get(kind="rotation"), actor=turns.manager, content=content)


@pytest.mark.django_db
def test_a_followed_calendar_is_read_every_hour_and_keeps_its_shifts_when_a_call_fails(
    turns: Turns, layer: ScheduleLayer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Any] = [
        Answer(200, {}, calendar(event("SUMMARY:Bob"))),
        OutboundError("The server cannot be reached.", code="unreachable"),
        Answer(404, {}, b"no"),
        Answer(200, {}, calendar(event("SUMMARY:Carol"))),
    ]

    def answer(*_arguments: Any, **_more: Any) -> Answer:
        found = answers.pop(0)
        if isinstance(found, OutboundError):
            raise found
        return found  # type: ignore[no-any-return]

    monkeypatch.setattr(calendars, "request", answer)
    monkeypatch.setattr(calendars, "check_url", lambda url: None)
    follow_calendar(layer, actor=turns.manager, url="webcal://calendar.example/duty.ics?key=secret")
    assert "secret" not in layer.sealed_url
    seen: list[Any] = []
    for _hour in range(4):
        assert len(answers) + len(seen) == 4
        fetch_due_calendars()
        assert fetch_due_calendars() == 0
        layer.refresh_from_db()
        seen.append(([shift.person.name for shift in layer.shifts.all()], layer.fetch_error))
        clock.set(clock.now() + HOUR)
    assert seen == [
        (["Bob"], ""),
        (["Bob"], "The server cannot be reached."),
        (["Bob"], "The server answered 404."),
        (["Carol"], ""),
    ]


@pytest.mark.django_db
def test_an_address_of_the_inside_is_refused(turns: Turns, layer: ScheduleLayer) -> None:
    for url in ("http://127.0.0.1/x.ics", "https://169.254.169.254/", "file:///etc/passwd"):
        with pytest.raises(InputRefused):
            follow_calendar(layer, actor=turns.manager, url=url)


# --- Feeds ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_feed_tells_whose_duty_is_when_until_it_is_revoked(turns: Turns) -> None:
    feed, secret = make_feed(actor=turns.bob)
    assert secret not in feed.digest
    client = Client()
    answer = client.get(f"/oncall/calendar/{secret}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    firsts = sorted(cast(Any, each["DTSTART"]).dt for each in events if "primary" in str(each["SUMMARY"]))
    assert firsts[:2] == [datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 4, 8, tzinfo=UTC)]
    again = icalendar.Calendar.from_ical(client.get(f"/oncall/calendar/{secret}.ics").content).walk("VEVENT")
    assert [str(each["UID"]) for each in events] == [str(each["UID"]) for each in again]
    assert len({str(each["UID"]) for each in events}) == len(events)
    with pytest.raises(NotPermitted):
        revoke_feed(feed, actor=turns.alice)
    _new, other = rotate_feed(feed, actor=turns.bob)
    assert [client.get(f"/oncall/calendar/{each}.ics").status_code for each in (secret, other, "x")] == [404, 200, 404]
    turns.bob.is_active = False
    turns.bob.save()
    assert find_feed(other) is None
