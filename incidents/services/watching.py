"""Watching: to be told what is written about an incident. It shows nobody anything that they may not see anyway."""

from django.db import transaction

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from lifecycle.transitions import NotPermitted, record_event


@transaction.atomic
def watch_incident(incident: Incident, *, actor: Person, via: str) -> Incident:
    """Be told of its notes and updates from now on. Twice is once."""
    if not permissions.watches(incident, actor):
        raise NotPermitted("watch")
    if not incident.watchers.filter(pk=actor.pk).exists():
        incident.watchers.add(actor)
        record_event(incident, "watch", actor=actor, via=via)
    return incident


@transaction.atomic
def unwatch_incident(incident: Incident, *, actor: Person, via: str) -> Incident:
    """Be told no longer."""
    if not permissions.watches(incident, actor):
        raise NotPermitted("unwatch")
    if incident.watchers.filter(pk=actor.pk).exists():
        incident.watchers.remove(actor)
        record_event(incident, "unwatch", actor=actor, via=via)
    return incident
