"""UV, PV and Time stability (docs/reports.md): values in, values out. Knows neither Django nor the time of day.

Stability is one minus what was lost over the whole. What a harm loses is spread evenly over its interval; where harms
of one service overlap, the one that loses most at that moment counts alone, so nothing is counted twice. On one day
no more can be lost than the whole of that day. Shares add up: a business line or the company is the sum of its
services.

Moments are whole microseconds since the year 2000, as PostgreSQL has them; columns, because a month may hold half a
million harms.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Moments = NDArray[np.int64]
Amounts = NDArray[np.float64]
A_SECOND = 1_000_000


@dataclass(frozen=True)
class Harms:
    """Of one service: ``amounts`` were affected over the whole interval from ``starts`` to ``ends``, one by one.

    A harm without a length, or that ends before it began, still happened: it lasts a microsecond.
    """

    starts: Moments
    ends: Moments

    @property
    def lengths(self) -> Moments:
        lengths: Moments = np.maximum(self.ends - self.starts, 1)
        return lengths

    def lost_by_day(self, amounts: Amounts, midnights: Moments) -> Amounts:
        """What was lost from each midnight to the next, in the unit of ``amounts``; one value less than midnights."""
        return self._spread(amounts / self.lengths, midnights)

    def covered_by_day(self, chosen: NDArray[np.bool_], midnights: Moments) -> Amounts:
        """Seconds of each day that the union of the ``chosen`` intervals covers; one value less than midnights."""
        real = chosen & (self.ends > self.starts)
        return self._spread(real.astype(np.float64), midnights) / A_SECOND

    def _spread(self, densities: Amounts, midnights: Moments) -> Amounts:
        """Cut the time at every start, end and midnight; in each stretch the greatest density counts alone."""
        if len(midnights) < 2:
            return np.zeros(0)
        counting = densities > 0
        starts = np.clip(self.starts[counting], midnights[0], midnights[-1])
        ends = np.clip((self.starts + self.lengths)[counting], midnights[0], midnights[-1])
        bounds = np.unique(np.concatenate([starts, ends, midnights]))
        greatest = greatest_of_ranges(
            np.searchsorted(bounds, starts), np.searchsorted(bounds, ends), densities[counting], size=len(bounds) - 1
        )
        lost = greatest * np.diff(bounds)
        return np.add.reduceat(lost, np.searchsorted(bounds, midnights[:-1]))


def greatest_of_ranges(firsts: Moments, afters: Moments, values: Amounts, *, size: int) -> Amounts:
    """For each of ``size`` places the greatest value whose range (from first up to, not including, after) holds it;
    0 where none does.

    Each range is the union of two of a length that is a power of two; from the longest down, each length hands what it
    has on to its two halves. So the work is of the order of n log n, without a loop over the ranges.
    """
    found = np.zeros(size)
    lengths = afters - firsts
    real = lengths > 0
    firsts, afters, values, lengths = firsts[real], afters[real], values[real], lengths[real]
    powers = np.frexp(lengths)[1] - 1  # the greatest whose power of two the length reaches
    for power in range(int(powers.max(initial=0)), -1, -1):
        mine = powers == power
        np.maximum.at(found, firsts[mine], values[mine])
        np.maximum.at(found, afters[mine] - (1 << power), values[mine])
        if power:
            half = 1 << (power - 1)
            handed = found.copy()
            np.maximum(found[half:], handed[:-half], out=found[half:])
    return found


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


def share_of_days(lost: Amounts, wholes: Amounts) -> Share:
    """One service: what each day lost, no more than the whole of that day."""
    return Share(float(np.minimum(lost, wholes).sum()), float(wholes.sum()))


def aggregate(shares: Iterable[Share]) -> Share:
    return sum(shares, Share())
