"""How surprising is surprising: limits that a series of this temper would pass by chance only so often a day.

Each test has a tail on each side: the results above their own 90th percentile, the edge. How far they go beyond it is
remembered as a mean and a mean square; a generalised Pareto distribution with these moments says how far one in so
many would go. (Siffer and others, "Anomaly Detection in Streams with Extreme Value Theory", KDD 2017, fit the same
tail by likelihood.)
"""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from detection.learning.memory import Pace, Row
from detection.learning.usual import DRIFT_FRAMES, Usual, span

EDGE = np.float32(0.9)
"""The share of results that are no part of the tail."""
FIRST_FRAMES, JUDGED_FRAMES = 12, 10
"""A test begins to learn after the first, and speaks after having judged the second number of frames."""
PRIOR_EDGE, PRIOR_EXCESS, PRIOR_WEIGHT = np.float32(1.7), np.float32(0.65), np.float32(5)
"""The tail that a series is thought to have before it has shown its own: somewhat wider than a normal one (1.6 and
0.5 mean absolute errors), believed as much as this many results of its own."""
HEAVIEST = np.float32(0.3)
"""The largest shape of a tail that is believed; 0 is exponential, more is heavier."""
LEAST = np.float32(2.5)
"""No limit is lower than this many mean absolute errors."""
CALM_SHARE, CALM_EXCESS = np.float32(0.4), np.float32(2)
"""A result teaches the tail up to this share of its limit, or this many mean excesses: incidents must not become
usual by happening often, and yet a spiky series must be known as one."""
FAMILIAR = np.float32(0.35)
"""By what share limits are raised for a value as expected as can be; less towards the ends of the range of the last
days, and not at all beyond: what was seen lately, if at another hour, surprises less."""
RESTRAINT, RESTRAINT_DAYS = np.float32(0.3), 0.25
"""Each alert of the last hours raises the limits by this share."""


@dataclass(frozen=True)
class Tested:
    """``results`` and ``limits`` (2, 2, n): of test and side, in mean absolute errors; limits are infinite where too
    little is known. ``scales`` (2, n): how large one such error is above and below, in units of the series."""

    results: Row
    limits: Row
    scales: Row


def test(memory: SimpleNamespace, values: Row, usual: Usual, log_odds: np.float32) -> Tested:
    """``log_odds``: how much rarer than the edge an alert has to be, as a natural logarithm."""
    sides = np.array([[1], [-1]], dtype=np.float32)
    tiny = np.abs(values) * np.float32(1e-6) + np.float32(1e-30)
    scales = np.hypot(usual.noise, usual.floors) + tiny
    wide = np.hypot(memory.drift_error, usual.floors * np.sqrt(span(DRIFT_FRAMES))) + tiny
    drifts = np.where(usual.knows[1], usual.drift / wide, np.float32(0))
    results = np.stack([(values - usual.expected) / scales, drifts]) * sides
    return Tested(results, _limits(memory, values, usual, log_odds), scales)


def learn(memory: SimpleNamespace, usual: Usual, tested: Tested, begins: NDArray[np.bool_], pace: Pace) -> None:
    """Take the results into the tails; ``begins`` (n): an alert begins with this frame. Changes ``memory``."""
    memory.alerts = memory.alerts * (1 - pace.fade(RESTRAINT_DAYS)) + begins
    teaches = np.stack([np.ones_like(usual.knows[1]), usual.knows[1]]) & (memory.seen > FIRST_FRAMES)
    memory.judged += teaches
    count, results = memory.judged[:, np.newaxis], tested.results
    teaches = teaches[:, np.newaxis]
    is_first, goes_on = teaches & (count < 2), teaches & (count >= 2)
    is_beyond = results > memory.edge
    stride = np.maximum(2 / (count + 10), np.float32(0.01)) * np.maximum(memory.edge, np.float32(0.3))
    edge = memory.edge + stride * (EDGE - (results < memory.edge))
    limits = np.where(np.isfinite(tested.limits), tested.limits, 0)
    most = np.maximum(CALM_EXCESS * memory.excess, CALM_SHARE * limits - memory.edge)
    found = np.minimum(results - memory.edge, most)
    tail = 1 - EDGE
    rate = np.maximum(1 / (count * tail + PRIOR_WEIGHT), np.float32(1 / (pace.memory * tail)))
    rate = np.where(goes_on & is_beyond, rate, 0)
    memory.excess = np.where(is_first, PRIOR_EXCESS, memory.excess + rate * (found - memory.excess))
    memory.square = np.where(is_first, 2 * PRIOR_EXCESS**2, memory.square + rate * (found * found - memory.square))
    memory.edge = np.where(is_first, PRIOR_EDGE, np.where(goes_on, edge, memory.edge))


def log_odds_of(alerts_a_day: float, pace: Pace) -> np.float32:
    """Two tests share what is allowed; the edge is passed ``1 - EDGE`` times a frame."""
    return np.float32(math.log(max(2 * float(1 - EDGE) * pace.frames / alerts_a_day, 1.5)))


def _limits(memory: SimpleNamespace, values: Row, usual: Usual, log_odds: np.float32) -> Row:
    spread = np.maximum(memory.square - memory.excess**2, np.float32(1e-12))
    shape = np.clip((1 - memory.excess**2 / spread) / 2, 0, HEAVIEST)
    scale = memory.excess * (1 - shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(shape > 1e-3, np.expm1(shape * log_odds) / shape, log_odds)
    limits = np.maximum(memory.edge + scale * reach, LEAST) * (1 + RESTRAINT * memory.alerts)
    limits *= 1 + FAMILIAR * _depth(memory, values, usual)
    speaks = memory.judged >= JUDGED_FRAMES
    speaks[1] &= usual.knows[1]
    return np.where(speaks[:, np.newaxis], limits, np.float32(np.inf))


def _depth(memory: SimpleNamespace, values: Row, usual: Usual) -> Row:
    """How deep in the range of late a value lies (2, n), above and below: 1 as expected, 0 at its end and beyond."""
    reach = np.stack([memory.highest - usual.expected, usual.expected - memory.lowest])
    way = np.stack([values - usual.expected, usual.expected - values])
    is_wide = reach > np.abs(way) * np.float32(1e-6)
    return np.where(is_wide, np.clip(1 - way / np.where(is_wide, reach, 1), 0, 1), np.float32(0))
