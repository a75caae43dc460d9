"""Stored frames for a long run of judging: read ahead in pieces, those that the kind looks back at among them."""

from collections.abc import Iterator
from datetime import datetime

from detection import frames
from detection.models import Metric
from detection.rules import Stretch
from detection.rules.verdict import Values

MOST_HELD = 20_000_000
"""Values that lie in memory at a time."""
MOST_FRAMES = 1440
Range = tuple[datetime, datetime]


class Stored:
    """Gives the frames of a stretch one after the other, and ``read_at`` for what a judge asks for beside them."""

    def __init__(self, metric: Metric, other: Metric | None, stretches: tuple[Stretch, ...], width: int) -> None:
        self.metric, self.other, self.stretches = metric, other, stretches
        self.held: dict[tuple[int, datetime], Values] = {}
        room = MOST_HELD // (max(width, 1) * (1 + len(stretches)))
        self.step = max(min(room, MOST_FRAMES), 1) * metric.interval

    def rows(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, Values]]:
        """The frames with ``after`` < time <= ``until``, oldest first."""
        while after < until:
            end = min(after + self.step, until)
            self._load(after, end)
            for (pk, at), row in sorted(self.held.items(), key=lambda item: item[0][1]):
                if pk == self.metric.pk and after < at <= end:
                    yield at, row
            after = end

    def read_at(self, metric: Metric, times: list[datetime]) -> dict[datetime, Values]:
        """As ``frames.read_at``, of what was read ahead."""
        found = ((at, self.held.get((metric.pk, at))) for at in times)
        return {at: row for at, row in found if row is not None}

    def _load(self, after: datetime, until: datetime) -> None:
        self.held = {}
        start_of_all = after - 2 * self.metric.interval  # sums are held against the frame before
        for start, end in _joined(
            [(start_of_all, until), *(self._behind(each, after, until) for each in self.stretches)]
        ):
            self.held |= {(self.metric.pk, at): row for at, row in frames.read_rows(self.metric, start, end)}
        if self.other is not None and self.other.pk != self.metric.pk:
            self.held |= {
                (self.other.pk, at): row
                for at, row in frames.read_rows(self.other, after - 2 * self.other.interval, until)
            }

    def _behind(self, stretch: Stretch, after: datetime, until: datetime) -> Range:
        """One interval more on both sides: in a replay a day need not be a whole number of intervals."""
        back = stretch.days * self.metric.day + stretch.intervals * self.metric.interval
        reach = (stretch.around + 1) * self.metric.interval
        return after - back - reach, until - back + reach


def _joined(ranges: list[Range]) -> list[Range]:
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
