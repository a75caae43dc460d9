"""Looks into the frames of a fault for the segment that it comes from. Reads frames; writes nothing."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from detection import frames
from detection.localisation import (
    Cube,
    Explanation,
    Finding,
    Layout,
    cube_of_rate,
    cube_of_volume,
    explain,
    explain_given,
    lay_out,
    usual_rates,
    usual_volumes,
)
from detection.localisation.cube import Floats
from detection.models import Metric, Rule

MOST_SERIES = 400_000
MOST_FRAMES = 2_880
"""Of a long fault, its last two days of minutes."""
VALUES_AT_ONCE, VALUES_AT_ALL = 4_000_000, 150_000_000
EARLIER_DAYS = (1, 2, 3, 4, 5, 6, 7, 14, 21, 28)
FEWEST_FRAMES = 3
MOST_SCOPES, MOST_GIVEN = 50, 3
_KEPT = 8
_known: "OrderedDict[tuple[int, int], _Series]" = OrderedDict()

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Whereabouts:
    """What the frames from ``since`` to ``until`` (both included) say; ``lost``: how many fewer (or more) there were
    than expected, in the segments where they explain it, else in all that the rule saw."""

    explanation: Explanation
    since: datetime
    until: datetime
    lost: float
    is_divided: bool
    """There are several series to tell apart."""


@dataclass(frozen=True)
class _Series:
    layout: Layout
    places: dict[str, int]
    """Key -> position."""

    @property
    def width(self) -> int:
        return len(self.places)


def look_into(rule: Rule, scopes: Sequence[dict[str, str]], *, since: datetime, until: datetime) -> Whereabouts | None:
    """``scopes``: the labels of the series that fire. None where the frames cannot tell (no history, too many series).

    First all series that the rule watches are searched: a fault of one gateway shows in many merchants. Where no
    segment of them explains it, those that fire are searched alone.
    """
    metric = rule.metric.detail or rule.metric
    series = _series_of(metric)
    if not 0 < series.width <= MOST_SERIES:
        return None
    first = metric.align(since) - metric.interval / 2
    other = rule.other_metric
    if other is None or other.pk == rule.metric.pk:  # a status against all statuses is told by how many there are
        numbers = _volumes(metric, series, first, until)
    else:
        numbers = _rates(other.detail or other, metric, series, first, until)
    if numbers is None:
        return None
    everything = _mask(series, [rule.selector])
    firing = everything & _mask(series, scopes) if 0 < len(scopes) <= MOST_SCOPES else everything
    whole, part = numbers.cube(series.layout, everything), numbers.cube(series.layout, firing)
    explanation = explain(whole)
    if not _covers(explanation, part):
        is_part = 0 < len(part.actual) < len(whole.actual)
        explanation = _within(whole, part, scopes) if is_part else explain(part)
    return Whereabouts(explanation, since, until, _lost(explanation), is_divided=len(whole.actual) > 1)


@dataclass(frozen=True)
class _Numbers:
    """By position: what came, and what was expected of it (of a rate: the ``volume`` and the usual ``rate``)."""

    actual: Floats
    expected: Floats
    volume: Floats | None = None

    def cube(self, layout: Layout, chosen: Mask) -> Cube:
        part = Layout(layout.dimensions, layout.names, layout.codes[:, chosen])
        if self.volume is None:
            return cube_of_volume(part, self.actual[chosen], self.expected[chosen])
        return cube_of_rate(part, self.volume[chosen], self.actual[chosen], self.expected[chosen])


def _volumes(metric: Metric, series: _Series, first: datetime, until: datetime) -> _Numbers | None:
    """Against the same minutes of earlier days; without any, against what came just before."""
    actual, count = _sums(metric, first, until, series.width)
    if not count:
        return None
    days = EARLIER_DAYS[: max(VALUES_AT_ALL // max(count * series.width, 1), 2)]
    history = []
    for day in days:
        shift = day * metric.day
        came, frames_seen = _sums(metric, first - shift, until - shift, series.width)
        if 2 * frames_seen >= count:
            history.append(came * count / frames_seen)
    if history:
        return _Numbers(actual, usual_volumes(np.array(history)))
    before, frames_seen = _sums(metric, first - max(12, count) * metric.interval, first, series.width)
    if frames_seen < FEWEST_FRAMES:
        return None
    return _Numbers(actual, before * count / frames_seen)


def _rates(other: Metric, metric: Metric, series: _Series, first: datetime, until: datetime) -> _Numbers | None:
    """Against the rate of the day before the fault."""
    if other.dimensions != metric.dimensions:
        return None
    others = _series_of(other)
    onto = np.array([others.places.get(key, -1) for key in series.places], dtype=np.intp)

    def both(after: datetime, before: datetime) -> tuple[Floats, Floats, int]:
        came, count = _sums(metric, after, before, series.width)
        tried, _count = _sums(other, after, before, others.width)
        return came, np.where(onto >= 0, tried[onto], np.nan), count

    came, tried, count = both(first, until)
    span = min(metric.day // metric.interval, VALUES_AT_ALL // max(2 * series.width, 1), MOST_FRAMES)
    earlier, tried_earlier, frames_seen = both(first - span * metric.interval, first)
    if not count or frames_seen < FEWEST_FRAMES:
        return None
    return _Numbers(came, usual_rates(series.layout, tried_earlier, earlier), tried)


def _sums(metric: Metric, after: datetime, until: datetime, width: int) -> tuple[Floats, int]:
    """The sum over the frames in (after, until] by position, NaN where nothing is known; and how many frames."""
    total, is_known, count = np.zeros(width), np.zeros(width, dtype=np.bool_), 0
    after = max(after, until - MOST_FRAMES * metric.interval)
    piece = max(VALUES_AT_ONCE // max(width, 1), 1)
    while True:
        window = frames.read_window(metric, after, until, width=width, limit=piece)
        if not window.times:
            return np.where(is_known, total, np.nan), count
        total += np.nansum(window.values, axis=0, dtype=np.float64)
        is_known |= ~np.all(np.isnan(window.values), axis=0)
        count, after = count + len(window.times), window.times[-1]


def _series_of(metric: Metric) -> _Series:
    """Series come and never go or move: what was laid out once holds as long as there are no more of them."""
    last = metric.series.aggregate(last=Max("position"))["last"]
    key = (metric.pk, -1 if last is None else int(last))
    if key not in _known:
        rows = list(metric.series.order_by("position").values_list("key", "labels")[: MOST_SERIES + 1])
        labels = [{name: row[1].get(name, "") for name in metric.dimensions} for row in rows]
        _known[key] = _Series(lay_out(labels), {row[0]: place for place, row in enumerate(rows)})
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return _known[key]


def _mask(series: _Series, scopes: Sequence[dict[str, str]]) -> Mask:
    """The series that agree with any of the scopes in every dimension that both have."""
    layout, chosen = series.layout, np.zeros(series.width, dtype=np.bool_)
    for scope in scopes:
        inside = np.ones(series.width, dtype=np.bool_)
        for place, dimension in enumerate(layout.dimensions):
            if dimension in scope:
                names = layout.names[place]
                code = names.index(scope[dimension]) if scope[dimension] in names else -1
                inside &= layout.codes[place] == code
        chosen |= inside
    return chosen


def _within(whole: Cube, part: Cube, scopes: Sequence[dict[str, str]]) -> Explanation:
    """The segment within what fires; where it is spread evenly in there, what fires is the segment."""
    inner = explain(part)
    given = [{name: scope[name] for name in whole.dimensions if name in scope} for scope in scopes]
    if inner.finding == Finding.SEGMENT:
        common = given[0] if len(given) == 1 else {}
        return explain_given(whole, [common | segment.labels for segment in inner.segments])
    return explain_given(whole, given[:MOST_GIVEN]) if all(given) else inner


def _covers(explanation: Explanation, part: Cube) -> bool:
    """Whether what was found in all series explains those that fire: the most part of their loss lies in it."""
    if explanation.finding != Finding.SEGMENT:
        return False
    sign = 1 if explanation.is_drop else -1
    lost = sign * (part.expected - part.actual)
    inside = np.zeros(len(part.actual), dtype=np.bool_)
    for segment in explanation.segments:
        chosen = np.ones(len(part.actual), dtype=np.bool_)
        for dimension, value in segment.labels.items():
            place = part.dimensions.index(dimension)
            chosen &= part.codes[place] == part.names[place].index(value)
        inside |= chosen
    return float(lost[inside].sum()) >= 0.5 * float(lost.sum()) > 0


def _lost(explanation: Explanation) -> float:
    if explanation.finding == Finding.SEGMENT:
        return abs(sum(segment.expected - segment.actual for segment in explanation.segments))
    return abs(explanation.expected - explanation.actual)
