"""Shows a kind one frame after the other, with everything it asks for. Reads frames; writes nothing."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from detection import frames
from detection.models import EPOCH, Metric
from detection.rules import KINDS, Judgement, Moment, Stretch, needs_other, needs_total, state_dtype
from detection.rules.verdict import UNKNOWN, Codes, Mask, State, Values
from detection.selection import Overlay, Places, Selection, has_lost, overlay, select

Read = Callable[[Metric, list[datetime]], dict[datetime, Values]]
ZERO = timedelta(0)
VALUES_AT_ONCE = 1 << 18
"""So many values of history are judged at a time: they stay near the processor, and a million series in bounds."""


class Judged:
    """What was said of a frame, by position of the series. But for the codes it is put together only when asked for:
    a cycle in which nothing fires needs nothing else."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        self.codes: Codes = np.full(selection.width, UNKNOWN)
        self._parts: list[tuple[Any, Values, Judgement]] = []

    def take(self, places: Any, compared: Values, said: Judgement) -> None:
        self.codes[places] = said.codes
        self._parts.append((places, compared, said))

    @cached_property
    def expected(self) -> Values:
        return self._lay([said.expected for _places, _compared, said in self._parts])

    @cached_property
    def measured(self) -> Values:
        """What was compared: the value, or a rate."""
        return self._lay([compared for _places, compared, _said in self._parts])

    @cached_property
    def low(self) -> Values | None:
        return self._lay_known([said.low for _places, _compared, said in self._parts])

    @cached_property
    def high(self) -> Values | None:
        return self._lay_known([said.high for _places, _compared, said in self._parts])

    def _lay(self, pieces: list[Values]) -> Values:
        if len(pieces) == 1 and self.selection.places is None:
            return pieces[0]
        laid = np.full(self.selection.width, np.nan, dtype=pieces[0].dtype)
        for (places, _compared, _said), piece in zip(self._parts, pieces, strict=True):
            laid[places] = piece
        return laid

    def _lay_known(self, pieces: list[Values | None]) -> Values | None:
        known = [piece for piece in pieces if piece is not None]
        return self._lay(known) if len(known) == len(pieces) else None


class Judge:
    """One kind with its parameters over the series of a metric, frame by frame in the order of time.

    ``state`` is what a kind that learns knows, by position; None for the others. Raises ParametersRefused.
    """

    def __init__(
        self,
        metric: Metric,
        *,
        kind: str,
        parameters: Any,
        selector: dict[str, str] | None = None,
        other: Metric | None = None,
    ) -> None:
        self.metric, self.other, self.kind = metric, other, KINDS[kind]
        self.parameters = self.kind.read(parameters)
        self.selection: Selection = select(metric, selector or {})
        self.stretches: tuple[Stretch, ...] = self.kind.stretches(self.parameters)
        self.dtype = state_dtype(self.kind, self.parameters, metric.interval)
        self.state: State | None = None if self.dtype is None else np.zeros(self.selection.width, dtype=self.dtype)
        self.read: Read = frames.read_at
        """Where the frames come from that are looked at beside the one judged: read ahead, in a back-test."""
        self._past = _Past(metric, self.stretches)
        self._overlay: Overlay | None = None
        if other is not None and needs_other(self.kind):
            self._overlay = overlay(metric, selector or {}, other)
        self.made_for = _digest(kind, repr(self.parameters), metric.pk, repr(self.dtype))

    @property
    def width(self) -> int:
        return self.selection.width

    @property
    def positions(self) -> Places:
        """Of the chosen series."""
        return np.arange(self.width) if self.selection.places is None else self.selection.places

    def narrow(self, places: Places) -> None:
        """Judge only these of the chosen series from now on."""
        if self._overlay is not None:
            target_of = np.full(self.selection.count, -1)
            target_of[np.searchsorted(self.positions, places)] = np.arange(len(places))
            targets = target_of[self._overlay.targets]
            self._overlay = Overlay(self._overlay.sources[targets >= 0], targets[targets >= 0], len(places))
        self.selection = Selection(self.width, places)

    def times_before(self, at: datetime) -> list[list[datetime]]:
        """For each stretch the times of the frames that are looked at beside the one of ``at``."""
        return self._past.times_at(at)

    def judge(self, at: datetime, row: Values, is_open: Mask) -> Judged:
        """``row``: the frame as it is stored, by position. ``is_open`` (width): which series have an open alert."""
        others = self._others(at)
        total = self._total(at, row) if needs_total(self.kind) else None
        past = self._past.rows_at(at, self.read)
        judged = Judged(self.selection)
        for part in self._parts():
            values = self.selection_of(row, part)
            moment = Moment(
                at,
                self.metric.interval,
                values,
                self._history(past, part, values.dtype),
                is_open[self.places(part)],
                None if others is None else others[part],
                None if self.state is None else self.state[self.places(part)],
                total,
            )
            with np.errstate(all="ignore"):
                judgement = self.kind.evaluate(self.parameters, moment)
            if self.state is not None:
                self.state[self.places(part)] = judgement.state
            judged.take(self.places(part), judgement.compared(moment), replace(judgement, state=None))
        return judged

    def places(self, part: slice) -> Any:
        """An index by position for a part of the chosen series."""
        return part if self.selection.places is None else self.selection.places[part]

    def selection_of(self, row: Values, part: slice) -> Values:
        """The values of a part of the chosen series; NaN for those that came after the frame."""
        values = np.empty(part.stop - part.start, dtype=row.dtype)
        self._fill(values, row, part)
        return values

    def _fill(self, target: Values, row: Values | None, part: slice) -> None:
        if row is None:
            target[:] = np.nan
        elif self.selection.places is None:
            found = row[part]
            target[: len(found)] = found
            target[len(found) :] = np.nan
        else:
            places = self.selection.places[part]
            known = int(np.searchsorted(places, len(row)))
            target[:known] = row[places[:known]]
            target[known:] = np.nan

    def _history(self, past: "list[list[Values | None]]", part: slice, dtype: Any) -> Values:
        frames_each = len(past[0]) if past else 1
        history = np.empty((len(past), frames_each, part.stop - part.start), dtype=dtype)
        for stretch, rows in zip(history, past, strict=True):
            for target, row in zip(stretch, rows, strict=True):
                self._fill(target, row, part)
        return history

    def _parts(self) -> Iterator[slice]:
        """All of the chosen series, or as many at a time as their history allows; one empty part of none."""
        samples = max(len(self.stretches) * (2 * self.stretches[0].around + 1), 1) if self.stretches else 1
        step, count = max(VALUES_AT_ONCE // max(samples, 4), 4096), self.selection.count
        for start in range(0, max(count, 1), step):
            yield slice(start, min(start + step, count))

    def _others(self, at: datetime) -> Values | None:
        if self._overlay is None or self.other is None:
            return None
        before = at - self.other.interval
        found = self.read(self.other, [before, at])
        return self._overlay.lay(found.get(at), found.get(before))

    def _total(self, at: datetime, row: Values) -> float:
        """Of all series; NaN where one is missing that was there a frame before."""
        before = at - self.metric.interval
        if has_lost(row, self.read(self.metric, [before]).get(before)):
            return float("nan")
        return float(np.nansum(row, dtype=np.float64))


class _Past:
    """The frames that stretches ask for. Those of the minute before are mostly those of this one, and are kept."""

    def __init__(self, metric: Metric, stretches: tuple[Stretch, ...]) -> None:
        self.metric, self.stretches = metric, stretches
        self.held: dict[datetime, Values | None] = {}
        is_whole = all(stretch.days * metric.day % metric.interval == ZERO for stretch in stretches)
        self.offsets = [[_offset(metric, stretch, step) for step in _steps(stretch)] for stretch in stretches]
        if not is_whole:
            self.offsets = []

    def rows_at(self, at: datetime, read: Read) -> list[list[Values | None]]:
        """For each stretch its frames, oldest first; None where there is none, or it is later than ``at``."""
        wanted = self.times_at(at)
        asked = {time for times in wanted for time in times if time <= at}
        missing = [time for time in asked if time not in self.held]
        found = read(self.metric, missing) if missing else {}
        self.held = {time: found[time] if time in found else self.held.get(time) for time in asked}
        return [[self.held.get(time) for time in times] for times in wanted]

    def times_at(self, at: datetime) -> list[list[datetime]]:
        if self.offsets and (at - EPOCH) % self.metric.interval == ZERO:
            return [[at - offset for offset in offsets] for offsets in self.offsets]
        return [[self._time(at, stretch, step) for step in _steps(stretch)] for stretch in self.stretches]

    def _time(self, at: datetime, stretch: Stretch, step: int) -> datetime:
        """The nearest frame to the moment asked for: in a replay a day need not be a whole number of intervals."""
        interval = self.metric.interval
        index = round((at - EPOCH - stretch.days * self.metric.day) / interval) - stretch.intervals + step
        return EPOCH + index * interval


def _offset(metric: Metric, stretch: Stretch, step: int) -> timedelta:
    return stretch.days * metric.day + (stretch.intervals - step) * metric.interval


def _steps(stretch: Stretch) -> range:
    return range(-stretch.around, stretch.around + 1)


def _digest(*facts: Any) -> str:
    return hashlib.sha256(json.dumps([str(fact) for fact in facts]).encode()).hexdigest()
