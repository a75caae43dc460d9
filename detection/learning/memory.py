"""What is remembered of each series: some 600 bytes, whatever its age. Zeros mean that nothing is known yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.rules.verdict import State

Row = NDArray[np.float32]
"""One figure of each series at hand (n), or several of them, the series last (m, n)."""

DAY = timedelta(days=1)
SLOTS = 24
"""Parts of a day that a curve knows; fewer where frames are further apart."""
MEMORY_DAYS, MEMORY_FRAMES = 14, 300
"""Errors and tails are remembered for this long, and over no fewer frames."""


@dataclass(frozen=True)
class Pace:
    """What follows from the interval of a metric. ``frames``: in a day. ``slots``: of a curve."""

    frames: float
    slots: int

    @classmethod
    def of(cls, interval: timedelta) -> "Pace":
        frames = DAY / interval
        return cls(frames, max(min(round(frames), SLOTS), 1))

    @property
    def visits(self) -> float:
        """Frames of one slot in one day."""
        return max(self.frames / self.slots, 1.0)

    @property
    def memory(self) -> float:
        """Frames after which a mean has forgotten."""
        return max(MEMORY_DAYS * self.frames, MEMORY_FRAMES)

    def fade(self, days: float) -> np.float32:
        """What to take off at each frame of something that should fade within ``days``, as a share of it."""
        return np.float32(min(1 / (days * self.frames), 1.0))

    def rate(self, count: Row) -> Row:
        """The weight of the newest of ``count`` + 1 values: a plain mean at first, then one that forgets."""
        return np.maximum(1 / (count + 1), np.float32(1 / self.memory))


@dataclass(frozen=True)
class Place:
    """Where in the week a frame lies: the slot of its day, and which curve is that of such days (1 or 2, weekends)."""

    slot: int
    kind: int

    @classmethod
    def of(cls, at: datetime, pace: Pace) -> "Place":
        part = (at.hour * 3600 + at.minute * 60 + at.second) / 86400
        return cls(int(part * pace.slots), 2 if at.weekday() >= 5 else 1)


def dtype_of(interval: timedelta) -> np.dtype[np.void]:
    """The fields of a series. Of (2, 2) figures, the first index is the test (of one frame, of the drift over
    several), the second the side (above, below)."""
    slots = Pace.of(interval).slots
    fields: list[Any] = [
        ("seen", "<f4"),  # frames with a value
        ("level", "<f4"),  # short moving average
        ("previous", "<f4"),
        ("step", "<f4"),  # the smallest change ever seen from one frame to the next, 0 before there was one
        ("size", "<f4"),  # mean absolute value
        ("highest", "<f4"),  # of late, sinking towards the level
        ("lowest", "<f4"),
        ("alerts", "<f4"),  # begun of late, fading
        ("error", "<f4", (3,)),  # mean absolute error of each forecast
        ("shift", "<f4", (2,)),  # how far the series lies off each curve at present
        ("drift", "<f4"),  # mean distance from the curve over several frames
        ("drift_error", "<f4"),
        ("judged", "<f4", (2,)),  # frames that each test has seen
        ("edge", "<f4", (2, 2)),  # where the tail of its results begins
        ("excess", "<f4", (2, 2)),  # mean excess over that edge
        ("square", "<f4", (2, 2)),  # mean squared excess
        ("visits", "<u2", (3, slots)),
        ("curve", "<f4", (3, slots)),  # of all days, of working days, of weekends
    ]
    return np.dtype(fields)


def load(state: State, chosen: NDArray[np.intp], place: Place) -> SimpleNamespace:
    """The figures of the ``chosen`` series, the series last; of the curves only those of the place (2, n)."""
    rows: Any = state[chosen]
    memory = SimpleNamespace(**{name: np.moveaxis(rows[name], 0, -1).copy() for name in rows.dtype.names[:-2]})
    for name in ("visits", "curve"):
        setattr(memory, name, rows[name][:, [0, place.kind], place.slot].T.copy())
    return memory


def store(memory: SimpleNamespace, state: State, chosen: NDArray[np.intp], place: Place) -> None:
    """Put back what ``load`` gave."""
    kept: Any = state
    for name in kept.dtype.names[:-2]:
        kept[name][chosen] = np.moveaxis(getattr(memory, name), -1, 0)
    for name in ("visits", "curve"):
        for index, kind in enumerate((0, place.kind)):
            kept[name][chosen, kind, place.slot] = getattr(memory, name)[index]
