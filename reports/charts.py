"""Drawings of figures, as plain values for parts/chart.html. Values in, values out; every mark carries the address of
its rows. Sizes are user units; the drawing fills the width of its card."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, LEFT, RIGHT, ROW, BAR = 720, 168, 680, 26, 16
PLOT_LEFT, PLOT_TOP, PLOT_BOTTOM = 62, 12, 158
LONGEST_LABEL = 24
SHADES = 5
Drawing = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """One bar: its label and its parts, what -> how much."""

    label: str
    parts: dict[str, int]
    key: str = ""
    total: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.parts.values()))


@dataclass(frozen=True)
class Point:
    """One value of a line or a column; None is a gap."""

    label: str
    value: float | None
    title: str = ""
    url: str = ""


def draw_stacks(
    stacks: Sequence[Stack],
    *,
    url: Callable[[Stack, str], str],
    title: Callable[[Stack, str], str],
    css: str = "bar-level-",
) -> Drawing:
    """Lying bars, one below the other, each cut into its parts; every mark links to its rows."""
    longest = max((stack.total for stack in stacks), default=0)
    scale = (RIGHT - LEFT) / longest if longest else 0
    bars: list[Drawing] = []
    labels: list[Drawing] = []
    for number, stack in enumerate(stacks):
        top = number * ROW + (ROW - BAR) / 2
        x = float(LEFT)
        for part, count in sorted(stack.parts.items()):
            width = count * scale
            mark = {"x": round(x, 2), "y": top, "width": round(width, 2), "height": BAR, "css": f"{css}{part}"}
            if count:
                bars.append({**mark, "url": url(stack, part), "title": title(stack, part)})
            x += width
        middle = top + BAR / 2 + 4
        labels.append({"x": LEFT - 8, "y": middle, "css": "end", "text": shortened(stack.label)})
        labels.append({"x": round(x + 6, 2), "y": middle, "css": "label", "text": str(stack.total)})
    height = len(stacks) * ROW + 4
    frame = {"width": WIDTH, "height": height, "plot_left": LEFT, "plot_right": RIGHT, "plot_bottom": height - 2}
    return {**frame, "bars": bars, "labels": labels}


def draw_lines(series: Sequence[Sequence[Point]], *, write: Callable[[float], str], scale: Sequence[float]) -> Drawing:
    """Lines over the same labels, each with its dots. ``scale``: the steps that the axis may be cut into, ascending."""
    labels = [point.label for point in series[0]] if series else []
    top = max((point.value for line in series for point in line if point.value is not None), default=0.0)
    step = step_of(top, scale)
    highest = max(step * -(-top // step), step)

    def place(value: float) -> float:
        return round(PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * value / highest, 2)

    width = (RIGHT - PLOT_LEFT) / max(len(labels), 1)
    middles = [round(PLOT_LEFT + width * (number + 0.5), 2) for number in range(len(labels))]
    lines, dots = [], []
    for number, points in enumerate(series, start=1):
        css = "" if number == 1 else f" line-{number}"
        placed = [
            (x, place(point.value)) if point.value is not None else None
            for x, point in zip(middles, points, strict=True)
        ]
        lines.append({"path": path_through(placed), "css": f"line{css}"})
        for spot, point in zip(placed, points, strict=True):
            if spot is not None:
                dots.append(
                    {"x": spot[0], "y": spot[1], "css": f"dot dot-{number}", "title": point.title, "url": point.url}
                )
    grid = [{"y": place(step * count), "label": write(step * count)} for count in range(1, round(highest / step) + 1)]
    ticks = [{"x": x, "label": label} for x, label in zip(middles, labels, strict=True)]
    return {**_frame(), "grid": grid, "ticks": ticks, "lines": lines, "dots": dots}


def draw_pareto(points: Sequence[Point], *, titles: Sequence[str]) -> Drawing:
    """Standing columns, the tallest first, and the share that they make together up to each: 100 % is the top."""
    total = sum(point.value or 0 for point in points)
    width = (RIGHT - PLOT_LEFT) / max(len(points), 1)
    height = PLOT_BOTTOM - PLOT_TOP
    bars, labels, ticks, dots, placed, reached = [], [], [], [], [], 0.0
    for number, (point, title) in enumerate(zip(points, titles, strict=True)):
        value = point.value or 0
        tall = height * value / total if total else 0
        x = PLOT_LEFT + width * number
        middle = round(x + width / 2, 2)
        box = {"x": round(x + width * 0.18, 2), "y": round(PLOT_BOTTOM - tall, 2), "width": round(width * 0.64, 2)}
        bars.append({**box, "height": round(tall, 2), "css": "bar-1", "title": point.title, "url": point.url})
        ticks.append({"x": middle, "label": shortened(point.label, 18)})
        reached += value
        y = round(PLOT_BOTTOM - (height * reached / total if total else 0), 2)
        placed.append((middle, y))
        dots.append({"x": middle, "y": y, "css": "dot dot-2", "title": title, "url": ""})
        if PLOT_BOTTOM - tall - y > 16 or number == 0:
            labels.append(
                {
                    "x": middle,
                    "y": round(PLOT_BOTTOM - tall / 2 + 4, 2),
                    "css": "middle label-in",
                    "text": str(round(value)),
                }
            )
    grid = [{"y": round(PLOT_BOTTOM - height * part / 4, 2), "label": f"{part * 25} %"} for part in range(1, 5)]
    lines = [{"path": path_through(placed), "css": "line line-2"}]
    return {**_frame(), "grid": grid, "ticks": ticks, "bars": bars, "lines": lines, "dots": dots, "labels": labels}


def draw_heat(rows: Sequence[tuple[str, Sequence[Point]]], *, columns: Sequence[str]) -> Drawing:
    """A field of cells, the fuller the darker; the count stands in each that has any."""
    fullest = max((point.value or 0 for _label, points in rows for point in points), default=0)
    width, height = (RIGHT + 30 - PLOT_LEFT) / max(len(columns), 1), 22
    bars, labels = [], []
    for number, (label, points) in enumerate(rows):
        y = number * height
        labels.append({"x": PLOT_LEFT - 8, "y": y + height / 2 + 4, "css": "end", "text": label})
        for column, point in enumerate(points):
            shade = -(-SHADES * (point.value or 0) // fullest) if fullest else 0
            x = round(PLOT_LEFT + column * width, 2)
            box = {"x": x, "y": y, "width": round(width, 2), "height": height, "css": f"heat-{shade:.0f}"}
            bars.append({**box, "title": point.title, "url": point.url})
            if point.value:
                css = "middle on-dark" if shade > 3 else "middle on-light"
                middle = round(x + width / 2, 2)
                labels.append({"x": middle, "y": y + height / 2 + 4, "css": css, "text": str(round(point.value))})
    bottom = len(rows) * height
    ticks = [
        {"x": round(PLOT_LEFT + (column + 0.5) * width, 2), "label": label} for column, label in enumerate(columns)
    ]
    frame = {
        "width": WIDTH,
        "height": bottom + 24,
        "plot_left": PLOT_LEFT,
        "plot_right": RIGHT + 30,
        "plot_bottom": bottom,
    }
    return {**frame, "bars": bars, "labels": labels, "ticks": ticks}


@dataclass(frozen=True)
class Bullet:
    """A share between 0 and 1, and the one it is held against; None where there is none."""

    label: str
    share: float | None
    before: float | None
    text: str
    title: str = ""
    url: str = ""


def draw_bullets(bullets: Sequence[Bullet]) -> Drawing:
    """Lying bars on a track from 0 to 100 %, with a mark where the one before ended."""
    right = RIGHT - 40
    span = right - LEFT
    bars, labels, lines = [], [], []
    for number, bullet in enumerate(bullets):
        top = number * ROW + (ROW - BAR) / 2
        box = {"x": LEFT, "y": top, "height": BAR}
        bars.append({**box, "width": span, "css": "bar-none", "title": "", "url": ""})
        if bullet.share is not None:
            width = round(span * bullet.share, 2)
            bars.append({**box, "width": width, "css": "bar-1", "title": bullet.title, "url": bullet.url})
        if bullet.before is not None:
            x = round(LEFT + span * bullet.before, 2)
            lines.append({"path": f"M{x} {top - 3}V{top + BAR + 3}", "css": "target"})
        middle = top + BAR / 2 + 4
        labels.append({"x": LEFT - 8, "y": middle, "css": "end", "text": shortened(bullet.label)})
        labels.append({"x": right + 8, "y": middle, "css": "label", "text": bullet.text})
    height = len(bullets) * ROW + 4
    frame = {"width": WIDTH, "height": height, "plot_left": LEFT, "plot_right": right, "plot_bottom": height - 2}
    return {**frame, "bars": bars, "labels": labels, "lines": lines}


def step_of(top: float, scale: Sequence[float]) -> float:
    """The smallest step by which at most five lines reach the top."""
    return next((step for step in scale if top <= 5 * step), max(top / 5, scale[-1]))


def path_through(spots: Sequence[tuple[float, float] | None]) -> str:
    """A line through the spots; a gap (None) breaks it."""
    words, is_down = [], False
    for spot in spots:
        if spot is not None:
            words.append(f"{'L' if is_down else 'M'}{spot[0]} {spot[1]}")
        is_down = spot is not None
    return "".join(words)


def shortened(label: str, longest: int = LONGEST_LABEL) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def _frame() -> Drawing:
    return {"width": WIDTH, "height": 182, "plot_left": PLOT_LEFT, "plot_right": RIGHT, "plot_bottom": PLOT_BOTTOM}
