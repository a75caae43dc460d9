"""Snoozing: an incident leaves its handlers' lists until a moment that everybody sees. Its clocks run on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from incidents.models.status import OVER, Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse


@transaction.atomic
def snooze_incident(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    until: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Incident:
    """Put it aside until a moment to come. Somebody must have acknowledged it: snoozing never silences a page."""
    if not permissions.handles(incident, actor):
        raise NotPermitted("snooze")
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    lock(incident, expected_version=expected_version)
    if until <= clock.now():
        raise InputRefused(until=_("Choose a moment that is still to come."))
    if incident.status in OVER:
        raise refuse(incident, "snooze", _("The incident is over."))
    if incident.status == Status.REPORTED:
        raise refuse(incident, "snooze", _("Somebody must acknowledge it first."))
    _set(incident, until, reason)
    record_event(incident, "snooze", actor=actor, via=via, note=reason, data={"until": until.isoformat()})
    return incident


@transaction.atomic
def wake_incident(
    incident: Incident, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Incident:
    """End the snooze: by a person, or by the cycle when its time has come."""
    if actor is not None and not permissions.handles(incident, actor):
        raise NotPermitted("wake")
    lock(incident, expected_version=expected_version)
    if incident.snoozed_until is None:
        raise refuse(incident, "wake", _("It is not snoozed."))
    data = {"handler": incident.handler_id, "reason": incident.snooze_reason}
    _set(incident, None, "")
    record_event(incident, "wake", actor=actor, via=via, data=data)
    return incident


def wake_incidents(*, limit: int = 100) -> int:
    """Wake every incident whose snooze is over; part of the cycle. Returns how many."""
    due = Incident.objects.filter(snoozed_until__lte=clock.now()).order_by("snoozed_until").values_list("pk")
    woken, failures = act_on_due(_wake, due, limit=limit)
    complain(failures)
    return sum(woken)


@transaction.atomic
def _wake(pk: int) -> int:
    incident = claim_incident(pk)
    if incident is None or incident.snoozed_until is None or incident.snoozed_until > clock.now():
        return 0
    wake_incident(incident, actor=None, via=Via.SYSTEM)
    return 1


def _set(incident: Incident, until: datetime | None, reason: str) -> None:
    incident.snoozed_until, incident.snooze_reason = until, reason
    incident.version += 1
    incident.save(update_fields=["snoozed_until", "snooze_reason", "version"])
