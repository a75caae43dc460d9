"""Which positions a rule watches, and where the series of a second metric lie beneath them.

Series come and never go or move, so what was found once holds for as long as the metric has no more of them.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from detection.models import Metric
from detection.rules.verdict import Values

Places = NDArray[np.intp]
Found = TypeVar("Found")
MOST_KEPT = 256
_kept: OrderedDict[Hashable, Any] = OrderedDict()


@dataclass(frozen=True)
class Selection:
    """``width`` series of a metric; ``places`` are those chosen, ascending; None where all are."""

    width: int
    places: Places | None

    @property
    def count(self) -> int:
        return self.width if self.places is None else len(self.places)


@dataclass(frozen=True)
class Overlay:
    """Where the values of a second metric go: ``sources``, positions of its series, each into one of the targets."""

    sources: Places
    targets: Places
    count: int

    def lay(self, row: Values | None, before: Values | None = None) -> Values:
        """(count): the sum of what is known of the series that belong to each target; NaN where nothing is, or where a
        part is missing that the frame ``before`` had: a sum without it would read it as zero."""
        laid = np.full(self.count, np.nan)
        if row is None:
            return laid
        values = self._values_of(row)
        is_known = ~np.isnan(values)
        targets = self.targets[is_known]
        sums = np.bincount(targets, weights=values[is_known], minlength=self.count)
        some = np.bincount(targets, minlength=self.count) > 0
        laid[some] = sums[some]
        if before is not None:
            laid[self.targets[~is_known & ~np.isnan(self._values_of(before))]] = np.nan
        return laid

    def _values_of(self, row: Values) -> Values:
        """Source by source; NaN for series that came after the frame."""
        values = np.full(len(self.sources), np.nan)
        reaches = self.sources < len(row)
        values[reaches] = row[self.sources[reaches]]
        return values


def has_lost(row: Values, before: Values | None) -> bool:
    """Whether a series is missing that the frame ``before`` had."""
    if before is None:
        return False
    was = ~np.isnan(before)
    return bool(np.any(was[len(row) :]) or np.any(was[: len(row)] & np.isnan(row[: len(was)])))


def width_of(metric: Metric) -> int:
    """How many series the metric has; positions run from 0 without a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(position) FROM detection_series WHERE metric_id = %s", [metric.pk])
        last = cursor.fetchone()[0]
    return 0 if last is None else int(last) + 1


def select(metric: Metric, selector: dict[str, str]) -> Selection:
    """The series whose labels agree with every label of ``selector``."""
    width = width_of(metric)
    if not selector:
        return Selection(width, None)
    key = ("select", metric.pk, json.dumps(selector, sort_keys=True))
    return _remember(key, width, lambda: Selection(width, _positions(metric, selector)))


def overlay(metric: Metric, selector: dict[str, str], other: Metric) -> Overlay:
    """Lay ``other`` onto the chosen series of ``metric`` by the labels both have.

    Several series of ``other`` under one of ``metric`` are summed up. Of one metric compared with itself, the labels
    that the selector names are left out: one status against all statuses of the same merchant.
    """
    widths = (width_of(metric), width_of(other))
    key = ("overlay", metric.pk, other.pk, json.dumps(selector, sort_keys=True))
    return _remember(key, widths, lambda: _overlay(metric, selector, other))


def _overlay(metric: Metric, selector: dict[str, str], other: Metric) -> Overlay:
    left_out = set(selector) if metric.pk == other.pk else set()
    shared = [name for name in metric.dimensions if name in other.dimensions and name not in left_out]
    chosen = metric.series.filter(labels__contains=selector).order_by("position").values_list("labels", flat=True)
    targets_of: dict[tuple[str, ...], list[int]] = {}
    for target, labels in enumerate(chosen.iterator(chunk_size=10_000)):
        targets_of.setdefault(tuple(labels[name] for name in shared), []).append(target)
    sources: list[int] = []
    targets: list[int] = []
    for position, labels in other.series.values_list("position", "labels").iterator(chunk_size=10_000):
        for target in targets_of.get(tuple(labels[name] for name in shared), ()):
            sources.append(position)
            targets.append(target)
    count = select(metric, selector).count
    return Overlay(np.array(sources, dtype=np.intp), np.array(targets, dtype=np.intp), count)


def _positions(metric: Metric, selector: dict[str, str]) -> Places:
    found = metric.series.filter(labels__contains=selector).order_by("position").values_list("position", flat=True)
    return np.fromiter(found.iterator(chunk_size=10_000), dtype=np.intp)


def _remember(key: Hashable, made_for: Any, find: Callable[[], Found]) -> Found:
    """What was found for the same number of series, or find it; the longest unused is forgotten."""
    kept = _kept.get(key)
    if kept is not None and kept[0] == made_for:
        _kept.move_to_end(key)
        found: Found = kept[1]
        return found
    found = find()
    _kept[key] = (made_for, found)
    _kept.move_to_end(key)
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return found
