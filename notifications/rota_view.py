"""A rota as it is drawn: the week with a row for each person, the month, the list, and who is on call now."""

import zoneinfo
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from catalog.models import Person
from notifications.duty import Duty, instant
from notifications.duty.walltime import wall_clock
from notifications.rosters import Rota

DAY = timedelta(days=1)
WEEK = 7
SLOTS = 12
"""Columns of a day in the week's grid."""
SLOT = 24 // SLOTS


@dataclass
class Day:
    """A day of the schedule's zone. ``shift`` is by how much its clocks are put forward or back."""

    date: date
    start: datetime
    end: datetime
    is_today: bool
    duties: list["Row"] = field(default_factory=list)

    @property
    def clock_change(self) -> timedelta:
        return DAY - (self.end - self.start)

    @property
    def change_hours(self) -> str:
        hours = self.clock_change / timedelta(hours=1)
        return f"{hours:+g} h" if hours else ""


@dataclass
class Row:
    """A stretch of duty for the list and the month."""

    duty: Duty
    primary: list[Person]
    secondary: list[Person]
    fill_url: str = ""

    @property
    def is_override(self) -> bool:
        return bool(self.duty.changes)


@dataclass
class Bar:
    at: int
    wide: int
    tone: str
    start: datetime
    end: datetime
    fill_url: str = ""


@dataclass
class Line:
    """A person's row in the week; nobody's row holds the gaps."""

    person: Person | None
    bars: list[Bar] = field(default_factory=list)


def days_of(rota: Rota, first: date, number: int, now: datetime) -> list[Day]:
    today = wall_clock(now, rota.zone).date()
    starts = [instant(datetime.combine(first + DAY * count, time()), rota.zone) for count in range(number + 1)]
    dates = [first + DAY * count for count in range(number)]
    return [Day(each, starts[count], starts[count + 1], each == today) for count, each in enumerate(dates)]


def rows_of(rota: Rota, start: datetime, end: datetime) -> list[Row]:
    return [row_of(rota, duty) for duty in rota.duties_between(start, end)]


def row_of(rota: Rota, duty: Duty) -> Row:
    return Row(duty, rota.who(duty.primary), rota.who(duty.secondary), fill_url(rota, duty) if duty.is_gap else "")


def fill_url(rota: Rota, duty: Duty) -> str:
    """The form of an override that is filled in with the gap."""
    path = reverse("notifications:override", args=[rota.schedule.team.slug])
    query = {"kind": "add", "from": duty.start.isoformat(), "to": duty.end.isoformat()}
    return f"{path}?{urlencode(query)}"


def week_lines(rota: Rota, days: list[Day]) -> list[Line]:
    """A line for each person who is on call in the week or stands in a layer, by name; gaps come first."""
    gaps = Line(None)
    lines = {number: Line(person) for number, person in rota.members.items() if person.is_active}
    for duty in rota.duties_between(days[0].start, days[-1].end):
        tones = [(number, "primary") for number in duty.primary] + [(number, "secondary") for number in duty.secondary]
        for number, tone in tones:
            line = lines.setdefault(number, Line(rota.people[number]))
            is_changed = bool(duty.changes) and (tone == "secondary" or number not in duty.scheduled)
            line.bars.append(_bar(rota, days, duty, f"{tone} is-override" if is_changed else tone))
        if duty.is_gap:
            bar = _bar(rota, days, duty, "gap")
            bar.fill_url = fill_url(rota, duty)
            gaps.bars.append(bar)
    people = sorted(lines.values(), key=lambda line: str(line.person))
    return ([gaps] if gaps.bars else []) + people


def _bar(rota: Rota, days: list[Day], duty: Duty, tone: str) -> Bar:
    first = _slot(rota.zone, days, duty.start)
    last = _slot(rota.zone, days, duty.end)
    first = min(first, len(days) * SLOTS - 1)
    return Bar(first, max(last - first, 1), tone, duty.start, duty.end)


def _slot(zone: zoneinfo.ZoneInfo, days: list[Day], moment: datetime) -> int:
    """The column of a moment by the clock on the wall. Ends are cut like beginnings, so that bars of one person
    that follow each other lie side by side."""
    wall = wall_clock(moment, zone)
    slot = (wall.date() - days[0].date).days * SLOTS + wall.hour // SLOT
    return min(slot, len(days) * SLOTS)


def month_days(rota: Rota, day: date, now: datetime) -> list[list[Day]]:
    """The weeks that touch the month, each day with its duties."""
    first = day.replace(day=1)
    first -= DAY * first.weekday()
    following = (day.replace(day=28) + DAY * 4).replace(day=1)
    number = -(-(following - first).days // WEEK) * WEEK
    days = days_of(rota, first, number, now)
    rows = rows_of(rota, days[0].start, days[-1].end)
    for each in days:
        each.duties = [row for row in rows if row.duty.start < each.end and row.duty.end > each.start]
    return [days[place : place + WEEK] for place in range(0, number, WEEK)]


def now_band(rota: Rota, now: datetime, viewer: Person) -> dict[str, Any]:
    """Who is on call now, until when, and what the viewer may do about it."""
    duty = rota.duties_between(now, now + DAY * 40)[0]
    members = {*rota.members, *(person.pk for person in rota.schedule.team.members.all())}
    return {
        "schedule": rota.schedule,
        "row": row_of(rota, duty),
        "is_member": viewer.pk in members,
        "is_primary": viewer.pk in duty.primary,
        "zone_differs": viewer.time_zone != rota.schedule.time_zone,
    }
