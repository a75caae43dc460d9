"""What a rule would have said of frames that are stored: the engine's own steps over a stretch of the past. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detection.evaluation import Memory, Patience, advance, first_mark
from detection.rules.verdict import FIRING, OK, Codes, Mask, Values

Floats = NDArray[np.float32]
LOOK_EVERY = 64
"""Frames between two looks at the clock."""


class Said(Protocol):
    """What is said of a frame, by position of the series; ``measured`` is what was compared."""

    @property
    def codes(self) -> Codes: ...

    @property
    def expected(self) -> Values: ...

    @property
    def measured(self) -> Values: ...

    @property
    def low(self) -> Values | None: ...

    @property
    def high(self) -> Values | None: ...


@dataclass(frozen=True)
class Asked:
    """Who judges, and what comes of it.

    ``judge``: (at, row, is_open) -> Said, both by position of ``width`` series, frame by frame. ``places``: positions
    of the series that are looked at, ascending. ``may_open``: (at) -> whether alerts open then.
    """

    judge: Callable[[datetime, Values, Mask], Said]
    width: int
    places: NDArray[np.intp]
    patience: Patience
    may_open: Callable[[datetime], bool] = lambda _at: True


@dataclass
class Episode:
    """An alert as it would have been: one series from its first bad frame to its end, None where it has not ended."""

    series: int
    started_at: datetime
    opened_at: datetime
    last_seen_at: datetime
    peak: float
    expected: float | None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Firing:
    """Episodes of any series that overlap: they would have shared one incident."""

    started_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    series: tuple[int, ...]
    """By their place among those looked at, the first one first."""
    peak: float
    expected: float | None


@dataclass
class Trace:
    """What was judged, frame by frame: arrays (n_frames, n_places); NaN where nothing is known."""

    times: list[datetime]
    values: Floats
    expected: Floats
    low: Floats
    high: Floats
    codes: Codes

    @classmethod
    def empty(cls, frames: int, series: int) -> "Trace":
        values, expected, low, high = (np.full((frames, series), np.nan, dtype=np.float32) for _ in range(4))
        return cls([], values, expected, low, high, np.zeros((frames, series), dtype=np.int8))

    def note(self, at: datetime, said: Said, places: NDArray[np.intp]) -> None:
        row = len(self.times)
        self.times.append(at)
        self.values[row], self.expected[row] = said.measured[places], said.expected[places]
        self.codes[row] = said.codes[places]
        for held, bound in ((self.low, said.low), (self.high, said.high)):
            if bound is not None:
                held[row] = bound[places]

    def cut(self) -> "Trace":
        """Without the rows that were never reached."""
        count = len(self.times)
        parts = (self.values, self.expected, self.low, self.high, self.codes)
        return Trace(self.times, *(part[:count] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Outcome:
    """``judged`` frames of the stretch, the episodes that opened in it, oldest first, and the verdicts counted."""

    trace: Trace
    episodes: list[Episode]
    is_cut_short: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many verdicts there were of each."""
        codes = self.trace.codes
        firing, fine = int(np.sum(codes == FIRING)), int(np.sum(codes == OK))
        return {"firing": firing, "ok": fine, "unknown": codes.size - firing - fine}

    @property
    def firings(self) -> list[Firing]:
        return firings_of(self.episodes)


class _Run:
    def __init__(self, asked: Asked, trace: Trace, begins: datetime) -> None:
        self.asked, self.trace, self.begins = asked, trace, begins
        self.memory = Memory.empty(len(asked.places))
        self.is_open: Mask = np.zeros(asked.width, dtype=np.bool_)
        self.times: list[datetime] = []
        self.open: dict[int, Episode] = {}
        self.episodes: list[Episode] = []

    def see(self, at: datetime, row: Values) -> None:
        asked, places = self.asked, self.asked.places
        said = asked.judge(at, row, self.is_open)
        codes = said.codes[places]
        fires = codes == FIRING
        self.times.append(at)
        del self.times[: -asked.patience.fire_of]
        # Where nothing fires, is open or is remembered, nothing would come of a step: that is nearly always.
        if fires.any() or self.open or self.memory.marks.any():
            step = advance(self.memory, codes, self.is_open[places], asked.patience, may_open=asked.may_open(at))
            self.memory = step.memory
            self.is_open[places] = (self.is_open[places] | step.opens) & ~step.ends
            self._note(at, said, fires, step.opens, step.ends)
        if at >= self.begins:
            self.trace.note(at, said, places)

    def _note(self, at: datetime, said: Said, fires: Mask, opens: Mask, ends: Mask) -> None:
        for index, episode in self.open.items():
            if fires[index]:
                _see(episode, at, *self._measured(said, index))
        for index in np.flatnonzero(opens).tolist():
            back = min(first_mark(int(self.memory.marks[index])), len(self.times) - 1)
            value, expected = self._measured(said, index)
            episode = Episode(index, self.times[-1 - back], at, at, value, expected)
            self.open[index] = episode
            self.episodes.append(episode)
        for index in np.flatnonzero(ends).tolist():
            self.open.pop(index).ended_at = at

    def _measured(self, said: Said, index: int) -> tuple[float, float | None]:
        place = self.asked.places[index]
        value, expected = float(said.measured[place]), float(said.expected[place])
        return 0.0 if np.isnan(value) else value, None if np.isnan(expected) else expected


def run(
    asked: Asked,
    frames: Iterable[tuple[datetime, Values]],
    *,
    begins: datetime,
    most: int,
    is_over: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Judge ``frames`` (time and row by position) in order; those before ``begins`` only warm it up.

    ``most`` is how many there are at most from ``begins`` on. ``is_over`` is asked now and then; True ends the run
    where it stands, and the outcome says so.
    """
    run_ = _Run(asked, Trace.empty(most, len(asked.places)), begins)
    is_cut_short = False
    for index, (at, row) in enumerate(frames):
        if index % LOOK_EVERY == 0 and is_over():
            is_cut_short = True
            break
        run_.see(at, row)
    seen = [episode for episode in run_.episodes if episode.ended_at is None or episode.ended_at >= begins]
    return Outcome(run_.trace.cut(), seen, is_cut_short)


def firings_of(episodes: Sequence[Episode]) -> list[Firing]:
    """Episodes that overlap in time as one, oldest first."""
    groups: list[list[Episode]] = []
    end: datetime | None = None
    for episode in sorted(episodes, key=lambda each: (each.opened_at, each.series)):
        if groups and (end is None or episode.opened_at <= end):
            groups[-1].append(episode)
            end = None if end is None or episode.ended_at is None else max(end, episode.ended_at)
        else:
            groups.append([episode])
            end = episode.ended_at
    return [_joined(group) for group in groups]


def _joined(group: list[Episode]) -> Firing:
    ends = [episode.ended_at for episode in group]
    known = [end for end in ends if end is not None]
    worst = max(group, key=lambda episode: abs(episode.peak - (episode.expected or 0)))
    return Firing(
        started_at=min(episode.started_at for episode in group),
        opened_at=group[0].opened_at,
        ended_at=max(known) if len(known) == len(ends) else None,
        series=tuple(dict.fromkeys(episode.series for episode in group)),
        peak=worst.peak,
        expected=worst.expected,
    )


def _see(episode: Episode, at: datetime, value: float, expected: float | None) -> None:
    """As an alert does: its peak is what lies furthest from the expected."""
    episode.last_seen_at = at
    if abs(value - (expected or 0)) > abs(episode.peak - (episode.expected or 0)):
        episode.peak, episode.expected = value, expected
