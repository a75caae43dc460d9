"""What a rule says about a series at one frame."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN, OK, FIRING = np.int8(0), np.int8(1), np.int8(2)

Values = NDArray[np.floating[Any]]
"""float32 or float64, as the metric is kept; NaN for a gap."""
Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]


State = NDArray[Any]
"""What a kind that learns remembers of each series: a structured array (n_series); zeros where it knows nothing yet."""


@dataclass(frozen=True)
class Moment:
    """What a kind is shown of one frame: all series of the rule or, where there are very many, some of them at a time.

    ``values`` (n_series), NaN for a gap. ``history`` (stretches, frames, n_series): what ``stretches`` asked for,
    (0, 1, n_series) where it asked for nothing; never anything later than ``at``. ``is_open`` (n_series): the series
    has an open alert. ``other`` (n_series): the second metric, series by series, of kinds that compare two.
    ``total``: the sum of what is known of all series of the metric, of kinds that ask for it. ``state``: of kinds that
    learn, to be left as it is.
    """

    at: datetime
    interval: timedelta
    values: Values
    history: Values
    is_open: Mask
    other: Values | None = None
    state: State | None = None
    total: float | None = None


@dataclass(frozen=True)
class Judgement:
    """``codes`` (n_series) and what was ``expected`` (n_series, NaN where nothing is known), with the band of what
    would have been accepted where the kind knows one; ``state`` is what a kind that learns wants to be shown next.
    ``measured`` is what the kind compared where that is not the value itself: a rate, a share."""

    codes: Codes
    expected: Values
    low: Values | None = None
    high: Values | None = None
    state: State | None = None
    measured: Values | None = None

    def compared(self, moment: Moment) -> Values:
        """What was held against the limits (n_series): what was measured, or else the values."""
        return moment.values if self.measured is None else self.measured


@dataclass(frozen=True)
class Stretch:
    """Frames that a kind wants beside the present one: ``around`` ones on both sides of the moment that lies ``days``
    and ``intervals`` back."""

    days: int = 0
    around: int = 0
    intervals: int = 0


def codes_of(is_firing: Mask, is_known: Mask) -> Codes:
    """Firing or ok where it is known, unknown elsewhere."""
    return np.where(is_known, is_firing.view(np.int8) + OK, UNKNOWN)


def median(values: Values) -> Values:
    """The median over the first axis, NaN left out; NaN where nothing is left. Shape (n, ...) -> (...)."""
    ordered = np.sort(values, axis=0)  # NaN goes last
    size = len(values)
    if not size or not np.isnan(ordered[-1]).any():
        return (ordered[(size - 1) // 2] + ordered[size // 2]) / 2 if size else np.full(values.shape[1:], np.nan)
    count = np.sum(~np.isnan(ordered), axis=0)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, size - 1)
    pair = [np.take_along_axis(ordered, place[np.newaxis], axis=0)[0] for place in (low, high)]
    middle: Values = (pair[0] + pair[1]) / 2
    middle[count == 0] = np.nan
    return middle
