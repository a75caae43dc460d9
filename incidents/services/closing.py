"""What closes by itself: a resolved incident whose reporter was asked and has said nothing for some days."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents.models import HandlingPolicy, Incident, Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from incidents.services.performing import perform_on
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import TransitionRefused, record_event

TRY_AGAIN = timedelta(days=1)


def ask_for_confirmation(incident: Incident, *, at: datetime) -> None:
    """The reporter is asked now (notifications reads the event "resolve"); silence closes it after some days."""
    incident.confirmation_asked_at = at
    incident.closes_at = at + timedelta(days=HandlingPolicy.current().silent_days_until_close)
    incident.save(update_fields=["confirmation_asked_at", "closes_at"])


def close_silent(*, limit: int = 100) -> int:
    """Close every resolved incident whose time of silence is over; part of the cycle. Returns how many were looked at.

    What may not close yet (its cause needs a problem) reminds its owner, and is tried again a day later.
    """
    resolved = Incident.objects.filter(status=Status.RESOLVED, closes_at__lte=clock.now())
    due = resolved.order_by("closes_at").values_list("pk")
    closed, failures = act_on_due(_close, due, limit=limit)
    complain(failures)
    return sum(closed)


@transaction.atomic
def _close(pk: int) -> int:
    incident, now = claim_incident(pk), clock.now()
    is_due = incident is not None and incident.closes_at is not None and incident.closes_at <= now
    if incident is None or incident.status != Status.RESOLVED or not is_due:
        return 0
    try:
        data = {"is_silent": incident.confirmed_at is None}
        perform_on(incident, "close", None, Via.SYSTEM, None, data=data, at=now)
    except TransitionRefused as refusal:
        incident.closes_at = now + TRY_AGAIN
        incident.save(update_fields=["closes_at"])
        why = {"kind": "close_blocked", "reason": refusal.reason}
        record_event(incident, "remind", actor=None, via=Via.SYSTEM, data=why)
    return 1
