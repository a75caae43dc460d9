"""Which incident an alert belongs to: the one truth for alerts of rules, integrations and heartbeats.

All of this happens inside the caller's transaction. Whoever opens or joins a group holds the lock of its key, taken in
the order of the keys, so that two workers never open two incidents for what is one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Service
from detection.models import Alert, AlertGroup
from detection.services.planning import Plan
from incidents import services as incidents
from incidents.models import Incident, Level
from incidents.models.status import OVER
from incidents.services import surviving
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import TransitionRefused, lock, record_event

BELIEVED = timedelta(days=1)
"""A start longer ago than this at the source is not taken for the incident's: it is kept with the alert."""


@dataclass(frozen=True)
class Words:
    """What an incident and its timeline say of some alerts. ``record`` gets the incident when it is open or joined."""

    title: str
    note: str
    description: str = ""
    record: Callable[[Incident, bool], None] | None = None
    data: dict[str, object] = field(default_factory=dict)


Tell = Callable[[list[Alert]], Words]


def place(planned: Iterable[tuple[Alert, Plan]], tell: Tell) -> None:
    """Give new alerts their group and, once there are enough, their incident; nothing of the alerts is saved here."""
    by_key: dict[str, tuple[Plan, list[Alert]]] = {}
    for alert, plan in planned:
        by_key.setdefault(plan.key, (plan, []))[1].append(alert)
    lock_keys(by_key)
    for key in sorted(by_key):
        _place_together(*by_key[key], tell)


def lock_keys(keys: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for key in sorted(set(keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"alerts {key}"])


def _place_together(plan: Plan, alerts: list[Alert], tell: Tell) -> None:
    now = clock.now()
    for _attempt in range(3):
        group = _open_group(plan, now)
        waiting = [] if group.incident_id else _waiting(group, now)
        if not group.incident_id and len(waiting) + len(alerts) < plan.threshold:
            _enter(group, alerts, None, now)
            return
        incident = _into_incident(group, plan, [*waiting, *alerts], tell)
        if incident is not None:
            _enter(group, alerts, incident, now)
            Alert.objects.filter(pk__in=[alert.pk for alert in waiting]).update(incident=incident)
            return
        _lock_up(group, now)  # it ended while the alerts were joining it
    raise RuntimeError("the incident ended three times while its alerts were joining it")


def _enter(group: AlertGroup, alerts: list[Alert], incident: Incident | None, now: datetime) -> None:
    for alert in alerts:
        alert.group, alert.incident = group, incident
    group.last_at, group.incident = now, incident
    group.incident_at = group.incident_at or (now if incident else None)
    group.save(update_fields=["last_at", "incident", "incident_at"])


def _open_group(plan: Plan, now: datetime) -> AlertGroup:
    """The group of the key that still takes alerts in, or a new one that knows the one before."""
    group = AlertGroup.objects.select_related("incident").filter(key=plan.key, locked_at=None).first()
    if group is not None and not _is_done(group, now):
        return group
    if group is not None:
        _lock_up(group, now)
    return AlertGroup.objects.create(
        key=plan.key,
        correlation=plan.rule,
        previous=group or AlertGroup.objects.filter(key=plan.key).first(),
        recover_on=plan.recover_on,
        window=plan.window,
        expires_at=now + plan.max_window if plan.max_window else None,
        flap_within=plan.flap_within,
        opened_at=now,
        last_at=now,
    )


def _is_done(group: AlertGroup, now: datetime) -> bool:
    """Its incident is over, it is too old, or it has been quiet for longer than its window."""
    incident = group.incident and surviving(group.incident)
    if incident is not None and incident.status in OVER:
        return True
    if group.expires_at is not None and now >= group.expires_at:
        return True
    is_quiet = group.window is not None and now - group.last_at > group.window
    return is_quiet and not group.alerts.open().exists()


def _lock_up(group: AlertGroup, now: datetime) -> None:
    group.locked_at = now
    group.save(update_fields=["locked_at"])


def _waiting(group: AlertGroup, now: datetime) -> list[Alert]:
    """Alerts of a group without an incident that still count."""
    since = now - group.window if group.window else group.opened_at
    return list(group.alerts.filter(Q(ended_at=None) | Q(opened_at__gte=since), incident=None).order_by("pk"))


def _into_incident(group: AlertGroup, plan: Plan, alerts: list[Alert], tell: Tell) -> Incident | None:
    """The group's incident, told of the alerts, or a new one. None where it is over by now."""
    words, level = tell(alerts), plan.level or worst(alerts)
    if group.incident is not None:
        incident, is_new = surviving(group.incident), False
    else:
        incident, is_new = incidents.open_or_find(
            title=_titled(plan, words.title, alerts),
            service=_service_of(alerts),
            level=level,
            dedup_key=plan.key if group.window is None else f"{plan.key[:200]}#{group.pk}",
            occurred_at=_start_of(alerts),
            description=words.description,
            note="\n".join(filter(None, [words.note, _history(group)])),
        )
    if not is_new and not _join(incident, group, level, words, len(alerts)):
        return None
    if is_new:
        _tell_previous(group, incident)
    if words.record is not None:
        words.record(incident, is_new)
    return incident


def _join(incident: Incident, group: AlertGroup, level: Level, words: Words, count: int) -> bool:
    """Tell an open incident of more alerts; False where it is over by now: an alert never joins an ended incident."""
    lock(incident)
    if incident.status in OVER:
        return False
    if incident.recovered_at is not None:
        try_to(incidents.reopen_incident, incident, reason=words.note, is_down=True)
    if level.number < incident.level_id:
        try_to(incidents.change_level, incident, level=level, reason=words.note)
    if group.flapping_until is None:
        data = {**words.data, "alerts": count}
        record_event(incident, "alert", actor=None, via=Via.DETECTOR, note=words.note, data=data)
    return True


def _history(group: AlertGroup) -> str:
    before = group.previous and group.previous.incident
    return _("The incident of these alerts before: %(incident)s.") % {"incident": before.reference} if before else ""


def _tell_previous(group: AlertGroup, incident: Incident) -> None:
    before = group.previous and group.previous.incident
    if before and before.pk != incident.pk:
        note = _("Its alerts came again and opened %(incident)s.") % {"incident": incident.reference}
        record_event(before, "alert_again", actor=None, via=Via.DETECTOR, note=note, data={"incident": incident.pk})


def try_to(verb, incident: Incident, **arguments) -> None:  # type: ignore[no-untyped-def]
    """A refusal is a normal outcome: people may have taken the incident elsewhere."""
    try:
        verb(incident, actor=None, via=Via.DETECTOR, **arguments)
    except TransitionRefused as refusal:
        data = {"verb": verb.__name__, "reason": refusal.reason}
        record_event(incident, "alert", actor=None, via=Via.DETECTOR, note=refusal.reason, data=data)


def worst(alerts: Iterable[Alert]) -> Level:
    return min((alert.level for alert in alerts if alert.level), key=lambda level: level.number)


def _service_of(alerts: list[Alert]) -> Service:
    """Of the worst alert; the first of several."""
    services = [(alert.level.number if alert.level else 99, alert.service) for alert in alerts if alert.service]
    return min(services, key=lambda pair: pair[0])[1]


def _start_of(alerts: list[Alert]) -> datetime:
    now = clock.now()
    return min(now, *(max(alert.started_at, alert.opened_at - BELIEVED) for alert in alerts))


def _titled(plan: Plan, title: str, alerts: list[Alert]) -> str:
    if plan.title:
        title = plan.title
    elif plan.is_storm:
        count = len({alert.service_id for alert in alerts})
        storm = ngettext("Alert storm: %(count)d service", "Alert storm: %(count)d services", count) % {"count": count}
        title = f"{storm} · {title}"
    return title[:300]
