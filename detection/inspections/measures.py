"""What inspections reckon over a longer window of a metric. Pure: arrays in, arrays out.

NaN is a gap: it is never read as zero, and a series of which too little is known is not judged (NaN again).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_SLOPES = 4000
"""Pairs of days of which the slope is taken; more days than that needs are thinned out."""


@dataclass(frozen=True)
class Trend:
    """The line through the days of each series: ``level`` today, ``slope`` a day; NaN where it is not known."""

    level: Floats
    slope: Floats

    def days_until(self, limit: float, *, is_rising: bool) -> Floats:
        """(n_series): days until the line reaches ``limit``; 0 where it is there; infinite where it goes away from it
        or stands still; NaN where nothing is known."""
        sign = 1.0 if is_rising else -1.0
        left, speed = sign * (limit - self.level), sign * self.slope
        with np.errstate(divide="ignore", invalid="ignore"):
            days = np.where(speed > 0, left / speed, np.inf)
        days = np.where(left <= 0, 0.0, days)
        return np.where(np.isnan(self.level) | np.isnan(self.slope), np.nan, days)


def share_of(beyond: NDArray[np.int64], known: NDArray[np.int64], expected: int, *, least: float) -> Floats:
    """(n_series): the share of the known frames that were beyond; NaN where less than ``least`` of the ``expected``
    frames is known."""
    enough = known >= max(least * expected, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(enough, beyond / known, np.nan)


def trend_of(days: Floats) -> Trend:
    """``days`` (n_days, n_series): one value a day, the last is today. The slope is the median of the slopes between
    all pairs of days (Theil and Sen), so that a few bad days do not bend it. A series needs a value on half the days,
    three at least."""
    count, width = days.shape
    known = ~np.isnan(days)
    enough = known.sum(axis=0) >= max(3, count / 2)
    step = max(1, round(count / (2 * MOST_SLOPES) ** 0.5))
    places = np.arange(count - 1, -1, -step)[::-1]
    left, right = np.triu_indices(len(places), k=1)
    gaps = (places[right] - places[left]).astype(float)
    slope, level = np.full(width, np.nan), np.full(width, np.nan)
    for series in np.flatnonzero(enough):
        values = days[places, series]
        slopes = (values[right] - values[left]) / gaps
        slopes = slopes[~np.isnan(slopes)]
        if not len(slopes):
            continue
        slope[series] = np.median(slopes)
        ages = np.arange(count - 1, -1, -1)
        level[series] = np.nanmedian(days[:, series] + slope[series] * ages)
    return Trend(level, slope)
