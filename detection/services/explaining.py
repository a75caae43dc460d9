"""Why a rule said what it said of one series at one minute. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils.translation import gettext as _

from detection import frames
from detection.backtest import Trace
from detection.models import DAY, Alert, Metric, Rule, RuleStatus, RuleVersion, Series
from detection.moments import Judge
from detection.rules.verdict import FIRING, OK, UNKNOWN, Codes
from detection.services.backtesting import back_test
from detection.services.rules import draft_rule
from detection.services.versions import fields_of

WORDS = {int(UNKNOWN): RuleStatus.UNKNOWN, int(OK): RuleStatus.OK, int(FIRING): RuleStatus.FIRING}
MOST_LOOKED = 200


@dataclass(frozen=True)
class Looked:
    """Frames of one stretch that the rule looked back at; a value is None where there is none."""

    middle: datetime
    values: list[float | None]

    @property
    def known(self) -> list[float]:
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class Mark:
    """One of the last frames that m of n counts: what was said ``then``, None where it was not judged, and ``now``."""

    at: datetime
    value: float | None
    then: RuleStatus | None
    now: RuleStatus | None


@dataclass(frozen=True)
class Explanation:
    """``value`` as it is stored now; ``then`` what was said when it was judged, ``now`` what the same rule would say.

    ``expected``, ``low`` and ``high`` are of now; None where nothing is known. ``reasons``: why it is unknown.
    """

    rule: Rule
    series: Series
    at: datetime
    version: RuleVersion | None
    value: float | None
    measured: float | None
    expected: float | None
    low: float | None
    high: float | None
    then: RuleStatus | None
    now: RuleStatus | None
    looked: list[Looked]
    marks: list[Mark]
    alert: Alert | None
    reasons: list[str]

    @property
    def bad(self) -> int:
        """How many of the last frames fired."""
        return sum((mark.then or mark.now) == RuleStatus.FIRING for mark in self.marks)

    @property
    def has_changed(self) -> bool:
        """The frames of now give another verdict than those of then: something came late."""
        return self.then is not None and self.now is not None and self.then != self.now


def explain(rule: Rule, *, series: Series, at: datetime) -> Explanation:
    """What the rule, as it was at ``at``, says of the frames as they are stored now, beside what it said then."""
    at = rule.metric.align(at)
    version = _version_at(rule, at)
    judged_by = rule if version is None else draft_rule(rule, check=False, **fields_of(version.definition))
    trace = _trace(judged_by, series, at)
    row = trace.times.index(at) if at in trace.times else None
    marks = _marks(rule, judged_by, series, at)
    mine = next((mark for mark in marks if mark.at == at), None)
    looked = _looked(judged_by, series, at)
    now = None if row is None else WORDS[int(trace.codes[row, 0])]
    value = _stored(rule.metric, series, [at]).get(at)
    expected = None if row is None else _known(trace.expected[row, 0])
    return Explanation(
        rule=judged_by,
        series=series,
        at=at,
        version=version,
        value=value,
        measured=None if row is None else _known(trace.values[row, 0]),
        expected=expected,
        low=None if row is None else _known(trace.low[row, 0]),
        high=None if row is None else _known(trace.high[row, 0]),
        then=mine.then if mine else None,
        now=now,
        looked=looked,
        marks=[Mark(mark.at, mark.value, mark.then, _said(trace.times, trace.codes, mark.at)) for mark in marks],
        alert=_alert(rule, series, at),
        reasons=_reasons(now, row is not None, value, expected, looked),
    )


def _version_at(rule: Rule, at: datetime) -> RuleVersion | None:
    """The one in force when the frame was due; the first one for frames before it."""
    due_at = at + rule.metric.interval + rule.metric.lateness
    found = rule.versions.select_related("actor").filter(created_at__lte=due_at).order_by("-number").first()
    return found or rule.versions.select_related("actor").order_by("number").first()


def _trace(rule: Rule, series: Series, at: datetime) -> Trace:
    metric = rule.metric
    span = rule.fire_of * metric.interval * (DAY / metric.day)
    return back_test(rule, actor=None, span=span, until=at, only=series).outcome.trace


def _marks(rule: Rule, judged_by: Rule, series: Series, at: datetime) -> list[Mark]:
    times = [at - back * rule.metric.interval for back in range(judged_by.fire_of)]
    values = _stored(rule.metric, series, times)
    said = {verdict.at: verdict.by_position for verdict in rule.verdicts.filter(at__in=times)}
    marks = []
    for time in times:
        codes = said.get(time)
        then = None if codes is None else WORDS[int(codes[series.position])] if series.position < len(codes) else None
        marks.append(Mark(time, values.get(time), then, None))
    return marks


def _looked(rule: Rule, series: Series, at: datetime) -> list[Looked]:
    judge = Judge(
        rule.metric, kind=rule.kind, parameters=rule.parameters, selector=rule.selector, other=rule.other_metric
    )
    wanted = judge.times_before(at)
    values = _stored(rule.metric, series, [time for times in wanted for time in times if time <= at])
    return [Looked(times[len(times) // 2], [values.get(time) for time in times][:MOST_LOOKED]) for times in wanted]


def _stored(metric: Metric, series: Series, times: list[datetime]) -> dict[datetime, float | None]:
    """Time -> value, None for a gap; nothing for a minute without a frame."""
    rows = frames.read_at(metric, times)
    return {at: _known(row[series.position]) if series.position < len(row) else None for at, row in rows.items()}


def _alert(rule: Rule, series: Series, at: datetime) -> Alert | None:
    """The one that the minute belongs to."""
    alerts = rule.alerts.filter(series=series, started_at__lte=at).exclude(ended_at__lt=at)
    return alerts.select_related("incident").order_by("-started_at").first()


def _said(times: list[datetime], codes: Codes, at: datetime) -> RuleStatus | None:
    return WORDS[int(codes[times.index(at), 0])] if at in times else None


def _reasons(
    now: RuleStatus | None, is_stored: bool, value: float | None, expected: float | None, looked: list[Looked]
) -> list[str]:
    """Why nothing can be said; empty where something can."""
    if not is_stored:
        return [_("No frame of this minute is stored: it was never sent, or is no longer kept.")]
    if now != RuleStatus.UNKNOWN:
        return []
    reasons = []
    if value is None:
        reasons.append(_("The series has no value in this minute. A gap is not read as zero."))
    empty = [each for each in looked if not each.known]
    if empty:
        words = {"empty": len(empty), "all": len(looked)}
        reasons.append(_("Of %(all)d stretches of history %(empty)d hold nothing.") % words)
    if value is not None and not empty:
        reasons.append(
            _("Less is expected than the rule wants to judge by.")
            if expected is not None
            else _("The rule has not seen enough of this series yet.")
        )
    return reasons


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
