"""Alerts of rules and their incident. All of this happens inside the transaction that judges a rule's frames."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from detection import titles
from detection.models import Alert, Origin, Rule
from detection.rules.words import plain
from detection.services.correlating import Tell, Words, place
from detection.services.describing import NOTHING, Description, describe
from detection.services.planning import Planner
from detection.services.recovering import recover_where_quiet
from incidents.models import Incident

logger = logging.getLogger(__name__)
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
        if alert.peak is None or _distance(value, expected) > _distance(alert.peak, alert.expected):
            alert.peak, alert.expected = value, expected

    def end(self, position: int, *, at: datetime) -> None:
        alert = self.open.pop(position)
        alert.ended_at = max(at, alert.opened_at)
        self.ended.append(alert)


def settle(ledger: Ledger, *, is_caught_up: bool = True) -> None:
    """Write the alerts down; open, join or recover their incidents. One incident, however many alerts there were.

    Alerts of late frames wait until the rule ``is_caught_up``: those that are open then get their incident, and those
    that have ended meanwhile never do. Those of a rule in shadow are written down and nothing else: no incident.
    """
    rule = ledger.rule
    held = [alert for alert in [*ledger.open.values(), *ledger.ended] if alert.pk]
    Alert.objects.bulk_update(held, ["last_seen_at", "ended_at", "peak", "expected"], batch_size=1000)
    for alert in ledger.opened:
        _complete(alert, rule)
        alert.is_shadow = rule.is_shadow
    calling = [alert for alert in ledger.opened if not alert.is_late]
    if is_caught_up:
        calling += [alert for alert in ledger.open.values() if alert.is_late and _waits(alert)]
    if calling and not rule.is_shadow:
        open_alerts(sorted(calling, key=lambda alert: alert.opened_at), lambda alerts: words_of_rule(rule, alerts))
    Alert.objects.bulk_create([alert for alert in ledger.opened if alert.pk is None], batch_size=1000)
    note = _("“%(rule)s” has seen %(count)d good minutes in a row.") % {"rule": rule.name, "count": rule.clear_after}
    recover_where_quiet(ledger.ended, note)


def _waits(alert: Alert) -> bool:
    """It has neither called anybody nor been kept from it by maintenance."""
    return alert.incident_id is None and alert.group_id is None and alert.suppressed_by_id is None


def open_alerts(alerts: list[Alert], tell: Tell, planner: Planner | None = None) -> None:
    """Save alerts with their group and incident; those under maintenance are kept and nobody is told."""
    planner = planner or Planner()
    loud = []
    for alert in alerts:
        alert.suppressed_by = planner.window_for(alert)
        if alert.suppressed_by is None:
            loud.append(alert)
    place([(alert, planner.plan(alert)) for alert in loud], tell)
    known = [alert for alert in alerts if alert.pk]
    Alert.objects.bulk_update(known, ["suppressed_by", "group", "incident"], batch_size=1000)
    Alert.objects.bulk_create([alert for alert in alerts if alert.pk is None], batch_size=1000)


def _complete(alert: Alert, rule: Rule) -> None:
    """What alerts of every origin have."""
    alert.origin, alert.service, alert.level = Origin.RULE, rule.service, rule.level
    alert.dedup_key = f"rule:{rule.pk}:{alert.series_id}"
    alert.labels = {**alert.series.labels, "metric": rule.metric.slug} if alert.series else {}
    alert.title = title_of(rule, [alert])


def words_of_rule(rule: Rule, alerts: list[Alert]) -> Words:
    """What an incident says of alerts of one rule."""
    described = _describe(rule, alerts)
    return Words(
        title=f"{title_of(rule, alerts)} {described.addition}".strip(),
        note="\n".join(filter(None, [_news(rule, alerts), described.note])),
        description=rule.sentence,
        record=lambda incident, is_new: _record(described, incident, is_new),
        data={"rule": rule.pk},
    )


def _describe(rule: Rule, alerts: list[Alert]) -> Description:
    """A description that fails leaves the incident without one, never the product without the incident."""
    try:
        with transaction.atomic():
            return describe(rule, alerts)
    except Exception:
        logger.exception("the alerts of rule %s could not be described", rule.pk)
        return NOTHING


def _record(described: Description, incident: Incident, is_new: bool) -> None:
    if described.record is None:
        return
    try:
        with transaction.atomic():
            described.record(incident, is_new)
    except Exception:
        logger.exception("the impact of %s could not be recorded", incident.reference)


def title_of(rule: Rule, alerts: list[Alert]) -> str:
    """The rule's title for its first alert, and how many there are more."""
    alert = alerts[0]
    places = {
        "series": _series_name(alert),
        "value": _value(alert),
        "expected": "?" if alert.expected is None else plain(alert.expected),
        "rule": rule.name,
    }
    title = titles.fill(rule.title, places)[:250]
    more = len(alerts) - 1
    return title + (ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more} if more else "")


def _news(rule: Rule, alerts: list[Alert]) -> str:
    named = [f"{_series_name(alert)} {_value(alert)}" for alert in alerts[:NAMED]]
    rest = len(alerts) - len(named)
    words = "; ".join([*named, f"+{rest}"] if rest else named)
    return _("“%(rule)s” fires: %(series)s") % {"rule": rule.name, "series": words}


def _series_name(alert: Alert) -> str:
    return titles.name_of(alert.series.labels) if alert.series else ""


def _value(alert: Alert) -> str:
    return "?" if alert.peak is None else plain(alert.peak)


def _distance(value: float, expected: float | None) -> float:
    return abs(value - (expected or 0))
