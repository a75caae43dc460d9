"""Standing columns and lines over months: where every mark stands. Values in, values out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

WIDTH, HEIGHT, RIGHT, BOTTOM, TOP = 720, 190, 708, 158, 12
DOT = 7
LETTER = 11
"""Room for a letter at the size that a phone shows; a Chinese one takes two."""


@dataclass(frozen=True)
class Mark:
    """What is drawn of one number: ``title`` is spoken, ``url`` leads to its rows."""

    value: float | None
    css: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class Step:
    """One month: its short name and what stands there, one above the other or each by itself."""

    label: str
    marks: Sequence[Mark] = field(default_factory=tuple)


def columns(steps: Sequence[Step], *, words: Callable[[float], str]) -> dict[str, Any]:
    """Each step a column, its marks upon each other."""
    highest = max((sum(mark.value or 0 for mark in step.marks) for step in steps), default=0)
    left = _left(highest, words)
    width, bars = _width(steps, left), []
    for number, step in enumerate(steps):
        y = float(BOTTOM)
        for mark in step.marks:
            tall = _tall(mark.value or 0, highest)
            if tall:
                y -= tall
                bars.append(_bar(mark, left + (number + 0.2) * width, y, 0.6 * width, tall))
    return {**_frame(steps, highest, words), "bars": bars}


def lines(steps: Sequence[Step], *, words: Callable[[float], str]) -> dict[str, Any]:
    """The first marks of the steps are one line, the second ones another; an unknown value is a gap."""
    highest = max((mark.value or 0 for step in steps for mark in step.marks), default=0)
    left = _left(highest, words)
    width = _width(steps, left)
    bars: list[dict[str, Any]] = []
    paths: list[dict[str, str]] = []
    for place in range(max((len(step.marks) for step in steps), default=0)):
        path, is_down = [], False
        for number, step in enumerate(steps):
            mark = step.marks[place]
            if mark.value is None:
                is_down = False
                continue
            x, y = left + (number + 0.5) * width, BOTTOM - _tall(mark.value, highest)
            path.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
            bars.append(_bar(mark, x - DOT / 2, y - DOT / 2, DOT, DOT))
            is_down = True
        paths.append({"path": " ".join(path), "css": "line" if not place else f"line line-{place + 1}"})
    return {**_frame(steps, highest, words), "bars": bars, "lines": [each for each in paths if each["path"]]}


def _frame(steps: Sequence[Step], highest: float, words: Callable[[float], str]) -> dict[str, Any]:
    left = _left(highest, words)
    width = _width(steps, left)
    grid = [
        {"y": round(BOTTOM - _tall(part * highest, highest), 1), "label": words(part * highest)} for part in (0.5, 1)
    ]
    ticks = [{"x": round(left + (number + 0.5) * width, 1), "label": step.label} for number, step in enumerate(steps)]
    frame = {"width": WIDTH, "height": HEIGHT, "plot_left": left, "plot_right": RIGHT, "plot_bottom": BOTTOM}
    return {**frame, "grid": grid if highest else [], "ticks": ticks}


def _left(highest: float, words: Callable[[float], str]) -> int:
    """Where the plot begins: right of the longest label of the grid."""
    labels = [words(part * highest) for part in (0.5, 1)]
    return 12 + LETTER * max(sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) for text in labels)


def _width(steps: Sequence[Step], left: int) -> float:
    return (RIGHT - left) / max(len(steps), 1)


def _tall(value: float, highest: float) -> float:
    return value / highest * (BOTTOM - TOP) if highest else 0.0


def _bar(mark: Mark, x: float, y: float, width: float, height: float) -> dict[str, Any]:
    place = {"x": round(x, 1), "y": round(y, 1), "width": round(width, 1), "height": round(height, 1)}
    return {**place, "css": mark.css, "title": mark.title, "url": mark.url}
