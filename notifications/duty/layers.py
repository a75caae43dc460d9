"""The layers of a schedule: rotations, and calendars that state their shifts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from notifications.duty.rotation import Rotation
from notifications.duty.windows import Window, open_between


@dataclass(frozen=True)
class Span:
    """A stretch for which a layer names people. ``order``: who comes after them in the rotation, the next one first.

    ``shift`` tells stretches of one shift from those of the next.
    """

    start: datetime
    end: datetime
    people: tuple[int, ...]
    layer: int
    shift: datetime
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Layer:
    """A rotation of ``members``, or a calendar of ``shifts`` (start, end, person). On duty from ``starts`` until
    ``ends`` and only while a window is open."""

    key: int
    position: int
    zone: ZoneInfo
    rotation: Rotation | None = None
    members: tuple[int, ...] = ()
    shifts: tuple[tuple[datetime, datetime, int], ...] = ()
    starts: datetime | None = None
    ends: datetime | None = None
    windows: tuple[Window, ...] = ()

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """Whom the layer names in [start, end), in order, cut to it."""
        start, end = max(start, self.starts or start), min(end, self.ends or end)
        if start >= end:
            return []
        named = list(self._rotated(start, end) if self.rotation else self._stated(start, end))
        return list(self._opened(named, start, end)) if self.windows else named

    def _rotated(self, start: datetime, end: datetime) -> Iterator[Span]:
        if self.rotation is None or not self.members:
            return
        for shift in self.rotation.shifts_between(start, end):
            place = shift.number % len(self.members)
            order = self.members[place + 1 :] + self.members[:place]
            first, last = max(shift.start, start), min(shift.end, end)
            yield Span(first, last, (self.members[place],), self.key, shift.start, order)

    def _stated(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Where a calendar's shifts overlap, all their people are on call."""
        shifts = sorted(shift for shift in self.shifts if shift[0] < end and shift[1] > start)
        cuts = sorted({min(max(edge, start), end) for shift in shifts for edge in shift[:2]})
        running: list[tuple[datetime, datetime, int]] = []
        following = iter([*shifts, None])
        upcoming = next(following)
        for first, last in pairwise(cuts):
            while upcoming is not None and upcoming[0] <= first:
                running.append(upcoming)
                upcoming = next(following)
            running = [shift for shift in running if shift[1] > first]
            if running:
                people = tuple(dict.fromkeys(shift[2] for shift in running))
                yield Span(first, last, people, self.key, max(shift[0] for shift in running))

    def _opened(self, named: list[Span], start: datetime, end: datetime) -> Iterator[Span]:
        """The spans cut to the windows; both lists are in order, so one walk through both is enough."""
        openings = open_between(self.windows, self.zone, start, end)
        first = 0
        for span in named:
            while first < len(openings) and openings[first][1] <= span.start:
                first += 1
            for opens, closes in openings[first:]:
                if opens >= span.end:
                    break
                begin, stop = max(opens, span.start), min(closes, span.end)
                yield Span(begin, stop, span.people, span.layer, span.shift, span.order)
