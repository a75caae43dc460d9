"""Back-tests: what a rule, saved or not, would have said of the frames that are stored. Nothing is written."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Person
from detection import backtest, frames, permissions
from detection.backtest import Asked, Outcome
from detection.models import DAY, Rule, Series
from detection.moments import Judge
from detection.services.evaluating import QuietHours
from detection.stored import Stored
from lifecycle import clock
from lifecycle.transitions import NotPermitted

SPANS = {"6h": timedelta(hours=6), "24h": DAY, "7d": 7 * DAY, "28d": 28 * DAY}
MOST_JUDGED = 2_000_000
"""Series times frames that one back-test judges at most."""
MOST_READ = 200_000_000
"""Values of stored frames that it reads at most, those of series it does not judge among them."""
BUDGET = timedelta(seconds=12)
PILOT, PILOT_FROM, CAUTION = 1000, 4000, 0.85
"""So many frames are judged to see how fast it goes, where there are more than so many; a share of the time is used."""
WARM_UP_DAYS = 7
"""How long a kind that learns is shown frames before the stretch begins."""


@dataclass(frozen=True)
class BackTest:
    """What came of it. ``series`` by their place in the outcome; ``limits``: what was left out, as sentences."""

    rule: Rule
    begins: datetime
    ends: datetime
    series: list[Series]
    outcome: Outcome
    limits: list[str] = field(default_factory=list)


def back_test(
    rule: Rule,
    *,
    actor: Person | None,
    span: timedelta,
    until: datetime | None = None,
    wanted: int | None = None,
    only: Series | None = None,
    budget: timedelta = BUDGET,
) -> BackTest:
    """Judge the last ``span`` before ``until`` (the metric's newest frame) by ``rule``, which need not be saved.

    ``wanted``: the key of a series that is looked at in any case; ``only``: a series besides which none is.
    Raises NotPermitted.
    """
    if actor is not None and not permissions.edits_rules(actor):
        raise NotPermitted("back_test")
    deadline = time.monotonic() + budget.total_seconds()
    metric = rule.metric
    judge = Judge(metric, kind=rule.kind, parameters=rule.parameters, selector=rule.selector, other=rule.other_metric)
    ends = until or metric.frames.order_by("-at").values_list("at", flat=True).first() or clock.now()
    limits: list[str] = []
    length, warm_up = _lengths(rule, judge, span, limits)
    if only is not None:
        judge.narrow(np.array([only.position], dtype=np.intp))
    series = [only] if only else _chosen(rule, judge, ends, length, wanted, limits)
    if length + warm_up > PILOT_FROM:
        length = _affordable(rule, judge, ends, length, warm_up, deadline, limits)
    begins = ends - (length - 1) * metric.interval
    outcome = _run(rule, judge, begins, ends, warm_up, lambda: time.monotonic() > deadline)
    if outcome.is_cut_short:
        limits.append(_("It took too long: the end of the stretch was not looked at."))
        ends = outcome.trace.times[-1] if outcome.trace.times else begins
    return BackTest(rule, begins, ends, series, outcome, limits)


def _run(
    rule: Rule, judge: Judge, begins: datetime, ends: datetime, warm_up: int, is_over: Callable[[], bool]
) -> Outcome:
    interval = rule.metric.interval
    stored = Stored(rule.metric, rule.other_metric, judge.stretches, judge.width)
    judge.read = stored.read_at
    asked = Asked(judge.judge, judge.width, judge.positions, rule.patience, _may_open(rule))
    frames_before = stored.rows(begins - (warm_up + 1) * interval, ends)
    most = round((ends - begins) / interval) + 2
    return backtest.run(asked, frames_before, begins=begins, most=most, is_over=is_over)


def _affordable(
    rule: Rule, judge: Judge, ends: datetime, length: int, warm_up: int, deadline: float, limits: list[str]
) -> int:
    """How many frames can be judged in the time there is, by the pace of the last ones: the newest count most."""
    began, state = time.monotonic(), None if judge.state is None else judge.state.copy()
    _run(rule, judge, ends - PILOT * rule.metric.interval, ends, 0, lambda: time.monotonic() > deadline)
    now = time.monotonic()
    judge.state = state
    room = int(PILOT * CAUTION * max(deadline - now, 0) / max(now - began, 1e-6)) - warm_up
    if length <= max(room, 60):
        return length
    words = _("Only the last %(count)d minutes were looked at: more would have taken too long.")
    limits.append(words % {"count": max(room, 60)})
    return max(room, 60)


def _may_open(rule: Rule) -> Callable[[datetime], bool]:
    quiet = QuietHours(rule)
    return lambda at: not quiet.holds_at(at)


def _lengths(rule: Rule, judge: Judge, span: timedelta, limits: list[str]) -> tuple[int, int]:
    """Frames of the stretch, less than asked for where the metric has too many series; and frames before it that are
    judged so that it begins as the engine would have, many for a kind that learns."""
    metric = rule.metric
    day = int(metric.day / metric.interval)
    warm_up = rule.fire_of + min(rule.clear_after, 240) if judge.dtype is None else max(WARM_UP_DAYS * day, 1)
    asked = max(int(span * (metric.day / DAY) / metric.interval), 1)
    room = max(MOST_READ // (max(judge.width, 1) * (1 + len(judge.stretches))), 60)
    warm_up = min(warm_up, room // 2)
    room = max(room - warm_up, 60)
    if asked > room:
        words = ngettext(
            "The metric has so many series that only the last %(count)d minute was looked at.",
            "The metric has so many series that only the last %(count)d minutes were looked at.",
            room,
        )
        limits.append(words % {"count": room})
    return min(asked, room), warm_up


def _chosen(
    rule: Rule, judge: Judge, ends: datetime, length: int, wanted: int | None, limits: list[str]
) -> list[Series]:
    """The series looked at; of too many those with the largest values of late, and the judge is told."""
    most = max(MOST_JUDGED // length, 1)
    found = rule.metric.series.filter(labels__contains=rule.selector).order_by("position")
    if judge.selection.count <= most:
        return list(found)
    late = frames.read_window(rule.metric, ends - 10 * rule.metric.interval, ends, width=judge.width, limit=10)
    weight = np.nan_to_num(np.nansum(np.abs(late.values), axis=0))
    every = judge.positions
    largest = every[np.argsort(-weight[every], kind="stable")[:most]]
    sought = found.filter(pk=wanted).values_list("position", flat=True).first() if wanted else None
    if sought is not None and sought not in largest:
        largest = np.append(largest[:-1], sought)
    words = _("Only the %(count)d largest of %(all)d series were looked at.")
    limits.append(words % {"count": most, "all": judge.selection.count})
    judge.narrow(np.sort(largest).astype(np.intp))
    return list(found.filter(position__in=judge.positions.tolist()))
