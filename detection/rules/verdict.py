"""What a rule says about a series at one frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNKNOWN, OK, FIRING = np.int8(0), np.int8(1), np.int8(2)

Values = NDArray[np.float64]
Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Judgement:
    """``codes`` (n_series) and what was ``expected`` (n_series, NaN where nothing is known)."""

    codes: Codes
    expected: Values


@dataclass(frozen=True)
class Stretch:
    """Frames that a kind wants beside the present one: ``around`` ones on both sides of the moment ``days`` ago."""

    days: int
    around: int


def codes_of(is_firing: Mask, is_known: Mask) -> Codes:
    """Firing or ok where it is known, unknown elsewhere."""
    return np.where(is_known, np.where(is_firing, FIRING, OK), UNKNOWN)


def median(values: Values) -> Values:
    """The median over the first axis, NaN left out; NaN where nothing is left. Shape (n, ...) -> (...)."""
    ordered = np.sort(values, axis=0)  # NaN goes last
    count = np.sum(~np.isnan(values), axis=0)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, len(values) - 1)
    pair = [np.take_along_axis(ordered, place[np.newaxis], axis=0)[0] for place in (low, high)]
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)
