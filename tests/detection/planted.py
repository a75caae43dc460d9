"""Random cubes with a fault planted in a segment, for the tests of localisation."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from detection.localisation import Cube
from detection.localisation.cube import Floats

DIMENSIONS = ("merchant", "method", "gateway", "bank")


@dataclass(frozen=True)
class Planted:
    cube: Cube
    labels: dict[str, str]


def names_of(cards: tuple[int, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(f"{name} {number}" for number in range(card)) for name, card in zip(DIMENSIONS, cards, strict=False)
    )


def make_cube(rng: np.random.Generator, cards: tuple[int, ...], *, series: int, mean: float) -> Cube:
    """Distinct series, sizes very unequal as in life; what is expected is what comes."""
    count = int(np.prod(cards))
    cells = rng.choice(count, min(series, count), replace=False)
    codes = np.array(np.unravel_index(cells, cards), dtype=np.int64)
    size = np.ones(len(cells))
    for row, card in zip(codes, cards, strict=True):
        size *= rng.lognormal(0, 0.8, card)[row]
    expected = size / size.mean() * mean
    return Cube(DIMENSIONS[: len(cards)], names_of(cards), codes, expected, expected)


def scatter(rng: np.random.Generator, mean: Floats, strays: float) -> Floats:
    """Counts of chance around ``mean``, which is itself off by a share (``strays``) that no baseline knew."""
    return rng.poisson(mean * rng.lognormal(-(strays**2) / 2, strays, len(mean))).astype(np.float64)


def plant(rng: np.random.Generator, cube: Cube, *, strays: float, factor: float | None = None) -> Planted | None:
    """A fault in a segment of one to three dimensions that takes 40 to 100 % (or multiplies by ``factor``).

    None where it would not be seen in the total: nobody would search then.
    """
    depth = int(rng.integers(1, min(3, len(cube.dimensions)) + 1))
    places = sorted(rng.choice(len(cube.dimensions), depth, replace=False).tolist())
    leaf = rng.integers(cube.codes.shape[1])
    inside = np.all(cube.codes[places] == cube.codes[places, leaf][:, np.newaxis], axis=0)
    left = 1 - rng.uniform(0.4, 1.0) if factor is None else factor
    lost = float((cube.expected * inside).sum()) * abs(1 - left)
    chance = np.sqrt(cube.expected.sum() + strays**2 * (cube.expected**2).sum())
    if lost < 3 * chance or cube.expected[inside].sum() > 0.6 * cube.expected.sum():
        return None
    actual = scatter(rng, cube.expected * np.where(inside, left, 1), strays)
    labels = {cube.dimensions[place]: cube.names[place][cube.codes[place, leaf]] for place in places}
    return Planted(Cube(cube.dimensions, cube.names, cube.codes, actual, cube.expected), labels)


def mask(cube: Cube, labels: dict[str, str]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    inside = np.ones(cube.codes.shape[1], dtype=np.bool_)
    for dimension, value in labels.items():
        place = cube.dimensions.index(dimension)
        inside &= cube.codes[place] == cube.names[place].index(value)
    return inside


def is_same(cube: Cube, one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether both name practically the same series: a gateway with one method is that method of the gateway."""
    first, second = mask(cube, one), mask(cube, other)
    return float(cube.expected[first & second].sum()) >= 0.95 * float(cube.expected[first | second].sum())


def table(*sizes: int) -> list[dict[str, str]]:
    """The labels of every combination."""
    return [dict(zip(DIMENSIONS, values, strict=False)) for values in product(*names_of(sizes))]
