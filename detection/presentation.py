"""Charts of metrics and rules as pages show them: frames and words; the geometry is that of charts.py."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from detection import frames
from detection.charts import CARD, LINE_CSS, PAGE, Axes, Chart, axes_for, grid_of, path_of, span_of, ticks_of
from detection.models import Alert, Metric, Rule, Series
from detection.rules.words import plain

MOST_FRAMES = 20_160
"""Two weeks of minutes: what a chart reads at most, and less of a metric with very many series."""
MOST_VALUES = 10_000_000
MOST_LINES = 4
MOST_ROWS = 60


def chart_of(
    metric: Metric,
    series: list[Series],
    *,
    start: datetime,
    end: datetime,
    title: str,
    limits: Iterable[tuple[str, float]] = (),
    alerts: Iterable[Alert] = (),
    mark: tuple[datetime, str] | None = None,
    lowest: bool = False,
    wide: bool = False,
) -> Chart | None:
    """The metric from ``start`` to ``end``: lines of the busiest series, ``limits`` dashed, alerts shaded."""
    width = max((row.position for row in series), default=-1) + 1
    start = max(start, end - min(MOST_FRAMES, MOST_VALUES // max(width, 1)) * metric.interval)
    window = frames.read_grid(metric, start, end, width=width)
    if not series or len(window.times) < 2 or np.all(np.isnan(window.values)):
        return None
    shown = _busiest(series, window.values)
    values = window.values[:, [row.position for row in shown]]
    limits = list(limits)
    size = PAGE if wide else CARD
    axes = axes_for(window.times, values, also=[value for _label, value in limits], width=size)
    chart = Chart(title=title, desc=_describe(shown, values), grid=grid_of(axes), width=size)
    chart.ticks = [{"x": x, "label": _clock(at, metric.interval)} for x, at in ticks_of(axes)]
    for index, row in enumerate(shown):
        path = path_of(axes, window.times, values[:, index], lowest=lowest)
        chart.lines.append({"path": path, "css": LINE_CSS[index]})
        chart.legend.append({"css": LINE_CSS[index], "text": str(row)})
    _draw_limits(chart, axes, limits)
    _shade(chart, axes, alerts, end)
    if mark and axes.start <= mark[0] <= axes.end:
        chart.marks = [{"x": axes.x(mark[0]), "label": mark[1]}]
    chart.columns = [_("Time"), *(str(row) for row in shown)]
    chart.rows = _rows(window, values, metric)
    return chart


def rule_chart(
    rule: Rule, *, start: datetime, end: datetime, mark: tuple[datetime, str] | None = None, wide: bool = False
) -> Chart | None:
    """The series a rule watches, its threshold and the stretches in which it had alerts."""
    series = [row for row in rule.metric.series.all() if rule.selects(row.labels)]
    alerts = rule.alerts.filter(started_at__lte=end).exclude(ended_at__lt=start)
    return chart_of(
        rule.metric,
        series,
        start=start,
        end=end,
        title=rule.name,
        limits=limits_of(rule),
        alerts=alerts,
        mark=mark,
        lowest=rule.parameters.get("direction") == "below",
        wide=wide,
    )


def limits_of(rule: Rule) -> list[tuple[str, float]]:
    """The fixed values that a rule compares with; none where what is expected changes by the minute."""
    value = rule.parameters.get("value") if rule.kind == "threshold" else None
    return [] if value is None else [(_("threshold %(value)s") % {"value": plain(float(value))}, float(value))]


def last_window(metric: Metric, now: datetime, count: int = 360) -> tuple[datetime, datetime]:
    """From ``count`` intervals before the newest frame to that frame; up to now where there is none."""
    newest = metric.frames.order_by("-at").values_list("at", flat=True).first() or now
    return newest - count * metric.interval, newest


def _busiest(series: list[Series], values: np.ndarray) -> list[Series]:
    highest = np.max(np.where(np.isnan(values), -np.inf, values), axis=0)
    chosen = sorted(series, key=lambda row: -highest[row.position])[:MOST_LINES]
    return sorted(chosen, key=lambda row: row.position)


def _describe(series: list[Series], values: np.ndarray) -> str:
    """What the drawing says, for those who hear it."""
    said = []
    for index, row in enumerate(series):
        known = values[:, index][~np.isnan(values[:, index])]
        if len(known):
            low, high, last = (plain(float(value)) for value in (known.min(), known.max(), known[-1]))
            words = {"series": str(row), "low": low, "high": high, "last": last}
            said.append(_("%(series)s between %(low)s and %(high)s, at the end %(last)s") % words)
    return "; ".join(said)


def _draw_limits(chart: Chart, axes: Axes, limits: list[tuple[str, float]]) -> None:
    for label, value in limits:
        y = axes.y(value)
        chart.lines.append({"path": f"M{chart.plot_left} {y}H{chart.plot_right}", "css": "threshold"})
        chart.legend.append({"css": "threshold", "text": label})


def _shade(chart: Chart, axes: Axes, alerts: Iterable[Alert], end: datetime) -> None:
    spans = [span_of(axes, alert.started_at, alert.ended_at or end, "span") for alert in alerts]
    chart.spans = [span for span in spans if span]
    if chart.spans:
        chart.legend.append({"css": "span", "text": _("alert open")})


def _rows(window: frames.Window, values: np.ndarray, metric: Metric) -> list[list[str]]:
    """The newest frames first; a gap is said, not left empty."""
    pairs = list(zip(window.times, values, strict=True))[-MOST_ROWS:][::-1]
    return [[_clock(at, metric.interval), *(_word(value) for value in row)] for at, row in pairs]


def _word(value: float) -> str:
    return _("no data") if np.isnan(value) else plain(float(value))


def _clock(at: datetime, interval: timedelta) -> str:
    return localtime(at).strftime("%H:%M" if interval >= timedelta(minutes=1) else "%H:%M:%S")
