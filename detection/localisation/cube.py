"""What was expected and what came, of every series, with its labels as small numbers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Cube:
    """``codes`` (n_dimensions, n_series) point into ``names`` (of each dimension, its values); ``actual`` and
    ``expected`` (n_series) are counts, both finite and not negative; ``volume`` what a rate's counts are a part of."""

    dimensions: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    codes: Codes
    actual: Floats
    expected: Floats
    volume: Floats | None = None

    @property
    def cards(self) -> list[int]:
        """How many values each dimension has."""
        return [len(values) for values in self.names]

    def by_value(self, place: int, weights: Floats) -> Floats:
        """``weights`` (n_series) summed by the values of a dimension."""
        return summed(self.codes[place], weights, self.cards[place])


def summed(codes: Codes, weights: Floats, count: int) -> Floats:
    """(count) the sum of the weights of each code."""
    return np.asarray(np.bincount(codes, weights, minlength=count), dtype=np.float64)


@dataclass(frozen=True)
class Layout:
    """The labels of ``n_series`` as small numbers: ``codes`` (n_dimensions, n_series) into ``names``."""

    dimensions: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    codes: Codes


def lay_out(labels: Sequence[Mapping[str, str]]) -> Layout:
    """The dimensions are those of the first; a series without one of them has the value "" there."""
    dimensions = tuple(labels[0]) if labels else ()
    names, codes = [], []
    for dimension in dimensions:
        column = [row.get(dimension, "") for row in labels]
        values = sorted(set(column))
        places = {value: code for code, value in enumerate(values)}
        names.append(tuple(values))
        codes.append([places[value] for value in column])
    return Layout(dimensions, tuple(names), np.array(codes, dtype=np.int64).reshape(len(dimensions), len(labels)))


def cube_of_volume(layout: Layout, actual: Floats, expected: Floats) -> Cube:
    """Of a volume: ``actual`` and ``expected`` (n_series). A series of which either is unknown or negative is left out.

    Raises ValueError where the lengths differ.
    """
    return _cube(layout, np.asarray(actual, dtype=np.float64), np.asarray(expected, dtype=np.float64), None)


def cube_of_rate(layout: Layout, attempts: Floats, successes: Floats, rate: Floats) -> Cube:
    """Of a rate: the successes that came against those that the attempts should have brought at the usual ``rate``.

    So a change of the mix (more attempts where the rate is always low) is no loss. Raises ValueError.
    """
    attempts, rate = np.asarray(attempts, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    return _cube(layout, np.asarray(successes, dtype=np.float64), attempts * np.clip(rate, 0, 1), attempts)


def _cube(layout: Layout, actual: Floats, expected: Floats, volume: Floats | None) -> Cube:
    if not layout.codes.shape[1] == len(actual) == len(expected):
        raise ValueError("labels, actual and expected values are not of one length")
    is_known = np.isfinite(actual) & np.isfinite(expected) & (actual >= 0) & (expected >= 0)
    kept = is_known & ((actual > 0) | (expected > 0))
    of = None if volume is None else volume[kept]
    return Cube(layout.dimensions, layout.names, layout.codes[:, kept], actual[kept], expected[kept], of)
