"""Searches a cube for the smallest segment that explains why less (or more) came than expected. Pure.

A segment fixes the values of one to three dimensions (gateway=A, method=UPI). Two ideas of the literature are joined:

* Ripple effect (HotSpot, Squeeze): a fault of a segment takes the same share from everything below it. So a segment is
  judged by how much better two ratios (actual : expected inside, and outside) tell what came than one ratio for all,
  as the logarithm of the likelihood of counts (the scan statistic of epidemiology).
* Succinctness (Adtributor): each dimension that a segment fixes costs the logarithm of the number of its values, which
  is also what keeps chance from winning among many candidates.

The score of a segment is the first less the second, its posterior weight the exponential of that.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from detection.localisation.cube import Codes, Cube, Floats, summed

DEEPEST = 3
"""How many dimensions a segment may fix: with more, people call it a series."""
BEAM = 40
"""Of each dimension beyond the first level, this many values are looked into: those that lost (or gained) most."""
MOST_VALUES = 4
"""So many values of one dimension may be hit together."""
_TINY = 1e-12


@dataclass(frozen=True)
class Candidate:
    """A segment by the places of its dimensions and the codes of their values, with what came and was expected."""

    places: tuple[int, ...]
    values: tuple[tuple[int, ...], ...]
    """By dimension one value; of a segment of one dimension also several (gateway A or B)."""
    actual: float
    expected: float
    gain: float
    """Logarithm of the likelihood ratio, in nats, before it is divided by the dispersion."""
    cost: float

    def score(self, dispersion: float) -> float:
        return self.gain / dispersion - self.cost


@dataclass(frozen=True)
class Totals:
    """Of the whole cube. ``sign``: 1 where less came than expected, -1 where more."""

    actual: float
    expected: float
    sign: int

    @property
    def ratio(self) -> float:
        return self.actual / max(self.expected, _TINY)


def totals_of(cube: Cube) -> Totals:
    actual, expected = float(cube.actual.sum()), float(cube.expected.sum())
    return Totals(actual, expected, 1 if actual <= expected else -1)


def candidates_of(cube: Cube, totals: Totals, *, keep: int = 8) -> list[Candidate]:
    """The best segments of every set of dimensions, best first (before dispersion is known)."""
    found: list[Candidate] = []
    allowed = _worth_looking_into(cube, totals)
    for places in _cuboids(len(cube.dimensions)):
        found += _best_of(cube, totals, places, allowed, keep)
    for place in range(len(cube.dimensions)):
        found += _several_of(cube, totals, place)
    return sorted(found, key=lambda candidate: -candidate.score(1))


def mask_of(cube: Cube, candidate: Candidate) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """(n_series) which series belong to it."""
    inside = np.ones(len(cube.actual), dtype=np.bool_)
    for place, value in zip(candidate.places, candidate.values, strict=True):
        inside &= np.isin(cube.codes[place], value)
    return inside


def gain_of(actual: Floats, expected: Floats, totals: Totals) -> Floats:
    """By how many nats two ratios, inside and outside, tell better than one what came; 0 for a wrong direction."""
    rest_actual = np.maximum(totals.actual - actual, 0)
    rest_expected = np.maximum(totals.expected - expected, 0)
    gain = _nats(actual, expected) + _nats(rest_actual, rest_expected) - _nats(totals.actual, totals.expected)
    # The segment has to lie on the side of the whole: below what is left where less came, above where more did.
    lean = totals.sign * (rest_actual * expected - actual * rest_expected)
    is_alone = rest_expected <= _TINY * max(totals.expected, 1)
    return np.where((lean > 0) & ~is_alone, np.maximum(gain, 0), 0)


def _nats(actual: Floats | float, expected: Floats | float) -> Floats:
    """a log(a / e), the part of a Poisson likelihood that a ratio of its own wins; 0 where nothing came."""
    # Half a count where nothing was expected: what appears from nowhere is a surprise, not an infinite one.
    safe = np.maximum(expected, 0.5 * (np.asarray(actual) > 0))
    return np.where(np.asarray(actual) > 0, actual * np.log(np.maximum(actual, _TINY) / np.maximum(safe, _TINY)), 0)


def _cuboids(count: int) -> Iterator[tuple[int, ...]]:
    for depth in range(1, min(count, DEEPEST) + 1):
        yield from combinations(range(count), depth)


def _worth_looking_into(cube: Cube, totals: Totals) -> list[Codes]:
    """Of every dimension, the values of which a deeper segment may be made: the largest losses (or gains)."""
    kept = []
    for place in range(len(cube.dimensions)):
        actual = cube.by_value(place, cube.actual)
        expected = cube.by_value(place, cube.expected)
        loss = totals.sign * (expected - actual)
        kept.append(np.argsort(-loss, kind="stable")[:BEAM])
    return kept


def _best_of(cube: Cube, totals: Totals, places: tuple[int, ...], allowed: list[Codes], keep: int) -> list[Candidate]:
    """Sum the cube over all but ``places`` and take the segments with the largest gain."""
    cards = cube.cards
    is_first_level = len(places) == 1
    tables = [np.arange(cards[place]) if is_first_level else allowed[place] for place in places]
    sizes = [len(table) for table in tables]
    key, inside = np.zeros(len(cube.actual), dtype=np.int64), np.ones(len(cube.actual), dtype=np.bool_)
    for place, table in zip(places, tables, strict=True):
        position = np.full(cards[place], -1, dtype=np.int64)
        position[table] = np.arange(len(table))
        at = position[cube.codes[place]]
        inside &= at >= 0
        key = key * len(table) + at
    count = int(np.prod(sizes))
    actual = summed(key[inside], cube.actual[inside], count)
    expected = summed(key[inside], cube.expected[inside], count)
    gains = gain_of(actual, expected, totals)
    best = np.argsort(-gains, kind="stable")[:keep]
    cost = float(sum(np.log(max(cards[place], 2)) for place in places))
    return [
        Candidate(
            places,
            tuple((int(table[index]),) for table, index in zip(tables, np.unravel_index(cell, sizes), strict=True)),
            float(actual[cell]),
            float(expected[cell]),
            float(gains[cell]),
            cost,
        )
        for cell in best.tolist()
        if gains[cell] > 0
    ]


def _several_of(cube: Cube, totals: Totals, place: int) -> list[Candidate]:
    """Two to MOST_VALUES values of one dimension together, each time adding the one that tells most."""
    card = cube.cards[place]
    actual = cube.by_value(place, cube.actual)
    expected = cube.by_value(place, cube.expected)
    chosen: list[int] = []
    found: list[Candidate] = []
    came, wanted = 0.0, 0.0
    while len(chosen) < min(MOST_VALUES, card // 2):
        gains = gain_of(came + actual, wanted + expected, totals)
        gains[chosen] = 0
        best = int(np.argmax(gains))
        if gains[best] <= (found[-1].gain if found else 0):
            break
        chosen.append(best)
        came, wanted = came + float(actual[best]), wanted + float(expected[best])
        cost = math.log(math.comb(max(card, 2), len(chosen))) + math.log(len(chosen))
        found.append(Candidate((place,), (tuple(sorted(chosen)),), came, wanted, float(gains[best]), cost))
    return found[1:]
