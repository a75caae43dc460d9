"""Which segment explains a loss (or a gain), how surely, and who else is hit. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from detection.localisation.cube import Cube, Floats
from detection.localisation.noise import Noise, noise_of
from detection.localisation.search import Candidate, Totals, candidates_of, gain_of, mask_of, totals_of

MOST_SEGMENTS = 3
SUREST = 0.99
SURE_ENOUGH = 3.0
"""A segment counts from a score of so many nats on: a chance of about one in twenty that nothing sets it apart."""
WORTH_NAMING, EXPLAINS = 0.2, 0.5
"""A segment is named when it holds this share of the loss; together they explain it from that share on."""
SMALLEST_CONTRAST = 0.1
"""Inside a segment at least this share more must be missing than outside."""
RANKED, COMPARED, SIGMAS = 40, 12, 3
_TINY = 1e-12

Mask = NDArray[np.bool_]


class Finding(StrEnum):
    SEGMENT = "segment"
    """The segments explain at least half of the loss."""
    PARTLY = "partly"
    """They stand out, yet most of the loss lies elsewhere."""
    EVEN = "even"
    """The loss is spread evenly: no segment explains it."""
    NOTHING = "nothing"
    """Nothing is missing (or there is nothing to look at)."""


@dataclass(frozen=True)
class Value:
    """What became of one value of a dimension: of all its ``expected``, ``actual`` came; of a rate, of ``volume``."""

    name: str
    actual: float
    expected: float
    volume: float | None = None


@dataclass(frozen=True)
class Segment:
    """``labels`` (dimension -> value), what came and was expected in it, and its ``share`` (0 to 1) of the loss."""

    labels: dict[str, str]
    actual: float
    expected: float
    share: float
    confidence: float
    volume: float | None = None
    """Of a rate: of how many."""


@dataclass(frozen=True)
class Explanation:
    """``actual`` and ``expected`` are of the whole. ``hit`` and ``spared``: by dimension, the values that lost (or
    gained) significantly and those that did not, largest first; values too small to tell stand in neither."""

    finding: Finding
    actual: float
    expected: float
    volume: float | None = None
    segments: tuple[Segment, ...] = ()
    hit: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    spared: dict[str, tuple[Value, ...]] = field(default_factory=dict)

    @property
    def is_drop(self) -> bool:
        """Of the segments, where there are any: the rest may have moved the other way."""
        parts = self.segments or (self,)
        return sum(part.actual for part in parts) <= sum(part.expected for part in parts)

    @property
    def share(self) -> float:
        """Of the loss, what the segments explain together."""
        return min(sum(segment.share for segment in self.segments), 1.0)

    @property
    def confidence(self) -> float:
        return min((segment.confidence for segment in self.segments), default=0.0)


def explain(cube: Cube) -> Explanation:
    """Search for the smallest segments that explain why ``cube.actual`` is not ``cube.expected``."""
    totals = totals_of(cube)
    volume = None if cube.volume is None else float(cube.volume.sum())
    change = totals.sign * (totals.expected - totals.actual)
    if not len(cube.actual) or change <= 1e-9 * max(totals.expected, totals.actual, _TINY):
        return Explanation(Finding.NOTHING, totals.actual, totals.expected, volume)
    found, inside = _segments(cube, change)
    share = sum(segment.share for segment in found)
    finding = Finding.EVEN if not found else Finding.SEGMENT if share >= EXPLAINS else Finding.PARTLY
    hit, spared = _sides(cube, inside, totals) if found else ({}, {})
    return Explanation(finding, totals.actual, totals.expected, volume, tuple(found), hit, spared)


def explain_given(cube: Cube, labels: Sequence[dict[str, str]]) -> Explanation:
    """The same of segments that are known already, as those that a rule fires for: their numbers, and who is hit.

    The direction is that of the segments together, whatever the rest does. Those that moved the other way, and those of
    which the cube has no series, are left out.
    """
    masks = [_mask(cube, given) for given in labels]
    inside = np.any(masks, axis=0) if masks else np.zeros(len(cube.actual), dtype=np.bool_)
    sign = 1 if cube.actual[inside].sum() <= cube.expected[inside].sum() else -1
    totals = Totals(float(cube.actual.sum()), float(cube.expected.sum()), sign)
    volume = None if cube.volume is None else float(cube.volume.sum())
    found = [_given(cube, given, chosen, totals) for given, chosen in zip(labels, masks, strict=True)]
    kept = tuple(sorted((segment for segment in found if segment.share > 0), key=lambda segment: -segment.share))
    if not kept:
        return Explanation(Finding.NOTHING, totals.actual, totals.expected, volume)
    hit, spared = _sides(cube, inside, totals)
    return Explanation(Finding.SEGMENT, totals.actual, totals.expected, volume, kept, hit, spared)


def _given(cube: Cube, labels: dict[str, str], inside: Mask, totals: Totals) -> Segment:
    actual, expected = float(cube.actual[inside].sum()), float(cube.expected[inside].sum())
    lost = totals.sign * (expected - actual)
    whole = max(totals.sign * (totals.expected - totals.actual), lost, _TINY)
    gain = float(gain_of(np.array([actual]), np.array([expected]), totals)[0])
    volume = None if cube.volume is None else float(cube.volume[inside].sum())
    return Segment(dict(labels), actual, expected, max(lost, 0) / whole, min(float(-np.expm1(-gain)), SUREST), volume)


def _mask(cube: Cube, labels: dict[str, str]) -> Mask:
    inside = np.ones(len(cube.actual), dtype=np.bool_)
    for dimension, value in labels.items():
        place = cube.dimensions.index(dimension)
        names = cube.names[place]
        inside &= cube.codes[place] == (names.index(value) if value in names else -1)
    return inside


def _segments(cube: Cube, change: float) -> tuple[list[Segment], Mask]:
    """Segments one after another, each looked for in what the ones before have left; and the series in any of them."""
    inside = np.zeros(len(cube.actual), dtype=np.bool_)
    sign = totals_of(cube).sign
    found: list[Segment] = []
    while len(found) < MOST_SEGMENTS:
        rest = Cube(cube.dimensions, cube.names, cube.codes[:, ~inside], cube.actual[~inside], cube.expected[~inside])
        totals = totals_of(rest)
        left = sign * (totals.expected - totals.actual)
        if totals.sign != sign or left < WORTH_NAMING * change:
            break
        best = _best(rest, totals, change)
        if best is None:
            break
        candidate, confidence = best
        found += _parts(cube, candidate, confidence, sign, change)
        inside |= mask_of(cube, candidate)
    return found, inside


def _parts(cube: Cube, best: Candidate, confidence: float, sign: int, change: float) -> list[Segment]:
    """One segment for each value where several of one dimension are hit together, the largest loss first."""
    parts = []
    for values in product(*best.values):
        labels = {
            cube.dimensions[place]: cube.names[place][code] for place, code in zip(best.places, values, strict=True)
        }
        inside = np.all([cube.codes[place] == code for place, code in zip(best.places, values, strict=True)], axis=0)
        actual, expected = float(cube.actual[inside].sum()), float(cube.expected[inside].sum())
        share = min(max(sign * (expected - actual) / change, 0.0), 1.0)
        volume = None if cube.volume is None else float(cube.volume[inside].sum())
        parts.append(Segment(labels, actual, expected, share, confidence, volume))
    return sorted(parts, key=lambda part: -part.share)


def _best(cube: Cube, totals: Totals, change: float) -> tuple[Candidate, float] | None:
    """The best segment and how sure it is; None where none is sure enough, or large enough to matter."""
    candidates = [
        candidate
        for candidate in candidates_of(cube, totals)
        if totals.sign * (candidate.expected - candidate.actual) >= WORTH_NAMING * change
        and _contrast(candidate, totals) >= SMALLEST_CONTRAST
    ]
    if not candidates:
        return None
    # What is left unexplained beside the likeliest segment tells how much noise there is; that ranks them anew.
    noise = noise_of(cube, _mean(cube, candidates[0]))
    nothing = noise.likelihood(cube.actual, cube.expected)
    ranked = [(candidate, _score(cube, candidate, noise, nothing)) for candidate in candidates[:RANKED]]
    ranked = sorted(ranked, key=lambda pair: -pair[1])
    best, score = ranked[0]
    if score < SURE_ENOUGH or _is_usual(best, totals, noise):
        return None
    return best, _confidence(cube, ranked[:COMPARED])


def _score(cube: Cube, candidate: Candidate, noise: Noise, nothing: float) -> float:
    """In nats: what two ratios tell better than one about every single series, less what naming the segment costs."""
    inside = mask_of(cube, candidate)
    within = noise.likelihood(cube.actual[inside], cube.expected[inside])
    return within + noise.likelihood(cube.actual[~inside], cube.expected[~inside]) - nothing - candidate.cost


def _is_usual(best: Candidate, totals: Totals, noise: Noise) -> bool:
    """Whether the values of its dimensions stray as far as that anyway."""
    together = max(noise.of_values[place] for place in best.places)
    rest = (totals.actual - best.actual) / max(totals.expected - best.expected, _TINY)
    usual = best.expected * rest
    return bool(abs(usual - best.actual) < SIGMAS * np.sqrt(noise.unit * usual + together * usual**2))


def _contrast(candidate: Candidate, totals: Totals) -> float:
    """By which share the ratio inside lies off the ratio outside (for a gain: the other way round)."""
    inside = candidate.actual / max(candidate.expected, 0.5)
    rest = max(totals.actual - candidate.actual, 0) / max(totals.expected - candidate.expected, 0.5)
    low, high = (inside, rest) if totals.sign > 0 else (rest, inside)
    return 1 - low / high if high > 0 else 0.0


def _mean(cube: Cube, best: Candidate) -> Floats:
    """What a fault of ``best`` alone would have left of each series."""
    inside = mask_of(cube, best)
    return np.where(inside, _ratio(cube, inside), _ratio(cube, ~inside)) * cube.expected


def _ratio(cube: Cube, chosen: Mask) -> float:
    return float(cube.actual[chosen].sum() / max(cube.expected[chosen].sum(), _TINY))


def _confidence(cube: Cube, ranked: list[tuple[Candidate, float]]) -> float:
    """The posterior weight of the best among the best and "none"; a rival counts by the part it does not share."""
    top = ranked[0][1]
    best = mask_of(cube, ranked[0][0])
    weights = [np.exp(-min(top, 700))]
    for candidate, score in ranked[1:]:
        rival = mask_of(cube, candidate)
        shared = float(cube.expected[best & rival].sum()) / max(float(cube.expected[best | rival].sum()), _TINY)
        weights.append((1 - shared) * np.exp(max(score - top, -700)))
    return float(min(1 / (1 + sum(weights)), SUREST))


def _sides(
    cube: Cube, inside: Mask, totals: Totals
) -> tuple[dict[str, tuple[Value, ...]], dict[str, tuple[Value, ...]]]:
    """Of every dimension, the values that are hit (through the segments) and those that are not."""
    usual = _ratio(cube, ~inside) if not np.all(inside) else 1.0
    hit, spared = {}, {}
    for place, dimension in enumerate(cube.dimensions):
        expected = cube.by_value(place, cube.expected)
        lost = cube.by_value(place, (cube.expected * usual - cube.actual) * inside) * totals.sign
        within = cube.by_value(place, cube.expected * inside)
        noise = np.sqrt(np.maximum(within * usual, 1))
        is_hit = (lost > 3 * noise) & (lost > 0.1 * expected * usual)
        is_spared = (lost < noise) | (lost < 0.02 * expected * usual)
        rows = _values(cube, place)
        order = np.argsort(-expected, kind="stable").tolist()
        hit[dimension] = tuple(rows[code] for code in sorted(order, key=lambda code: -lost[code]) if is_hit[code])
        spared[dimension] = tuple(rows[code] for code in order if is_spared[code] and expected[code] >= 1)
    return hit, spared


def _values(cube: Cube, place: int) -> list[Value]:
    actual, expected = cube.by_value(place, cube.actual), cube.by_value(place, cube.expected)
    volume = None if cube.volume is None else cube.by_value(place, cube.volume)
    return [
        Value(name, float(actual[code]), float(expected[code]), None if volume is None else float(volume[code]))
        for code, name in enumerate(cube.names[place])
    ]
