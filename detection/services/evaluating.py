"""Judges stored frames: every rule, every frame, once, whatever number of workers look."""

import logging
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from django.db import DatabaseError, connection, transaction

from detection import frames, packing
from detection.evaluation import Record, advance, first_mark
from detection.models import Alert, QuietWhen, Rule, RuleState, RuleStatus, Series, Verdict
from detection.moments import Judge, Judged
from detection.rules.verdict import FIRING, UNKNOWN, Codes, Values
from detection.selection import Places
from detection.services.alerts import Ledger, settle
from incidents import sla
from lifecycle import clock

logger = logging.getLogger(__name__)
BATCH, ROUNDS = 60, 20
"""Frames judged in one transaction, and how often in one call: a backlog is worked off in pieces, all rules abreast."""
# The two writes of every cycle of every rule, as SQL: the ORM takes longer to word them than PostgreSQL to do them.
_WRITE = "INSERT INTO detection_verdict (rule_id, at, codes) VALUES (%s, %s, %s)"
_REMEMBER = (
    "UPDATE detection_rule SET status = %s, memory = %s, evaluated_to = %s, evaluated_at = statement_timestamp(), "
    "last_error = '' WHERE id = %s"
)
CATCHING_UP, CATCHING_UP_AT_LEAST = 10, timedelta(minutes=5)
"""A frame older than so many intervals is late. What opened and ended among late frames is kept, and calls nobody."""


def evaluate_due(*, limit: int = BATCH) -> int:
    """Judge the frames that active rules have not judged yet. Returns how many (rule, frame) were judged.

    A rule that another worker holds is left to it. A rule that fails says so in ``last_error``; the others go on.
    """
    judged = 0
    for _round in range(ROUNDS):
        # The worst level first: where rules share an incident, the worst of them gives it its name.
        due = list(Rule.objects.due().order_by("level", "evaluated_to").values_list("pk", flat=True))
        counts = [_evaluate(pk, limit) for pk in due]
        judged += sum(counts)
        if max(counts, default=0) < limit:  # nobody has more
            break
    return judged


def _evaluate(pk: int, limit: int) -> int:
    try:
        with transaction.atomic():
            waiting = Rule.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            rule = waiting.select_related("metric").filter(pk=pk, is_active=True).first()
            return Evaluation(rule).run(limit) if rule else 0
    except Exception as error:  # one broken rule must not keep the others from being judged
        message = f"{type(error).__name__}: {error}"[:1000]
        # A broken connection is everybody's: the next tick tries again.
        if isinstance(error, DatabaseError) and not transaction.get_connection().is_usable():
            raise
        if Rule.objects.filter(pk=pk).exclude(last_error=message).update(last_error=message):
            logger.exception("rule %s could not be evaluated", pk)
        return 0


class Evaluation:
    """One locked rule and the frames that wait for it."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.metric = rule, rule.metric
        self.judge = Judge(
            self.metric, kind=rule.kind, parameters=rule.parameters, selector=rule.selector, other=rule.other_metric
        )
        self.record = Record.read(bytes(rule.memory))
        self.quiet = QuietHours(rule)
        self.ledger = Ledger(rule, _open_alerts(rule))
        self.verdicts: list[Verdict] = []
        self.until = clock.now() - rule.lateness
        self.late_before = self.until - max(CATCHING_UP * self.metric.interval, CATCHING_UP_AT_LEAST)
        recall(rule, self.judge)

    def run(self, limit: int) -> int:
        """Judge up to ``limit`` frames in order, then settle what came of them."""
        rows = frames.read_rows(self.metric, self.rule.evaluated_to, self.until, limit=limit)
        self._end_deselected()
        for at, row in rows:
            self._judge(at, row)
        if rows:
            last = rows[-1][0]
            _write(self.verdicts)
            settle(self.ledger, is_caught_up=len(rows) < limit or self._is_newest(last))
            retain(self.rule, self.judge)
            self._remember(last)
        return len(rows)

    def _is_newest(self, at: datetime) -> bool:
        """Whether nothing waits after it, or only what came of late."""
        waiting = self.metric.frames.filter(at__gt=at, at__lte=self.until)
        return at >= self.late_before or not waiting.values("at").exists()

    def _judge(self, at: datetime, row: Values) -> None:
        open_places = np.array(sorted(self.ledger.open), dtype=np.intp)
        is_open = np.zeros(self.judge.width, dtype=np.bool_)
        is_open[open_places] = True
        judged = self.judge.judge(at, row, is_open)
        fires = np.flatnonzero(judged.codes == FIRING)
        # Whatever neither fires nor has anything to remember stays as it is, and that is nearly all of them.
        touched = np.union1d(np.union1d(fires, open_places), self.record.places)
        memory, may_open = self.record.at(touched), not self.quiet.holds_at(at)
        step = advance(memory, judged.codes[touched], is_open[touched], self.rule.patience, may_open=may_open)
        self.record = Record.of(touched, step.memory)
        self.verdicts.append(Verdict(rule=self.rule, at=at, codes=packing.pack(judged.codes)))
        self._note(at, judged, touched[step.opens], touched[step.ends])

    def _note(self, at: datetime, judged: Judged, opens: Places, ends: Places) -> None:
        for place in self.ledger.open:
            if judged.codes[place] == FIRING:
                value, expected = float(judged.measured[place]), _known(judged.expected[place])
                self.ledger.see(place, at=at, value=value, expected=expected)
        places = opens.tolist()
        for series in self.metric.series.filter(position__in=places).order_by("position") if places else ():
            self.ledger.begin(series.position, self._alert(series, at, judged))
        for place in ends.tolist():
            self.ledger.end(place, at=at)

    def _alert(self, series: Series, at: datetime, judged: Judged) -> Alert:
        place = series.position
        began = first_mark(self.record.marks_of(place))
        times = [*self.earlier_times, *(verdict.at for verdict in self.verdicts)]
        value = float(judged.measured[place])
        return Alert(
            rule=self.rule,
            series=series,
            started_at=times[-1 - began] if began < len(times) else at,
            opened_at=at,
            last_seen_at=at,
            peak=0.0 if np.isnan(value) else value,
            expected=_known(judged.expected[place]),
            is_late=at < self.late_before,
        )

    @cached_property
    def earlier_times(self) -> list[datetime]:
        """When the frames were, before those judged now, that the memory's marks stand for; oldest first."""
        times = self.rule.verdicts.order_by("-at").values_list("at", flat=True)[: self.rule.fire_of]
        return list(reversed(times))

    def _end_deselected(self) -> None:
        """Alerts of series that the rule has been edited away from."""
        chosen = self.judge.selection.places
        kept = self.ledger.open if chosen is None else set(chosen.tolist()) if self.ledger.open else ()
        for place in [place for place in self.ledger.open if place not in kept]:
            self.ledger.end(place, at=clock.now())

    def _remember(self, at: datetime) -> None:
        status = _status(self.verdicts[-1].by_position, bool(self.ledger.open))
        memory = self.record.pack()
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, [status, memory, at, self.rule.pk])


class QuietHours:
    """When the rule opens no alerts; never, for a rule without a quiet calendar."""

    def __init__(self, rule: Rule) -> None:
        self.calendar, self.when = rule.quiet_calendar, rule.quiet_when
        self.by_year: dict[int, sla.Calendar] = {}

    def holds_at(self, at: datetime) -> bool:
        if self.calendar is None:
            return False
        if at.year not in self.by_year:
            self.by_year[at.year] = self.calendar.as_value(year=at.year)
        second = timedelta(seconds=1)
        is_open = bool(sla.elapsed(calendar=self.by_year[at.year], origin=at, pauses=[], until=at + second))
        return is_open == (self.when == QuietWhen.OPEN)


def recall(rule: Rule, judge: Judge) -> None:
    """Give the judge what the rule has learned, if it was learned for the same kind, parameters and layout."""
    if judge.dtype is None:
        return
    held = RuleState.objects.filter(rule=rule, made_for=judge.made_for).first()
    if held is not None:
        judge.state = packing.unpack(held.rows, judge.dtype, judge.width)


def retain(rule: Rule, judge: Judge) -> None:
    """Keep what the rule has learned, in the transaction that judges."""
    if judge.state is not None:
        learned = {"made_for": judge.made_for, "rows": packing.pack(judge.state)}
        RuleState.objects.update_or_create(rule=rule, defaults=learned)


def _write(verdicts: list[Verdict]) -> None:
    with connection.cursor() as cursor:
        for verdict in verdicts:
            cursor.execute(_WRITE, [verdict.rule_id, verdict.at, bytes(verdict.codes)])


def _open_alerts(rule: Rule) -> dict[int, Alert]:
    """By position of the series. A rule that was ok or unknown after its last frame has none."""
    if rule.status in {RuleStatus.OK, RuleStatus.UNKNOWN}:
        return {}
    alerts = rule.alerts.open().select_related("series")
    return {alert.series.position: alert for alert in alerts if alert.series}


def _status(codes: Codes, is_firing: bool) -> RuleStatus:
    if is_firing:
        return RuleStatus.FIRING
    return RuleStatus.OK if bool(np.any(codes != UNKNOWN)) else RuleStatus.UNKNOWN


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
