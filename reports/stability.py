"""UV, PV and Time stability (docs/reports.md): values in, values out. Knows neither Django nor the time of day.

Stability is one minus what was lost over the whole. What a harm loses is spread evenly over its interval; where harms
of one service overlap, the one that loses most at that moment counts alone, so nothing is counted twice. On one day
no more can be lost than the whole of that day. Shares add up: a business line or the company is the sum of its
services.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# A harm that was recorded without a length still happened.
SHORTEST = timedelta(microseconds=1)


@dataclass(frozen=True)
class Harm:
    """``amount`` users or page views were affected over the whole interval from ``start`` to ``end``."""

    start: datetime
    end: datetime
    amount: float

    @property
    def density(self) -> float:
        """Amount a second."""
        return self.amount / max(self.end - self.start, SHORTEST).total_seconds()


@dataclass(frozen=True)
class Day:
    """A stretch of time and everybody who uses the service in it: daily users or page views."""

    start: datetime
    end: datetime
    amount: float


@dataclass(frozen=True)
class Share:
    """What was lost of a whole, in user-days, page views or seconds."""

    lost: float = 0.0
    whole: float = 0.0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.lost + other.lost, self.whole + other.whole)

    @property
    def stability(self) -> float | None:
        """Between 0 and 1; None where there is no whole to measure against."""
        if self.whole <= 0:
            return None
        return min(1.0, max(0.0, 1 - self.lost / self.whole))


def measure(harms: Sequence[Harm], days: Sequence[Day]) -> Share:
    """UV or PV of one service. ``days`` follow each other without overlap; harm outside them does not count."""
    whole = sum(day.amount for day in days)
    if not harms or not days:
        return Share(0.0, whole)
    lost = [0.0] * len(days)
    for index, start, end, density in _segments(harms, days):
        lost[index] += density * (end - start).total_seconds()
    return Share(sum(min(amount, day.amount) for amount, day in zip(lost, days, strict=True)), whole)


def measure_time(down: Iterable[tuple[datetime, datetime]], *, start: datetime, end: datetime) -> Share:
    """Time of one service, in seconds: the union of the intervals in which it did not work."""
    lost, cursor = 0.0, start
    for begin, finish in sorted(down):
        begin, finish = max(begin, cursor), min(finish, end)
        if finish > begin:
            lost += (finish - begin).total_seconds()
            cursor = finish
    return Share(lost, max((end - start).total_seconds(), 0.0))


def aggregate(shares: Iterable[Share]) -> Share:
    return sum(shares, Share())


def _segments(harms: Sequence[Harm], days: Sequence[Day]) -> Iterator[tuple[int, datetime, datetime, float]]:
    """Cut the time at every start, end and midnight: (index of the day, start, end, greatest density)."""
    waiting = sorted(harms, key=lambda harm: harm.start, reverse=True)
    alive: list[tuple[float, datetime]] = []
    bounds = _bounds(harms, days)
    index = 0
    for start, end in pairwise(bounds):
        while waiting and waiting[-1].start <= start:
            harm = waiting.pop()
            heapq.heappush(alive, (-harm.density, max(harm.end, harm.start + SHORTEST)))
        while alive and alive[0][1] <= start:
            heapq.heappop(alive)
        while index < len(days) and days[index].end <= start:
            index += 1
        if index == len(days):
            return
        if alive and days[index].start <= start:
            yield index, start, end, -alive[0][0]


def _bounds(harms: Sequence[Harm], days: Sequence[Day]) -> list[datetime]:
    moments = {moment for day in days for moment in (day.start, day.end)}
    for harm in harms:
        moments.update((harm.start, max(harm.end, harm.start + SHORTEST)))
    return sorted(moments)
