"""The drawing of single bars, each of which links to its rows. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, LEFT, RIGHT, ROW, BAR = 720, 168, 620, 26, 16
LONGEST_LABEL = 24


@dataclass(frozen=True)
class Bar:
    """``value`` decides the length; None draws no bar. ``text`` stands behind it, ``title`` is spoken."""

    label: str
    value: float | None
    text: str
    url: str = ""
    title: str = ""
    css: str = "bar-1"


def draw_bars(bars: Sequence[Bar]) -> dict[str, Any]:
    """Lying bars, one below the other, the longest as long as there is room."""
    longest = max((bar.value or 0 for bar in bars), default=0)
    scale = (RIGHT - LEFT) / longest if longest else 0
    marks: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for number, bar in enumerate(bars):
        top = number * ROW + (ROW - BAR) / 2
        width = round((bar.value or 0) * scale, 2)
        if width:
            place = {"x": LEFT, "y": top, "width": width, "height": BAR, "css": bar.css}
            marks.append({**place, "url": bar.url, "title": bar.title})
        middle = top + BAR / 2 + 4
        labels.append({"x": LEFT - 8, "y": middle, "css": "end", "text": _shortened(bar.label)})
        labels.append({"x": round(LEFT + width + 6, 2), "y": middle, "css": "label", "text": bar.text})
    height = len(bars) * ROW + 4
    frame = {"width": WIDTH, "height": height, "plot_left": LEFT, "plot_right": RIGHT, "plot_bottom": height - 2}
    return {**frame, "bars": marks, "labels": labels}


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
