"""A metric over a longer window: how long it was beyond a limit, and where it is going."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from detection import frames
from detection.inspections.kinds.registry import Fact, Kind, Look, ParametersForm, Seen, register
from detection.inspections.measures import Floats, share_of, trend_of
from detection.models import Metric, Series
from detection.rules.words import plain
from detection.selection import width_of
from detection.sources import SourceError

LEAST_KNOWN = 0.5
"""Of the frames that there should be. A series of which less is known is not judged."""
MOST_VALUES = 4_000_000
"""Values that lie in memory at a time."""
SIDES = (("above", gettext_lazy("above")), ("below", gettext_lazy("below")))


def _metrics() -> list[tuple[str, str]]:
    return list(Metric.objects.values_list("slug", "name"))


class ShareForm(ParametersForm):
    metric = forms.ChoiceField(label=gettext_lazy("Metric"), choices=_metrics)
    direction = forms.ChoiceField(label=gettext_lazy("The value is"), choices=SIDES)
    limit = forms.FloatField(label=gettext_lazy("Limit"))
    percent = forms.FloatField(
        label=gettext_lazy("For more than, in percent of the time"), min_value=0, max_value=100, initial=5
    )
    days = forms.IntegerField(label=gettext_lazy("Days looked back at"), min_value=1, max_value=90, initial=7)


class TrendForm(ParametersForm):
    metric = forms.ChoiceField(label=gettext_lazy("Metric"), choices=_metrics)
    direction = forms.ChoiceField(
        label=gettext_lazy("It is heading"),
        choices=(("up", gettext_lazy("up to")), ("down", gettext_lazy("down to"))),
    )
    limit = forms.FloatField(label=gettext_lazy("Limit"))
    ahead = forms.IntegerField(label=gettext_lazy("And reaches it within days"), min_value=1, max_value=400, initial=30)
    days = forms.IntegerField(label=gettext_lazy("Days looked back at"), min_value=3, max_value=90, initial=28)


def look_at_share(look: Look) -> Seen:
    """Series that were beyond the limit for longer than the percent of the known time."""
    given, metric = look.parameters, metric_of(look)
    start, width = _start(metric, look), width_of(metric)
    beyond, known = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64)
    for values in _pieces(metric, start, look.now, width):
        is_known = ~np.isnan(values)
        is_beyond = values > given["limit"] if given["direction"] == "above" else values < given["limit"]
        beyond += (is_beyond & is_known).sum(axis=0)
        known += is_known.sum(axis=0)
    percents = 100 * share_of(beyond, known, int((look.now - start) / metric.interval), least=LEAST_KNOWN)
    words = {**_words(look), "metric": metric.name}
    side = {"above": _("above"), "below": _("below")}[given["direction"]]

    def fact(series: Series) -> Fact:
        told = {**words, "side": side, "series": series, "percent": plain(round(percents[series.position], 1))}
        title = _("%(metric)s (%(series)s) was %(side)s %(limit)s for %(percent)s %% of the time") % told
        return _fact(metric, series, title, _("Looked back at: %(days)s days.") % words)

    return _seen(metric, percents, percents > given["percent"], fact)


def look_at_trend(look: Look) -> Seen:
    """Series that reach the limit soon if they go on as they do."""
    given, metric = look.parameters, metric_of(look)
    start, width = _start(metric, look), width_of(metric)
    days = [_median(metric, at, at + metric.day, width) for at in _days(start, look.now, metric.day)]
    trend = trend_of(np.array(days).reshape(len(days), width))
    left = trend.days_until(given["limit"], is_rising=given["direction"] == "up")
    words = {**_words(look), "metric": metric.name}

    def fact(series: Series) -> Fact:
        told = {**words, "series": series, "left": int(left[series.position])}
        told |= {
            "level": plain(float(trend.level[series.position])),
            "slope": plain(float(trend.slope[series.position])),
        }
        title = _("%(metric)s (%(series)s) reaches %(limit)s in %(left)d days") % told
        if told["left"] == 0:
            title = _("%(metric)s (%(series)s) has reached %(limit)s") % told
        return _fact(metric, series, title, _("It stands at %(level)s and changes by %(slope)s a day.") % told)

    with np.errstate(invalid="ignore"):
        return _seen(metric, left, left <= given["ahead"], fact)


def metric_of(look: Look) -> Metric:
    metric = Metric.objects.filter(slug=look.parameters["metric"]).first()
    if metric is None:
        raise SourceError(_("The metric is not there any more."), permanent=True)
    return metric


def _seen(metric: Metric, figures: Floats, is_found: Any, fact: Any) -> Seen:
    unknown = np.isnan(figures)
    wanted = {int(place) for place in np.flatnonzero(unknown | is_found)}
    series = [each for each in metric.series.order_by("position") if each.position in wanted]
    return Seen(
        [fact(each) for each in series if not unknown[each.position]],
        frozenset(_key(each) for each in series if unknown[each.position]),
    )


def _fact(metric: Metric, series: Series, title: str, description: str) -> Fact:
    link = metric.get_absolute_url()
    return Fact(_key(series), title, description=description, service=metric.service_id, link=link)


def _key(series: Series) -> str:
    return f"series:{series.metric_id}:{series.key}"


def _words(look: Look) -> dict[str, Any]:
    return {"limit": plain(look.parameters["limit"]), "days": look.parameters["days"]}


def _start(metric: Metric, look: Look) -> datetime:
    """The window's beginning; where the metric is younger, its own."""
    start: datetime = look.now - look.parameters["days"] * metric.day
    first = metric.frames.order_by("at").values_list("at", flat=True).first()
    if first is None:
        return start
    return min(max(start, first - metric.interval), look.now)


def _days(start: datetime, end: datetime, day: timedelta) -> Iterator[datetime]:
    """The beginnings of the whole days that end at ``end``, oldest first."""
    count = max(int((end - start) / day), 1)
    return (end - back * day for back in range(count, 0, -1))


def _pieces(metric: Metric, start: datetime, end: datetime, width: int) -> Iterator[Floats]:
    """(frames, width) of every frame in (start, end], some at a time."""
    step = max(MOST_VALUES // max(width, 1), 1) * metric.interval
    while start < end:
        until = min(start + step, end)
        yield frames.read_window(metric, start, until, width=width).values
        start = until


def _median(metric: Metric, start: datetime, end: datetime, width: int) -> Floats:
    """(width): of the day's values; NaN where less than half of them is known. Of very wide metrics every so many
    frames are read."""
    expected = max(int((end - start) / metric.interval), 1)
    step = max(1, -(-expected * max(width, 1) // MOST_VALUES))
    times = [metric.align(start) + number * metric.interval for number in range(1, expected + 1, step)]
    rows = frames.read_at(metric, times)
    values = np.full((len(times), width), np.nan)
    for place, at in enumerate(times):
        if at in rows:
            values[place, : len(rows[at])] = rows[at][:width]
    known = (~np.isnan(values)).sum(axis=0)
    median = np.full(width, np.nan)
    enough = known >= max(LEAST_KNOWN * len(times), 1)
    median[enough] = np.nanmedian(values[:, enough], axis=0)
    return median


register(
    Kind(
        slug="metric_share",
        label=gettext_lazy("Time beyond a limit"),
        about=gettext_lazy("Series that were too high or too low for too much of a longer time, minute by minute."),
        group=gettext_lazy("Sources and metrics"),
        look=look_at_share,
        form=ShareForm,
        icon="hourglass",
    )
)
register(
    Kind(
        slug="metric_trend",
        label=gettext_lazy("Trend towards a limit"),
        about=gettext_lazy(
            "Series that reach a limit soon if they go on as they do: a disk that fills, a rate that sinks."
        ),
        group=gettext_lazy("Sources and metrics"),
        look=look_at_trend,
        form=TrendForm,
        icon="activity",
    )
)
