"""The arithmetic of an SLA clock: values in, values out, to the second. Knows neither Django nor the time of day.

A clock has an origin, a target, pauses and perhaps a business calendar. Its deadline is the moment at which the target
is used up by running time, which is neither paused nor in closed hours; it is always derived from the origin, never
from an earlier deadline. Seconds are real seconds: an hour that summer time skips never counts, one that it repeats
counts twice.

The four questions take plain values, and ``calendar=None`` (or left out) is around the clock:

    deadline(calendar=, origin=, target=, pauses=)              when is it due? None while paused
    elapsed(calendar=, origin=, pauses=, until=)                how much has run by then?
    account(calendar=, origin=, pauses=, until=)                every second: running, paused or closed
    read(calendar=, origin=, target=, pauses=, now=, stopped_at=)  state, due_at, elapsed, remaining, fraction

``origin``, ``until`` and ``now`` are aware datetimes in any zone; answers are in UTC. ``target`` is a timedelta.
``pauses`` is a sequence of (start, end), the end None where the pause is still open. For example, 60 working hours with
two pauses, then the working time between two moments:

    >>> from datetime import timedelta
    >>> from zoneinfo import ZoneInfo
    >>> from incidents import sla
    >>> office = sla.Calendar.of(
    ...     time_zone="Europe/Berlin",
    ...     hours={day: [["08:00", "13:00"], ["14:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    ...     holidays=["2023-06-16", "*-12-25"],
    ...     extra_workdays=["2023-06-24"],
    ... )
    >>> def at(text):
    ...     return sla.wall_time(text, "Europe/Berlin")
    >>> due_at = sla.deadline(
    ...     calendar=office,
    ...     origin=at("2023-06-13 13:00:00"),
    ...     target=timedelta(hours=60),
    ...     pauses=[
    ...         (at("2023-06-14 08:00:00"), at("2023-06-14 17:00:00")),
    ...         (at("2023-06-23 08:00:00"), at("2023-06-24 14:00:00")),
    ...     ],
    ... )
    >>> due_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M:%S")
    '2023-06-26 15:00:00'
    >>> worked = sla.elapsed(
    ...     calendar=office, origin=at("2023-06-15 17:00:00"), until=at("2023-06-19 09:00:00"), pauses=[]
    ... )
    >>> worked.total_seconds()
    7200.0

``Calendar.of`` refuses with ValueError what cannot be read or never opens; ``deadline`` refuses with ValueError a
target that its calendar is not open for within a hundred years. ``next_warning`` says when somebody is to be warned.
"""

from incidents.sla.calendars import WEEKDAYS, Calendar, wall_time
from incidents.sla.clocks import (
    Interval,
    NextWarning,
    Pauses,
    Reading,
    Span,
    State,
    account,
    deadline,
    elapsed,
    next_warning,
    read,
    totals,
)

ALWAYS = None
"""The calendar of a clock that runs around the clock."""

__all__ = [
    "ALWAYS",
    "WEEKDAYS",
    "Calendar",
    "Interval",
    "NextWarning",
    "Pauses",
    "Reading",
    "Span",
    "State",
    "account",
    "deadline",
    "elapsed",
    "next_warning",
    "read",
    "totals",
    "wall_time",
]
