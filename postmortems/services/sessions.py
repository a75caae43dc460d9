"""Beside the phases: who met, who leads, what is remarked, and what detection would have seen."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse
from postmortems import facts, permissions
from postmortems.models import Postmortem, ReviewSession, Status
from postmortems.models.status import OPEN_PHASES

COMMENTED = (Status.ACTIONS, Status.PUBLISHED)
"""The timeline and the list of issues are no place for a discussion (domain.md, section 7)."""


@transaction.atomic
def record_session(
    postmortem: Postmortem, *, actor: Person | None, via: str, held_at: datetime, attendees: Sequence[Person]
) -> ReviewSession:
    """Write down who was there when it was worked on; the phase is the one that is open now."""
    _begin(postmortem, "record_session", actor, OPEN_PHASES, permissions.contributes)
    errors = {}
    if held_at > clock.now():
        errors["held_at"] = _("That lies in the future.")
    if not attendees or not all(person.is_colleague for person in attendees):
        errors["attendees"] = _("Choose the colleagues who were there.")
    if errors:
        raise InputRefused(**errors)
    session = ReviewSession.objects.create(
        postmortem=postmortem, held_at=held_at, phase=postmortem.status, recorded_by=actor, recorded_at=clock.now()
    )
    session.attendees.set(attendees)
    data = {"session": session.pk, "people": len(attendees), "held_at": held_at.isoformat()}
    record_event(postmortem, "record_session", actor=actor, via=via, data=data)
    return session


@transaction.atomic
def name_facilitator(
    postmortem: Postmortem, *, actor: Person | None, via: str, facilitator: Person | None
) -> Postmortem:
    """Hand over the lead."""
    _begin(postmortem, "name_facilitator", actor, OPEN_PHASES, permissions.leads)
    if facilitator is None or not facilitator.is_colleague:
        raise InputRefused(facilitator=_("Choose a colleague."))
    postmortem.facilitator = facilitator
    postmortem.version += 1
    postmortem.save(update_fields=["facilitator", "version"])
    record_event(postmortem, "name_facilitator", actor=actor, via=via, data={"name": facilitator.name})
    return postmortem


@transaction.atomic
def comment_postmortem(postmortem: Postmortem, *, actor: Person | None, via: str, text: str) -> Event:
    """Remark something on the actions or on the published whole; an event, so nobody changes it afterwards."""
    _begin(postmortem, "comment", actor, COMMENTED, permissions.contributes)
    require(text=text)
    return record_event(postmortem, "comment", actor=actor, via=via, note=text.strip())


@transaction.atomic
def replay_detection(postmortem: Postmortem, *, actor: Person | None, via: str) -> Postmortem:
    """Keep when today's rules would have fired, for each of its incidents. May take some seconds."""
    _begin(postmortem, "replay_detection", actor, OPEN_PHASES, permissions.contributes)
    found = [
        {"incident": incident.pk, **asdict(replay), "fired_at": replay.fired_at and replay.fired_at.isoformat()}
        for incident in postmortem.incidents.select_related("service").order_by("pk")
        for replay in facts.replays_of(incident, actor)
    ]
    postmortem.replays, postmortem.replayed_at = found, clock.now()
    postmortem.save(update_fields=["replays", "replayed_at"])
    data = {"rules": len(found), "fired": sum(replay["fired_at"] is not None for replay in found)}
    record_event(postmortem, "replay_detection", actor=actor, via=via, data=data)
    return postmortem


def _begin(
    postmortem: Postmortem, verb: str, actor: Person | None, phases: Sequence[str], may: permissions.May
) -> None:
    if actor is not None and not may(postmortem, actor):
        raise NotPermitted(verb)
    lock(postmortem)
    if postmortem.status not in phases:
        names = ", ".join(str(Status(phase).label) for phase in phases)
        words = {"needed": names, "present": postmortem.get_status_display()}
        raise refuse(postmortem, verb, _("That has its place in: %(needed)s; “%(present)s” is open.") % words)
