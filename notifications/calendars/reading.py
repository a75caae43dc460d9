"""Reads the events of an iCalendar file inside a stretch of time, and never more than is good for the product.

Recurring events are worked out by ``recurring_ical_events``. It would do so for as long as a rule asks, so rules that
repeat by the minute, or that may never match, are refused beforehand, one by one and with their reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from django.utils.translation import gettext as _

from notifications.duty import instant

LARGEST = 1024 * 1024
MOST_EVENTS = 2000
MOST_RULES = 100
MOST_SHIFTS = 5000
MOST_STEPS = 20_000
CHUNK = timedelta(days=31)
STEPS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
STEPS |= {"MONTHLY": timedelta(days=28), "YEARLY": timedelta(days=365)}
RULE_PARTS = {
    "HOURLY": set(),
    "DAILY": {"BYDAY"},
    "WEEKLY": {"BYDAY", "WKST"},
    "MONTHLY": {"BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"},
    "YEARLY": {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"},
}
COMMON_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL"}


class CalendarRefused(Exception):  # noqa: N818 (an answer, not an error)
    """The file as a whole cannot be used; the words are for people."""


@dataclass(frozen=True)
class Stated:
    """One event of the calendar, or one of a recurring one."""

    starts_at: datetime
    ends_at: datetime
    summary: str
    attendees: tuple[str, ...] = ()
    """Mail addresses in lower case."""


@dataclass(frozen=True)
class Unread:
    """An event that says nothing about duty that can be used, and why."""

    summary: str
    starts: str
    why: str


@dataclass
class Read:
    stated: list[Stated] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_calendar(content: bytes, *, zone: ZoneInfo, start: datetime, end: datetime) -> Read:
    """The events that touch [start, end). Times without a zone, and whole days, are wall-clock times of ``zone``.

    Raises CalendarRefused.
    """
    calendar = _parse(content)
    events = list(calendar.walk("VEVENT"))
    if len(events) > MOST_EVENTS:
        raise CalendarRefused(_("The calendar holds more than %(number)d events.") % {"number": MOST_EVENTS})
    read, good, rules = Read(), icalendar.Calendar(), 0
    for event in events:
        why = _trouble(event, zone, end)
        rules += "RRULE" in event
        if not why and rules > MOST_RULES:
            why = _("The calendar holds more than %(number)d recurring events.") % {"number": MOST_RULES}
        if why:
            read.unread.append(Unread(_text(event), _start_text(event), why))
        else:
            good.add_component(event)
    for stated in _expanded(good, zone, start, end):
        read.stated.append(stated)
        if len(read.stated) > MOST_SHIFTS:
            sentence = _("The calendar states more than %(number)d shifts within a year.")
            raise CalendarRefused(sentence % {"number": MOST_SHIFTS})
    return read


def _parse(content: bytes) -> icalendar.Calendar:
    if len(content) > LARGEST:
        raise CalendarRefused(_("The file is larger than %(size)d KiB.") % {"size": LARGEST // 1024})
    if b"\0" in content:
        raise CalendarRefused(_("This is no calendar: it holds bytes that no text has."))
    try:
        text = content.decode("utf-8-sig")
        calendar = icalendar.Calendar.from_ical(text)
    except Exception as error:  # whatever a stranger's file makes a parser stumble over
        raise CalendarRefused(_("This is no calendar in the iCalendar format (.ics).")) from error
    if not isinstance(calendar, icalendar.Calendar):
        raise CalendarRefused(_("This is no calendar in the iCalendar format (.ics)."))
    return calendar


def _trouble(event: Any, zone: ZoneInfo, horizon: datetime) -> str:
    """Why the event cannot be used; empty where it can."""
    try:
        starts_at, ends_at = _moments(event, zone)
        if _names_unknown_zone(event):
            return _("Its time zone is not known.")
        if ends_at <= starts_at:
            return _("It ends before it begins, or at once.")
        if ends_at - starts_at > timedelta(days=366):
            return _("It lasts longer than a year.")
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return _("It is cancelled.")
        return _trouble_of_rule(event, starts_at, horizon) if "RRULE" in event else ""
    except Exception:  # a property that is broken raises when it is looked at, each in its own way
        return _("Its times cannot be read.")


def _moments(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first = event["DTSTART"].dt
    starts_at = _moment(first, zone)
    if "DTEND" in event:
        return starts_at, _moment(event["DTEND"].dt, zone)
    if "DURATION" in event:
        return starts_at, starts_at + event["DURATION"].dt
    is_day = not isinstance(first, datetime)
    return starts_at, _moment(first + timedelta(days=1), zone) if is_day else starts_at


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return instant(datetime.combine(value, time()), zone)
    return instant(value, zone) if value.tzinfo is None else value.astimezone(ZoneInfo("UTC"))


def _names_unknown_zone(event: Any) -> bool:
    """``icalendar`` leaves the offset out where a name means nothing to it."""
    named = [event[name] for name in ("DTSTART", "DTEND") if name in event]
    return any(
        isinstance(value.dt, datetime) and value.dt.tzinfo is None and value.params.get("TZID") for value in named
    )


def _trouble_of_rule(event: Any, starts_at: datetime, horizon: datetime) -> str:
    rules = event["RRULE"] if isinstance(event["RRULE"], list) else [event["RRULE"]]
    for rule in rules:
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        if frequency not in STEPS:
            return _("It repeats more often than hourly.")
        interval = int((rule.get("INTERVAL") or [1])[0])
        parts = {part.upper() for part in rule} - COMMON_PARTS
        may_never_match = frequency == "DAILY" and parts and interval % 7 == 0
        if interval < 1 or not parts <= RULE_PARTS[frequency] or may_never_match:
            return _("Its rule of repetition is not supported.")
        if (horizon - starts_at) / (STEPS[frequency] * interval) > MOST_STEPS:
            return _("It has repeated since too long ago.")
    return ""


def _expanded(calendar: icalendar.Calendar, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Stated]:
    """Chunk by chunk, so that a file which states too much is left before all of it is worked out."""
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    start, end = start.astimezone(zone), end.astimezone(zone)  # what names no zone is taken to be of this one
    seen: set[Stated] = set()
    while start < end:
        for event in query.between(start, min(start + CHUNK, end)):
            starts_at, ends_at = _moments(event, zone)
            stated = Stated(starts_at, ends_at, _text(event), _attendees(event))
            if stated not in seen and starts_at < ends_at:
                seen.add(stated)
                yield stated
        start += CHUNK


def _attendees(event: Any) -> tuple[str, ...]:
    named = event.get("ATTENDEE") or []
    each = named if isinstance(named, list) else [named]
    return tuple(str(name).lower().removeprefix("mailto:") for name in each[:50])


def _text(event: Any) -> str:
    try:
        return " ".join(str(event.get("SUMMARY", "")).split())[:200]
    except Exception:
        return ""


def _start_text(event: Any) -> str:
    try:
        return str(event["DTSTART"].dt)[:40]
    except Exception:
        return ""
