"""Judges stored frames: every rule, every frame, once, whatever number of workers look."""

import logging
from datetime import datetime

import numpy as np
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from numpy.typing import NDArray

from detection import frames
from detection.evaluation import Memory, advance, first_mark
from detection.models import Alert, Rule, RuleStatus, Series, Verdict
from detection.rules import KINDS, Judgement
from detection.rules.verdict import FIRING, OK, UNKNOWN, Codes, Values
from detection.services.alerts import Ledger, settle
from lifecycle import clock

logger = logging.getLogger(__name__)
BATCH, ROUNDS = 60, 20
"""Frames judged in one transaction, and how often in one call: a backlog is worked off in pieces, all rules abreast."""


def evaluate_due(*, limit: int = BATCH) -> int:
    """Judge the frames that active rules have not judged yet. Returns how many (rule, frame) were judged.

    A rule that another worker holds is left to it. A rule that fails says so in ``last_error``; the others go on.
    """
    judged = 0
    for _round in range(ROUNDS):
        # The worst level first: where rules share an incident, the worst of them gives it its name.
        due = list(Rule.objects.due().order_by("level", "evaluated_to").values_list("pk", flat=True))
        fresh = sum(_evaluate(pk, limit) for pk in due)
        judged += fresh
        if not fresh:
            break
    return judged


def _evaluate(pk: int, limit: int) -> int:
    try:
        with transaction.atomic():
            waiting = Rule.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            rule = waiting.select_related("metric", "service", "level").filter(pk=pk, is_active=True).first()
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
        self.kind = KINDS[rule.kind]
        self.parameters = self.kind.read(rule.parameters)
        self.width = (self.metric.series.aggregate(last=Max("position"))["last"] or 0) + 1
        chosen = self.metric.series.filter(labels__contains=rule.selector).values_list("position", flat=True)
        self.chosen: NDArray[np.intp] = np.array(chosen, dtype=np.intp)
        self.memory = Memory.of(bytes(rule.memory), self.width)
        alerts = rule.alerts.open().select_related("series")
        self.ledger = Ledger(rule, {alert.series.position: alert for alert in alerts})
        self.verdicts: list[Verdict] = []
        self.times: list[datetime] = self._remembered_times()

    def run(self, limit: int) -> int:
        """Judge up to ``limit`` frames in order, then settle what came of them."""
        until = clock.now() - self.metric.lateness
        window = frames.read_window(self.metric, self.rule.evaluated_to, until, width=self.width, limit=limit)
        self._end_deselected()
        for at, values in zip(window.times, window.values, strict=True):
            self._judge(at, values)
        if window.times:
            Verdict.objects.bulk_create(self.verdicts, batch_size=500)
            settle(self.ledger)
            self._remember(window.times[-1])
        return len(window.times)

    def _judge(self, at: datetime, values: Values) -> None:
        is_open = np.zeros(self.width, dtype=np.bool_)
        is_open[list(self.ledger.open)] = True
        chosen = self.chosen
        judged: Judgement = self.kind.evaluate(
            self.parameters, values[chosen], self._history(at)[..., chosen], is_open[chosen]
        )
        codes: Codes = np.full(self.width, UNKNOWN)
        expected = np.full(self.width, np.nan)
        codes[chosen], expected[chosen] = judged.codes, judged.expected
        step = advance(self.memory, codes, is_open, self.rule.patience)
        self.memory = step.memory
        self.times.append(at)
        self._note(at, values, expected, codes == FIRING, step.opens, step.ends)
        self.verdicts.append(Verdict(rule=self.rule, at=at, codes=codes.tobytes()))

    def _note(self, at, values, expected, fires, opens, ends) -> None:  # type: ignore[no-untyped-def]
        places = np.flatnonzero(opens).tolist()
        for series in self.metric.series.filter(position__in=places) if places else ():
            place = series.position
            self.ledger.begin(place, self._alert(series, at, values[place], expected[place]))
        for place in [place for place in self.ledger.open if fires[place] and not opens[place]]:
            self.ledger.see(place, at=at, value=float(values[place]), expected=_known(expected[place]))
        for place in np.flatnonzero(ends).tolist():
            self.ledger.end(place, at=at)

    def _alert(self, series: Series, at: datetime, value: float, expected: float) -> Alert:
        back = first_mark(self.memory.marks[series.position])
        started_at = self.times[-1 - back] if back < len(self.times) else at
        return Alert(
            rule=self.rule,
            series=series,
            started_at=started_at,
            opened_at=at,
            last_seen_at=at,
            peak=float(value),
            expected=_known(expected),
        )

    def _history(self, at: datetime) -> Values:
        """(stretches, frames, n_series); empty where the kind looks at the present frame only."""
        stretches = self.kind.stretches(self.parameters)
        if not stretches:
            return np.empty((0, 1, self.width))
        moments = [at - stretch.days * self.metric.day for stretch in stretches]
        return frames.read_around(self.metric, moments, stretches[0].around, width=self.width)

    def _remembered_times(self) -> list[datetime]:
        """When the last frames were that the memory's marks stand for, oldest first."""
        times = self.rule.verdicts.order_by("-at").values_list("at", flat=True)[: self.rule.fire_of]
        return list(reversed(times))

    def _end_deselected(self) -> None:
        """Alerts of series that the rule has been edited away from."""
        kept = set(self.chosen.tolist())
        for place in [place for place in self.ledger.open if place not in kept]:
            self.ledger.end(place, at=clock.now())

    def _remember(self, at: datetime) -> None:
        last = np.frombuffer(self.verdicts[-1].codes, dtype=np.int8)
        self.rule.status = _status(last[self.chosen], bool(self.ledger.open))
        self.rule.memory = self.memory.pack()
        self.rule.evaluated_to, self.rule.last_error = at, ""
        self.rule.evaluated_at = Now()
        self.rule.save(update_fields=["status", "memory", "evaluated_to", "evaluated_at", "last_error"])


def _status(codes: Codes, is_firing: bool) -> RuleStatus:
    if is_firing:
        return RuleStatus.FIRING
    return RuleStatus.OK if bool(np.any(codes == OK)) or bool(np.any(codes == FIRING)) else RuleStatus.UNKNOWN


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
