"""What value is expected of a series now: three forecasts, each believed by its own past errors."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from detection.learning.memory import Pace, Row
from detection.rules.verdict import Mask

WARM_UP = 5
"""Frames in which everything is believed, before there is an error to measure surprises by."""
LEVEL_FRAMES, SHIFT_FRAMES, DRIFT_FRAMES = 6, 24, 8
"""How many frames the moving averages look back."""
CURVE_DAYS = 10
"""In how many of its days a curve follows a change."""
TRUST = np.float32(4)
"""An error counts as at most this many usual ones, so that an incident teaches little."""
RANGE_DAYS = 7
"""In how many days the range of late sinks towards the level."""
FLOOR = np.float32(0.055)
"""Noise is taken for at least this share of the mean absolute value: smaller changes are nobody's concern."""
STEP_BELOW = np.float32(0.15)
"""Below, only this share of the smallest step counts as noise: a count that goes to nothing is news."""


@dataclass(frozen=True)
class Usual:
    """What is expected of n series, and how far off it each forecast was.

    ``errors``, ``knows`` (3, n): of the level, the curve of all days, the curve of this kind of day; a curve knows
    nothing of a slot that it never saw. ``expected``, ``noise`` (n): of the forecast that errs least. ``floors``
    (2, n): the least noise believed, above and below. ``distance`` (n): from the better curve itself, wherever the
    series has been of late; ``drift`` (n): the same over several frames.
    """

    errors: Row
    knows: Mask
    expected: Row
    noise: Row
    floors: Row
    distance: Row
    drift: Row


def greet(memory: SimpleNamespace, values: Row) -> None:
    """A series that is seen for the first time begins where it is."""
    is_new = memory.seen == 0
    for name in ("level", "previous", "highest", "lowest"):
        setattr(memory, name, np.where(is_new, values, getattr(memory, name)))


def look(memory: SimpleNamespace, values: Row) -> Usual:
    """``memory.curve`` and ``memory.visits`` (2, n) are those of the frame's place; all ``values`` are known."""
    knows = np.concatenate([np.ones((1, len(values)), dtype=np.bool_), memory.visits > 0])
    forecasts = np.concatenate([memory.level[np.newaxis], memory.curve + memory.shift])
    noises = np.where(knows, memory.error, np.float32(np.inf))
    best = np.argmin(noises, axis=0)[np.newaxis]
    curve = np.where(noises[2] < noises[1], memory.curve[1], memory.curve[0])
    distance = np.where(knows[1], values - curve, np.float32(0))
    floor = FLOOR * memory.size
    return Usual(
        errors=np.where(knows, values - forecasts, np.float32(0)),
        knows=knows,
        expected=np.take_along_axis(forecasts, best, axis=0)[0],
        noise=np.take_along_axis(noises, best, axis=0)[0],
        floors=np.stack([np.hypot(memory.step, floor), np.hypot(memory.step * STEP_BELOW, floor)]),
        distance=distance,
        drift=memory.drift + span(DRIFT_FRAMES) * (distance - memory.drift),
    )


def learn(memory: SimpleNamespace, values: Row, usual: Usual, pace: Pace) -> None:
    """Take the frame into the forecasts. Changes ``memory``."""
    change = np.abs(values - memory.previous)
    is_smaller = (change > 0) & ((memory.step == 0) | (change < memory.step))
    memory.step = np.where(is_smaller, change, memory.step)
    floor = np.hypot(memory.step, FLOOR * memory.size)
    bound = np.where(memory.seen <= WARM_UP, np.float32(np.inf), TRUST * np.maximum(memory.error, floor))
    error = _learn_errors(memory, usual, bound, pace)
    _learn_levels(memory, usual, bound)
    _learn_drift(memory, usual, bound[1], floor, pace)
    reach = 4 * np.maximum(error[0], error[1]) + 4 * memory.drift_error + floor
    _learn_curves(memory, values, reach, pace)
    memory.error = error
    memory.size += pace.rate(memory.seen) * (np.abs(values) - memory.size)
    sink = pace.fade(RANGE_DAYS)
    memory.highest = np.maximum(values, memory.highest + sink * (memory.level - memory.highest))
    memory.lowest = np.minimum(values, memory.lowest + sink * (memory.level - memory.lowest))
    memory.previous = values
    memory.seen += 1


def span(frames: int) -> np.float32:
    """The weight of the newest frame in a moving average."""
    return np.float32(2 / (frames + 1))


def _learn_errors(memory: SimpleNamespace, usual: Usual, bound: Row, pace: Pace) -> Row:
    """A forecast that does not know this slot is thought a little worse than the one before it."""
    missed = np.minimum(np.abs(usual.errors), bound)
    error: Row = memory.error + pace.rate(memory.seen) * (missed - memory.error)
    error[0] = np.where(memory.seen > 0, error[0], 0)
    error[1] = np.where(usual.knows[1], error[1], error[0] * np.float32(1.2))
    error[2] = np.where(usual.knows[2], error[2], np.maximum(error[0], error[1]) * np.float32(1.2))
    return error


def _learn_levels(memory: SimpleNamespace, usual: Usual, bound: Row) -> None:
    moves = np.clip(usual.errors, -3 * bound, 3 * bound)
    is_cold = memory.seen <= WARM_UP
    pull = np.where(is_cold, np.maximum(1 / (memory.seen + 1), span(LEVEL_FRAMES)), span(LEVEL_FRAMES))
    memory.level += pull * moves[0]
    memory.shift += span(SHIFT_FRAMES) * np.where(usual.knows[1:], moves[1:], 0)


def _learn_drift(memory: SimpleNamespace, usual: Usual, bound: Row, floor: Row, pace: Pace) -> None:
    knows = usual.knows[1]
    reach = 6 * memory.drift_error + bound
    drift = memory.drift + span(DRIFT_FRAMES) * (np.clip(usual.distance, -reach, reach) - memory.drift)
    most = TRUST * np.maximum(memory.drift_error, floor * np.sqrt(span(DRIFT_FRAMES)))
    missed = np.minimum(np.abs(drift), np.where(memory.judged[1] <= WARM_UP, np.float32(np.inf), most))
    error = memory.drift_error + pace.rate(memory.judged[1]) * (missed - memory.drift_error)
    memory.drift = np.where(knows, drift, memory.drift)
    memory.drift_error = np.where(knows, error, memory.drift_error)


def _learn_curves(memory: SimpleNamespace, values: Row, reach: Row, pace: Pace) -> None:
    rate = np.maximum(1 / (memory.visits + np.float32(1)), np.float32(1 / (CURVE_DAYS * pace.visits)))
    moved = memory.curve + rate * np.clip(values - memory.curve, -reach, reach)
    memory.curve = np.where(memory.visits > 0, moved, values)
    memory.visits = np.minimum(memory.visits, np.uint16(65000)) + np.uint16(1)
