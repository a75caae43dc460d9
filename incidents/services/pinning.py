"""Pinned entries stand on top of their timeline. The event itself never changes."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, Pin
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event

MOST_PINS = 10


@transaction.atomic
def pin_entry(incident: Incident, *, actor: Person, via: str, event: int) -> Incident:
    """Pin the entry with that id. Twice is once; at most ten, or nothing stands out any more."""
    found = _entry(incident, actor, event, verb="pin")
    pins = list(incident.pins.all())
    if found.pk in [pin.event_id for pin in pins]:
        return incident
    if len(pins) >= MOST_PINS:
        raise InputRefused(event=_("At most %(number)d entries are pinned: unpin one first.") % {"number": MOST_PINS})
    Pin.objects.create(event=found, incident=incident, pinned_by=actor, pinned_at=clock.now())
    record_event(incident, "pin", actor=actor, via=via, data={"event": found.pk})
    return incident


@transaction.atomic
def unpin_entry(incident: Incident, *, actor: Person, via: str, event: int) -> Incident:
    """Take the pin away."""
    found = _entry(incident, actor, event, verb="unpin")
    deleted, _rows = Pin.objects.filter(incident=incident, event=found).delete()
    if deleted:
        record_event(incident, "unpin", actor=actor, via=via, data={"event": found.pk})
    return incident


def _entry(incident: Incident, actor: Person, pk: int, *, verb: str) -> Event:
    if not permissions.responds(incident, actor):
        raise NotPermitted(verb)
    lock(incident)
    event = Event.objects.about(incident).filter(pk=pk).first()
    if event is None:
        raise InputRefused(event=_("There is no such entry here."))
    return event
