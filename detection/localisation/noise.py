"""How far values stray from their baseline without any fault. Pure.

The variance of a count with mean m is taken as m + s m² (that of a negative binomial): chance, and a baseline that is
off by a share of its own. What is learned beside a suspected segment tells how surprising the segment is.
"""

from dataclasses import dataclass

import numpy as np

from detection.localisation.cube import Cube, Floats

_MEDIAN_OF_CHI_SQUARE = 0.4549
_TINY = 1e-12
_ROUNDS = 4


@dataclass(frozen=True)
class Noise:
    """``unit``: the variance of a value with mean 1 (1 for counts). ``of_series``: s of single series. ``of_values``:
    by dimension, s of its values as wholes, where merchants (say) are off their baseline together."""

    unit: float
    of_series: float
    of_values: tuple[float, ...]

    def likelihood(self, actual: Floats, expected: Floats) -> float:
        """The logarithm of it, in nats, where all of these series keep one ratio to what was expected of them."""
        actual, expected = actual / self.unit, expected / self.unit
        mean = expected * max(self._ratio(actual, expected), 1e-9)
        told = np.where(actual > 0, actual * np.log(np.maximum(mean, 0.05) / np.maximum(actual, _TINY)), 0)
        if self.of_series < 1e-6:
            return float(np.sum(told - mean))
        spread = self.of_series
        return float(
            np.sum(told - (actual + 1 / spread) * np.log1p(spread * mean) + actual * np.log1p(spread * actual))
        )

    def _ratio(self, actual: Floats, expected: Floats) -> float:
        """Where series stray by shares, a large one tells little more than a small one."""
        weight = 1 / (1 + self.of_series * expected)
        return float(np.sum(weight * actual) / max(float(np.sum(weight * expected)), _TINY))


def noise_of(cube: Cube, mean: Floats) -> Noise:
    """Learn it from what came against ``mean`` (n_series), what is held for true."""
    known = mean > 0
    actual, mean = cube.actual[known], mean[known]
    if not len(mean):
        return Noise(1.0, 0.0, (0.0,) * len(cube.dimensions))
    unit = _unit(actual, mean)
    of_series = _spread(actual, mean, unit)
    of_values = tuple(
        _spread_of_values(cube.codes[place][known], card, actual, mean, unit, of_series)
        for place, card in enumerate(cube.cards)
    )
    return Noise(unit, of_series, of_values)


def _unit(actual: Floats, mean: Floats) -> float:
    """1 for counts; for amounts (fractions, hundreds of thousands) what the smaller half of the series shows."""
    if bool(np.all(np.abs(actual - np.round(actual)) < 1e-6)):
        return 1.0
    small = mean <= np.median(mean)
    return max(float(np.median((actual[small] - mean[small]) ** 2 / mean[small])) / _MEDIAN_OF_CHI_SQUARE, 1e-9)


def _spread(actual: Floats, mean: Floats, unit: float) -> float:
    """s of single series: weighted moments, the furthest fiftieth of the series drawn in."""
    spread = 0.05
    for _round in range(_ROUNDS):
        variance = unit * mean + spread * mean**2
        off = (actual - mean) ** 2
        off = np.minimum(off, np.quantile(off / variance, 0.98) * variance)
        weight = 1 / (unit + spread * mean) ** 2
        spread = max(float(np.sum(weight * (off - unit * mean)) / np.sum(weight * mean**2)), 0.0)
    return spread


def _spread_of_values(codes, card: int, actual: Floats, mean: Floats, unit: float, of_series: float) -> float:  # type: ignore[no-untyped-def]
    """s of the values of a dimension beyond what their single series explain; by the median, so that a hit one is one
    voice among many. 0 where there are too few to tell."""
    came, wanted = np.bincount(codes, actual, minlength=card), np.bincount(codes, mean, minlength=card)
    variance = unit * wanted + of_series * np.bincount(codes, mean**2, minlength=card)
    chosen = wanted >= 0.01 * wanted.sum()
    if np.count_nonzero(chosen) <= 3:
        return 0.0
    came, wanted, variance = came[chosen], wanted[chosen], variance[chosen]
    typical = float(np.median((came - wanted) ** 2 / variance)) / _MEDIAN_OF_CHI_SQUARE
    return max(typical - 1, 0.0) * float(np.median(variance / wanted**2))
