"""Writes shifts for calendar programs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar


@dataclass(frozen=True)
class Entry:
    """``uid`` stays the same for the same shift, so that programs change their entry instead of adding one."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""


def write_calendar(entries: Iterable[Entry], *, name: str, made_at: datetime) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Mainstay//On-call//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", made_at)
        event.add("dtstart", entry.starts_at)
        event.add("dtend", entry.ends_at)
        event.add("summary", entry.summary)
        if entry.description:
            event.add("description", entry.description)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
