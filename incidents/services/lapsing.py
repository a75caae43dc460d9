"""Acknowledged and forgotten: an acknowledgement without any sign of life is reminded of, then lapses."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents.models import Incident, Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from incidents.services.performing import perform_on
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import record_event

REMIND_AFTER = 0.75
"""The part of the time that an acknowledgement lasts after which its handler is reminded."""


def watch_acknowledgement(incident: Incident, *, since: datetime) -> None:
    """Look at it again when three quarters of the time have passed. Nothing where the level sets no time."""
    lasts = incident.level.acknowledgement_lasts
    _look_again(incident, since + lasts * REMIND_AFTER if lasts else None)


def check_acknowledgements(*, limit: int = 100) -> int:
    """Remind of, or let lapse, every acknowledgement that nobody follows up; part of the cycle. Returns how many."""
    acknowledged = Incident.objects.filter(status=Status.ACKNOWLEDGED, ack_expires_at__lte=clock.now())
    due = acknowledged.order_by("ack_expires_at").values_list("pk")
    checked, failures = act_on_due(_check, due, limit=limit)
    complain(failures)
    return sum(checked)


@transaction.atomic
def _check(pk: int) -> int:
    """What anybody has done since counts as a sign of life; so does a snooze as long as it lasts."""
    incident, now = claim_incident(pk), clock.now()
    is_due = incident is not None and incident.ack_expires_at is not None and incident.ack_expires_at <= now
    if incident is None or incident.status != Status.ACKNOWLEDGED or not is_due:
        return 0
    lasts, sign = incident.level.acknowledgement_lasts, _last_sign(incident)
    if lasts is None:
        _look_again(incident, None)
    elif now < sign + lasts * REMIND_AFTER:
        _look_again(incident, sign + lasts * REMIND_AFTER)
    elif now < sign + lasts:
        _remind(incident, lapses_at=sign + lasts)
    else:
        _lapse(incident)
    return 1


def _lapse(incident: Incident) -> None:
    data = {"handler": incident.handler.name if incident.handler else ""}
    perform_on(incident, "lapse", None, Via.SYSTEM, None, data=data)


def _remind(incident: Incident, *, lapses_at: datetime) -> None:
    _look_again(incident, lapses_at)
    data = {"kind": "acknowledgement", "lapses_at": lapses_at.isoformat()}
    record_event(incident, "remind", actor=None, via=Via.SYSTEM, data=data)


def _last_sign(incident: Incident) -> datetime:
    """The moment of the latest thing that a person did to it, or the end of a snooze that is still to come."""
    last = Event.objects.about(incident).filter(actor__isnull=False).order_by("-pk").values_list("recorded_at").first()
    signs = [last[0] if last else None, incident.snoozed_until, incident.acknowledged_at]
    return max((sign for sign in signs if sign is not None), default=clock.now() - timedelta(days=365))


def _look_again(incident: Incident, at: datetime | None) -> None:
    incident.ack_expires_at = at
    incident.save(update_fields=["ack_expires_at"])
