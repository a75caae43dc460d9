"""The drawing of stacked bars: where every mark stands. Values in, values out; templates/parts/chart.html draws it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, LEFT, RIGHT, ROW, BAR = 720, 168, 680, 26, 16
LONGEST_LABEL = 24


@dataclass(frozen=True)
class Stack:
    """One bar: its label and its parts, level -> count."""

    label: str
    parts: dict[str, int]
    key: str = ""
    total: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.parts.values()))


def draw_stacks(
    stacks: Sequence[Stack], *, url: Callable[[Stack, str], str], title: Callable[[Stack, str], str]
) -> dict[str, Any]:
    """Lying bars, one below the other, each cut into its levels; every mark links to its rows."""
    longest = max((stack.total for stack in stacks), default=0)
    scale = (RIGHT - LEFT) / longest if longest else 0
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for number, stack in enumerate(stacks):
        top = number * ROW + (ROW - BAR) / 2
        x = float(LEFT)
        for level, count in sorted(stack.parts.items()):
            width = count * scale
            mark = {"x": round(x, 2), "y": top, "width": round(width, 2), "height": BAR, "css": f"bar-level-{level}"}
            bars.append({**mark, "url": url(stack, level), "title": title(stack, level)})
            x += width
        middle = top + BAR / 2 + 4
        labels.append({"x": LEFT - 8, "y": middle, "css": "end", "text": _shortened(stack.label)})
        labels.append({"x": round(x + 6, 2), "y": middle, "css": "label", "text": str(stack.total)})
    height = len(stacks) * ROW + 4
    frame = {"width": WIDTH, "height": height, "plot_left": LEFT, "plot_right": RIGHT, "plot_bottom": height - 2}
    return {**frame, "bars": bars, "labels": labels}


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
