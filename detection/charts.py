"""Geometry of the charts that templates/parts/chart.html draws. Numbers in, numbers and paths out. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from detection.rules.verdict import Values
from detection.rules.words import plain

HEIGHT = 200
LEFT, TOP, BOTTOM = 48, 10, 170
RIGHT_MARGIN = 24
CARD, PAGE = 720, 1080
"""Widths in user units: a card beside others, and a card over the whole page."""
MOST_POINTS = 332
LINE_CSS = ("line", "line line-2", "line line-3", "line line-4")


@dataclass(frozen=True)
class Axes:
    """Where moments and values lie on the drawing."""

    start: datetime
    end: datetime
    low: float
    high: float
    right: int = CARD - RIGHT_MARGIN

    def x(self, at: datetime) -> float:
        share = (at - self.start) / max(self.end - self.start, timedelta(microseconds=1))
        return round(LEFT + min(max(share, 0), 1) * (self.right - LEFT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(BOTTOM - min(max(share, 0), 1) * (BOTTOM - TOP), 1)


@dataclass
class Chart:
    """What templates/parts/chart.html takes."""

    title: str
    desc: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)
    grid: list[dict[str, Any]] = field(default_factory=list)
    ticks: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    legend: list[dict[str, str]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    caption: str = ""
    csv_url: str = ""
    width: int = CARD
    height: int = HEIGHT
    plot_left: int = LEFT
    plot_bottom: int = BOTTOM

    @property
    def plot_right(self) -> int:
        return self.width - RIGHT_MARGIN


def axes_for(times: Sequence[datetime], values: Values, *, also: Sequence[float] = (), width: int = CARD) -> Axes:
    """Axes that hold every value and ``also``, from zero where nothing is negative, up to a round number."""
    known = [*values[~np.isnan(values)].tolist(), *also]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = round_step((high - low) / 4)
    bottom, top = math.floor(low / step) * step, max(math.ceil(high / step), 1) * step
    return Axes(times[0], times[-1], bottom, top, width - RIGHT_MARGIN)


def round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, at least ``rough``."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def grid_of(axes: Axes) -> list[dict[str, Any]]:
    """Horizontal lines at round values with their labels."""
    step = round_step((axes.high - axes.low) / 4)
    count = round((axes.high - axes.low) / step)
    levels = [axes.low + index * step for index in range(count + 1)]
    return [{"y": axes.y(level), "label": plain(level)} for level in levels]


def ticks_of(axes: Axes, count: int = 6) -> list[tuple[float, datetime]]:
    """Places of ``count`` moments under the axis, from end to end."""
    step = (axes.end - axes.start) / (count - 1)
    return [(axes.x(axes.start + index * step), axes.start + index * step) for index in range(count)]


def path_of(axes: Axes, times: Sequence[datetime], values: Values, *, lowest: bool = False) -> str:
    """An SVG path through one series (n_frames); a gap ends the line, a value alone between gaps is a dot.

    Of many frames each stretch is drawn by its highest value, or by its ``lowest``: what a rule looks for is seen.
    """
    words: list[str] = []
    is_drawing = False
    for at, value in thinned(times, values, lowest=lowest):
        if math.isnan(value):
            is_drawing = False
            continue
        words.append(f"{'L' if is_drawing else 'M'}{axes.x(at)} {axes.y(value)}" + ("" if is_drawing else "h0"))
        is_drawing = True
    return "".join(words)


def thinned(
    times: Sequence[datetime], values: Values, *, lowest: bool = False, most: int = MOST_POINTS
) -> list[tuple[datetime, float]]:
    """At most ``most`` points: the extreme of each stretch at its own time, NaN for a stretch without any value."""
    size = max(math.ceil(len(times) / most), 1)
    points = []
    for first in range(0, len(times), size):
        stretch = values[first : first + size]
        if np.all(np.isnan(stretch)):
            points.append((times[first], math.nan))
        else:
            place = int(np.nanargmin(stretch) if lowest else np.nanargmax(stretch))
            points.append((times[first + place], float(stretch[place])))
    return points


def span_of(axes: Axes, start: datetime, end: datetime, css: str, label: str = "") -> dict[str, Any] | None:
    """A shaded stretch of time; None where it lies outside the drawing."""
    if end < axes.start or start > axes.end:
        return None
    left, right = axes.x(start), axes.x(end)
    return {"x": left, "width": round(max(right - left, 2), 1), "css": css, "label": label}


def band_of(axes: Axes, times: Sequence[datetime], low: Values, high: Values) -> str:
    """An SVG path around what lies between two lines: an open side reaches to the edge, a gap of both ends it."""
    lower = [value for _at, value in thinned(times, low, lowest=True)]
    upper = thinned(times, high)
    words: list[str] = []
    piece: list[tuple[float, float, float]] = []
    for (at, top), bottom in [*zip(upper, lower, strict=True), ((axes.end, math.nan), math.nan)]:
        if math.isnan(top) and math.isnan(bottom):
            words.extend(_around(piece))
            piece = []
        else:
            ends = (axes.low if math.isnan(bottom) else bottom, axes.high if math.isnan(top) else top)
            piece.append((axes.x(at), axes.y(ends[0]), axes.y(ends[1])))
    return "".join(words)


def _around(piece: list[tuple[float, float, float]]) -> list[str]:
    if len(piece) < 2:
        return []
    there = [f"{'L' if index else 'M'}{x} {top}" for index, (x, _bottom, top) in enumerate(piece)]
    back = [f"L{x} {bottom}" for x, bottom, _top in reversed(piece)]
    return [*there, *back, "Z"]
