"""What signals do to alerts: open, count, acknowledge, end. The source's time counts, not the order of arrival.

- An open alert that is reported again is counted.
- A signal older than what is known of its alert changes nothing; that is noted on the alert.
- A resolve without a firing is kept as an alert that is over, so that the firing it belongs to, should it come late,
  is known to be over too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from detection.intake import Meaning, Signal
from detection.models import Alert, Integration, Origin
from detection.services.alerts import open_alerts
from detection.services.correlating import Words
from detection.services.planning import Planner
from detection.services.recovering import recover_where_quiet
from detection.services.routing import Router
from incidents.models.status import OVER
from incidents.services import surviving
from lifecycle.text import one_line

AHEAD = timedelta(minutes=5)
"""A source whose clock is further ahead is taken to mean now."""
STILL = timedelta(minutes=5)
"""What is repeated so soon after the end of its incident is not yet taken for a new one."""
NAMED = 5
LONGEST_NOTE = 2_000
CHANGED = (
    *("title", "description", "severity", "severity_at_source", "labels", "links", "note", "last_seen_at"),
    *("source_at", "acknowledged_at", "ended_at", "occurrences"),
)


@dataclass(frozen=True)
class Incoming:
    """A signal, and who received it when."""

    integration: Integration
    signal: Signal
    received_at: datetime

    @property
    def key(self) -> str:
        return f"integration:{self.integration.pk}:{_short(self.signal.dedup_key)}"

    @property
    def at(self) -> datetime | None:
        """The moment at the source; None where it says none."""
        at = self.signal.at
        return self.received_at if at and at > self.received_at + AHEAD else at


def apply_signals(incoming: Sequence[Incoming]) -> None:
    """Apply them in order, in a few statements for all of them; inside the caller's transaction."""
    if not incoming:
        return
    book = Book([each.key for each in incoming])
    for each in incoming:
        book.apply(each)
    book.write()


class Book:
    """The alerts of some keys: as they were, and what has become of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        unique = sorted(set(keys))
        latest = Alert.objects.filter(dedup_key__in=unique).order_by("dedup_key", "-pk").distinct("dedup_key")
        related = ("integration", "service__business_line", "level", "incident", "group")
        self.latest = {alert.dedup_key: alert for alert in latest.select_related(*related)}
        self.planner = Planner()
        self.router = Router(self.planner)
        self.opened: list[Alert] = []
        self.touched: dict[int, Alert] = {}
        self.ended: list[Alert] = []

    def apply(self, each: Incoming) -> None:
        alert = self.latest.get(each.key)
        is_open = alert is not None and alert.ended_at is None
        if alert is not None and _is_stale(alert, each):
            self._ignore(alert, each)
        elif each.signal.meaning == Meaning.OPEN:
            self._see(alert, each) if alert and is_open and not _is_outlived(alert, each) else self._open_again(
                alert, each
            )
        elif each.signal.meaning == Meaning.RESOLVE:
            self._end(alert, each) if alert and is_open else self._note_the_end(alert, each)
        elif alert is not None:
            self._remark(alert, each)

    def write(self) -> None:
        """The end of an alert that opened in the same batch is written with it."""
        Alert.objects.bulk_update(self.touched.values(), CHANGED, batch_size=500)
        quiet = [alert for alert in self.opened if alert.ended_at and not alert.occurrences]
        loud = [alert for alert in self.opened if not (alert.ended_at and not alert.occurrences)]
        Alert.objects.bulk_create(quiet, batch_size=1000)
        if loud:
            open_alerts(loud, words_of, self.planner)
        recover_where_quiet(self.ended, _("All the alerts that count have ended at their source."))

    def _open_again(self, before: Alert | None, each: Incoming) -> None:
        """A new alert. One that goes on after people have ended its incident ends here, and begins anew."""
        if before is not None and before.ended_at is None:
            _note(before, _("It fired on after its incident had ended, and is another alert since."))
            before.ended_at = max(each.received_at, before.opened_at)
            self._touch(before)
        alert = draft(each)
        self.router.send(alert, each.integration)
        self._hold(alert)

    def _hold(self, alert: Alert) -> None:
        self.latest[alert.dedup_key] = alert
        self.opened.append(alert)

    def _see(self, alert: Alert, each: Incoming) -> None:
        _copy(alert, each)
        alert.occurrences += 1
        self._touch(alert)

    def _end(self, alert: Alert, each: Incoming) -> None:
        alert.ended_at = max(each.received_at, alert.opened_at)
        alert.last_seen_at = each.received_at
        alert.source_at = each.at or alert.source_at
        self.ended.append(alert)
        self._touch(alert)

    def _note_the_end(self, alert: Alert | None, each: Incoming) -> None:
        """A resolve of what is not open: kept, so that a late firing is known to be over."""
        if alert is None:
            alert = draft(each)
            self.router.send(alert, each.integration)
            alert.ended_at, alert.occurrences = each.received_at, 0
            alert.note = _("It was resolved at its source before it was seen to fire.")
            self._hold(alert)
            return
        if each.at and (alert.source_at is None or each.at > alert.source_at):
            alert.source_at = each.at
            self._touch(alert)

    def _remark(self, alert: Alert, each: Incoming) -> None:
        """Acknowledged there, or nothing known there at the moment."""
        if each.signal.meaning == Meaning.ACK and alert.ended_at is None:
            alert.acknowledged_at = alert.acknowledged_at or each.received_at
        elif each.signal.meaning == Meaning.UNKNOWN:
            _note(alert, _("%(moment)s: its source knows nothing (%(status)s).") % _facts(each))
        self._touch(alert)

    def _ignore(self, alert: Alert, each: Incoming) -> None:
        if each.signal.meaning == Meaning.RESOLVE:
            words = _("%(moment)s: an old resolve, of %(at)s at the source, came late and was ignored.")
            _note(alert, words % _facts(each))
        else:
            alert.occurrences += each.signal.meaning == Meaning.OPEN
        self._touch(alert)

    def _touch(self, alert: Alert) -> None:
        if alert.pk:
            self.touched[alert.pk] = alert


def draft(each: Incoming) -> Alert:
    """The alert that a signal opens, not saved, not routed."""
    signal = each.signal
    alert = Alert(
        origin=Origin.INTEGRATION,
        integration=each.integration,
        dedup_key=each.key,
        opened_at=each.received_at,
        started_at=signal.started_at or each.at or each.received_at,
        service=each.integration.service,
        level=each.integration.level,
    )
    _copy(alert, each)
    alert.started_at = min(alert.started_at, each.received_at)
    return alert


def _is_stale(alert: Alert, each: Incoming) -> bool:
    """Whether the source has said something newer of this alert already."""
    if each.at is None:
        return False
    if alert.ended_at is not None:
        return alert.source_at is not None and each.at < alert.source_at
    if each.signal.meaning == Meaning.RESOLVE:
        return each.at < alert.started_at
    return False


def _is_outlived(alert: Alert, each: Incoming) -> bool:
    """Whether people have ended its incident, a while ago, and it fires still."""
    incident = alert.incident and surviving(alert.incident)
    if incident is None or incident.status not in OVER:
        return False
    ended_at = incident.resolved_at or incident.updated_at or each.received_at
    return each.received_at > ended_at + STILL


def _copy(alert: Alert, each: Incoming) -> None:
    """What the newest signal says of it."""
    signal = each.signal
    if alert.source_at and each.at and each.at < alert.source_at:
        return
    alert.title = one_line(signal.title, longest=300)
    alert.description = signal.description[:20_000]
    alert.severity, alert.severity_at_source = signal.severity, signal.severity_at_source[:100]
    alert.labels, alert.links = dict(signal.labels), list(signal.links)
    alert.last_seen_at = each.received_at
    alert.source_at = each.at or alert.source_at


def _note(alert: Alert, line: str) -> None:
    if line not in alert.note:
        alert.note = f"{alert.note}\n{line}".strip()[-LONGEST_NOTE:]


def _facts(each: Incoming) -> dict[str, str]:
    at = each.at.isoformat(" ", "seconds") if each.at else "?"
    moment = each.received_at.isoformat(" ", "seconds")
    return {"moment": moment, "at": at, "status": one_line(each.signal.status, longest=60)}


def _short(key: str) -> str:
    return key if len(key) <= 200 else sha256(key.encode()).hexdigest()


def words_of(alerts: list[Alert]) -> Words:
    """What their incident says of alerts from elsewhere: the worst first."""
    ranked = sorted(alerts, key=lambda alert: alert.level.number if alert.level else 99)
    first, more = ranked[0], len(ranked) - 1
    title = first.title[:250]
    if more:
        title += ngettext(" and %(count)d more", " and %(count)d more", more) % {"count": more}
    named = [alert.title for alert in ranked[:NAMED]]
    words = "; ".join([*named, f"+{len(ranked) - NAMED}"] if len(ranked) > NAMED else named)
    note = _("%(source)s reports: %(alerts)s") % {"source": first.seen_by, "alerts": words}
    data: dict[str, object] = {"integration": first.integration_id, "heartbeat": first.heartbeat_id}
    return Words(title, note, description="\n".join([first.description, *first.links]).strip(), data=data)
