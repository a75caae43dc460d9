"""Alerts and their incident. All of this happens inside the transaction that judges a rule's frames."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from detection import titles
from detection.models import Alert, Rule
from detection.rules.words import plain
from incidents import services as incidents
from incidents.models import Incident
from incidents.models.status import OVER
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import TransitionRefused, lock, record_event

NAMED = 5
"""Of a storm of alerts, this many are named on the timeline."""


@dataclass
class Ledger:
    """A rule's alerts by position of the series while its frames are judged: still open, newly opened, ended."""

    rule: Rule
    open: dict[int, Alert]
    opened: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)

    def begin(self, position: int, alert: Alert) -> None:
        self.open[position] = alert
        self.opened.append(alert)

    def see(self, position: int, *, at: datetime, value: float, expected: float | None) -> None:
        """The alert's series fires still; its peak is what lies furthest from the expected."""
        alert = self.open[position]
        alert.last_seen_at = at
        if _distance(value, expected) > _distance(alert.peak, alert.expected):
            alert.peak, alert.expected = value, expected

    def end(self, position: int, *, at: datetime) -> None:
        alert = self.open.pop(position)
        alert.ended_at = max(at, alert.opened_at)
        self.ended.append(alert)


def settle(ledger: Ledger) -> None:
    """Write the alerts down; open, join or recover their incident. One incident, however many alerts there were."""
    held = [alert for alert in [*ledger.open.values(), *ledger.ended] if alert.pk]
    Alert.objects.bulk_update(held, ["last_seen_at", "ended_at", "peak", "expected"], batch_size=1000)
    if ledger.opened:
        incident = _open_or_join(ledger.rule, ledger.opened)
        for alert in ledger.opened:
            alert.incident = incident
        Alert.objects.bulk_create(ledger.opened, batch_size=1000)
    for pk in sorted({alert.incident_id for alert in ledger.ended if alert.incident_id}):
        _recover_if_quiet(ledger.rule, Incident.objects.get(pk=pk))


def _open_or_join(rule: Rule, opened: list[Alert]) -> Incident:
    """The rule's open incident, told of the new alerts, or a new one."""
    occurred_at = min(clock.now(), *(alert.started_at for alert in opened))
    for _attempt in range(3):
        incident, is_new = incidents.open_or_find(
            title=title_of(rule, opened),
            service=rule.service,
            level=rule.level,
            dedup_key=rule.dedup_key,
            occurred_at=occurred_at,
            description=rule.sentence,
            note=_news(rule, opened),
        )
        if is_new or _join(incident, rule, opened):
            return incident
    raise RuntimeError("the incident ended three times while its alert was joining it")


def _join(incident: Incident, rule: Rule, opened: list[Alert]) -> bool:
    """Tell an open incident of more alerts; False where it is over by now: an alert never joins an ended incident."""
    lock(incident)
    if incident.status in OVER:
        return False
    note = _news(rule, opened)
    if incident.recovered_at is not None:
        _try_to(incidents.reopen_incident, incident, reason=note, is_down=True)
    if rule.level.number < incident.level_id:
        _try_to(incidents.change_level, incident, level=rule.level, reason=note)
    data = {"rule": rule.pk, "alerts": len(opened)}
    record_event(incident, "alert", actor=None, via=Via.DETECTOR, note=note, data=data)
    return True


def _recover_if_quiet(rule: Rule, incident: Incident) -> None:
    """Recover it when no alert of any rule is left. Locked first, so that the last two alerts see each other."""
    lock(incident)
    if incident.status in OVER or incident.recovered_at is not None or incident.alerts.open().exists():
        return
    note = _("“%(rule)s” has seen %(count)d good minutes in a row.") % {"rule": rule.name, "count": rule.clear_after}
    _try_to(incidents.recover_incident, incident, note=note)


def _try_to(verb, incident: Incident, **arguments) -> None:  # type: ignore[no-untyped-def]
    """A refusal is a normal outcome: people may have taken the incident elsewhere."""
    try:
        verb(incident, actor=None, via=Via.DETECTOR, **arguments)
    except TransitionRefused as refusal:
        data = {"verb": verb.__name__, "reason": refusal.reason}
        record_event(incident, "alert", actor=None, via=Via.DETECTOR, note=refusal.reason, data=data)


def title_of(rule: Rule, alerts: list[Alert]) -> str:
    """The rule's title for its first alert, and how many there are more."""
    alert = alerts[0]
    places = {
        "series": titles.name_of(alert.series.labels),
        "value": plain(alert.peak),
        "expected": "?" if alert.expected is None else plain(alert.expected),
        "rule": rule.name,
    }
    title = titles.fill(rule.title, places)[:250]
    more = len(alerts) - 1
    return title + (ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more} if more else "")


def _news(rule: Rule, alerts: list[Alert]) -> str:
    named = [f"{titles.name_of(alert.series.labels)} {plain(alert.peak)}" for alert in alerts[:NAMED]]
    rest = len(alerts) - len(named)
    words = "; ".join([*named, f"+{rest}"] if rest else named)
    return _("“%(rule)s” fires: %(series)s") % {"rule": rule.name, "series": words}


def _distance(value: float, expected: float | None) -> float:
    return abs(value - (expected or 0))
