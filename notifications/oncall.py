"""Who is on call at a moment: pure arithmetic on wall-clock weeks, correct across changes of summer time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7


@dataclass(frozen=True)
class Shift:
    """``primary`` and ``secondary`` index the members; moments are aware."""

    number: int
    start: datetime
    end: datetime
    primary: int
    secondary: int | None


def shift_at(moment: datetime, *, zone: ZoneInfo, starts_on: date, handover_at: time, members: int) -> Shift | None:
    """The shift that covers the moment; None before the first one or without members."""
    local = moment.astimezone(zone)
    number = (local.date() - starts_on).days // WEEK
    # The quotient may be off by one around the hand-over itself, so look at the neighbours too.
    for candidate in (number, number - 1):
        start = _start(candidate, zone, starts_on, handover_at)
        end = _start(candidate + 1, zone, starts_on, handover_at)
        if candidate >= 0 and members > 0 and start <= moment < end:
            secondary = (candidate + 1) % members if members > 1 else None
            return Shift(candidate, start, end, candidate % members, secondary)
    return None


def shifts_between(
    start: datetime, end: datetime, *, zone: ZoneInfo, starts_on: date, handover_at: time, members: int
) -> Sequence[Shift]:
    """Every shift that touches the interval, in order, without gap."""
    shifts = []
    moment = max(start, _start(0, zone, starts_on, handover_at))
    while moment < end:
        shift = shift_at(moment, zone=zone, starts_on=starts_on, handover_at=handover_at, members=members)
        if shift is None:
            break
        shifts.append(shift)
        moment = shift.end
    return shifts


def _start(number: int, zone: ZoneInfo, starts_on: date, handover_at: time) -> datetime:
    """The hand-over as wall-clock time: an aware datetime in UTC, because zone arithmetic ignores the offset."""
    local = datetime.combine(starts_on + timedelta(days=WEEK * number), handover_at, tzinfo=zone)
    return local.astimezone(ZoneInfo("UTC"))
