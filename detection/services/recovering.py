"""The end of alerts, and when it is the end of their incident. Inside the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from detection.models import Alert, AlertGroup, RecoverOn
from detection.rules.words import plain
from detection.services.correlating import try_to
from incidents import services as incidents
from incidents.models import Incident
from incidents.models.status import OVER
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event

FLAPS = 3
"""An alert that ends so often within its group's ``flap_within`` flaps; half of that time is calm enough."""


def recover_where_quiet(ended: Iterable[Alert], note: str) -> None:
    """Alerts have ended (saved as such): recover their incidents where the policy says so and nothing flaps."""
    by_incident: dict[int, list[Alert]] = {}
    for alert in ended:
        if alert.incident_id:
            by_incident.setdefault(alert.incident_id, []).append(alert)
    for pk in sorted(by_incident):
        _recover_if_quiet(Incident.objects.get(pk=pk), by_incident[pk], note)


def _recover_if_quiet(incident: Incident, ended: list[Alert], note: str) -> None:
    """Locked first, so that the last two alerts see each other."""
    lock(incident)
    groups = AlertGroup.objects.filter(pk__in={alert.group_id for alert in ended if alert.group_id})
    groups.filter(locked_at=None).update(last_at=clock.now())
    group = groups.first()
    policy = group.recover_on if group else RecoverOn.ALL
    if incident.status in OVER or incident.recovered_at is not None or not _is_quiet(incident, policy):
        return
    if group is None or not _is_flapping(group, incident, ended):
        try_to(incidents.recover_incident, incident, note=note)


def _is_quiet(incident: Incident, policy: str) -> bool:
    alerts = incident.alerts.order_by("opened_at", "pk")
    if policy == RecoverOn.NEVER:
        return False
    if policy == RecoverOn.FIRST:
        first = alerts.first()
        return first is None or first.ended_at is not None
    if policy == RecoverOn.LAST:
        latest = alerts.last()
        return latest is None or latest.ended_at is not None
    return not incident.alerts.open().exists()


def _is_flapping(group: AlertGroup, incident: Incident, ended: list[Alert]) -> bool:
    """One of them has come and gone too often; said on the timeline once, until it is calm."""
    last = max(alert.ended_at for alert in ended if alert.ended_at)
    restless = [alert for alert in ended if _ends_lately(alert, incident, group.flap_within) >= FLAPS]
    now, was_flapping = clock.now(), group.flapping_until is not None
    until = last + group.flap_within / 2
    if not (restless or was_flapping) or until <= now:
        return False
    group.flapping_until = until
    group.save(update_fields=["flapping_until"])
    if not was_flapping:
        _say_flapping(incident, restless[0], group.flap_within)
    return True


def _ends_lately(alert: Alert, incident: Incident, within: timedelta) -> int:
    if not alert.dedup_key or alert.ended_at is None:
        return 0
    alike = incident.alerts.filter(dedup_key=alert.dedup_key, ended_at__gt=alert.ended_at - within)
    return alike.count()


def _say_flapping(incident: Incident, alert: Alert, within: timedelta) -> None:
    minutes = within.total_seconds() / 60
    note = _(
        "“%(alert)s” came and went %(times)d times within %(minutes)s minutes: the incident stays open until it has "
        "been calm for %(calm)s minutes."
    ) % {"alert": alert, "times": FLAPS, "minutes": plain(minutes), "calm": plain(minutes / 2)}
    record_event(incident, "flap", actor=None, via=Via.DETECTOR, note=note, data={"alert": alert.pk})


def calm_flaps(*, limit: int = 50) -> int:
    """Recover incidents whose flapping alerts are calm by now. Returns how many groups were looked at."""
    now = clock.now()
    due = list(
        AlertGroup.objects.filter(flapping_until__lte=now)
        .order_by("flapping_until")[:limit]
        .values_list("pk", flat=True)
    )
    return sum(_calm(pk, now) for pk in due)


@transaction.atomic
def _calm(pk: int, now: datetime) -> int:
    """The incident is locked first, as everywhere; who lifts the mark then acts."""
    group = AlertGroup.objects.select_related("incident").get(pk=pk)
    if group.incident is None:
        return AlertGroup.objects.filter(pk=pk).update(flapping_until=None)
    incident = group.incident
    lock(incident)
    if not AlertGroup.objects.filter(pk=pk, flapping_until__lte=now).update(flapping_until=None):
        return 0
    if incident.status not in OVER and incident.recovered_at is None and _is_quiet(incident, group.recover_on):
        try_to(incidents.recover_incident, incident, note=_("Its alerts have been calm for long enough."))
    return 1
