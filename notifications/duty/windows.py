"""When a layer is on duty at all: nights, weekends, office hours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifications.duty.walltime import instant, wall_clock

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Wall-clock time from ``opens`` to ``closes`` of the days that are ``weekdays`` (Monday 0) when it opens.

    ``closes`` at or before ``opens`` is a time of the next day.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time

    @classmethod
    def load(cls, value: dict[str, Any]) -> "Window":
        """From the shape in which a layer keeps it: {"weekdays": [0], "from": "18:00", "to": "08:00"}."""
        days = frozenset(value.get("weekdays") or range(7))
        return cls(days, time.fromisoformat(value["from"]), time.fromisoformat(value["to"]))


def open_between(
    windows: Iterable[Window], zone: ZoneInfo, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The stretches of [start, end) in which any window is open, in order and joined where they touch."""
    joined: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(_openings(windows, zone, start, end)):
        opens, closes = max(opens, start), min(closes, end)
        if opens >= closes:
            continue
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return joined


def _openings(
    windows: Iterable[Window], zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    first, last = wall_clock(start, zone).date() - 2 * DAY, wall_clock(end, zone).date() + DAY
    for window in windows:
        day = first
        while day <= last:
            if day.weekday() in window.weekdays:
                closing = day if window.closes > window.opens else day + DAY
                opens = instant(datetime.combine(day, window.opens), zone)
                yield opens, instant(datetime.combine(closing, window.closes), zone)
            day += DAY
