"""What people write on a timeline, and what the reporter answers.

Every note is an Event whose ``data`` says:
- ``visibility``: "internal" (colleagues) or "public" (the reporter too);
- ``kind``: "note", "decision" or "evidence" (verb "note" only);
- ``mentions``: ids of the people to be told because the text names them by @username; they watch from now on;
- ``watchers_to_tell``: ids of the other watchers who may read it (never the author);
- ``source``: the id of the merged incident it was written for, where it was;
- ``name``: who wrote it, where they have no account (verb "reply");
- ``files``: names of the attachments; ``is_sanitised``: letters that cannot be kept were replaced.

Verbs: "note"; "update" (a progress update for those affected: the update clock's period ends, the next begins);
"reply" (the reporter wrote). Notifications mail the people of ``mentions`` and ``watchers_to_tell``.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, Status, WaitingFor
from incidents.models.note import NoteKind, Visibility
from incidents.services import clocks
from incidents.services.attaching import LooseFile, names_of, store_attachments
from incidents.services.family import lock_in_order
from incidents.services.following import follow, may_write
from incidents.services.handling import resume_incident
from incidents.services.mentioning import find_mentioned, watchers_to_tell
from incidents.services.searching import index_note
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse


@transaction.atomic
def add_note(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    text: str,
    occurred_at: datetime | None = None,
    kind: str = NoteKind.NOTE,
    visibility: str = "",
    files: Iterable[LooseFile] = (),
) -> Event:
    """Add to the timeline; ``occurred_at`` may lie in the past, the time of entry is kept beside it.

    A kind "update" is ``post_update``. What a mere reporter writes is public, and an answer. On a merged incident it
    goes to the one that goes on.
    """
    if not may_write(incident, actor):
        raise NotPermitted("note")
    _refuse_unusable(text, occurred_at)
    if not actor.is_colleague:
        return reply_to_incident(incident, actor=actor, via=via, text=text, files=files, occurred_at=occurred_at)
    if kind == NoteKind.UPDATE:
        return post_update(
            incident, actor=actor, via=via, text=text, occurred_at=occurred_at, visibility=visibility, files=files
        )
    target, data = follow(incident)
    data |= {"kind": kind or NoteKind.NOTE, "visibility": visibility or Visibility.INTERNAL}
    event = _write(target, "note", actor, via, text, data, files, occurred_at)
    if incident.reporter_id == actor.pk and data["visibility"] == Visibility.PUBLIC:
        _end_waiting(target, via=via)
    return event


@transaction.atomic
def post_update(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    text: str,
    occurred_at: datetime | None = None,
    visibility: str = "",
    files: Iterable[LooseFile] = (),
) -> Event:
    """Tell those affected how it stands: public unless stated otherwise. Ends the running period of the update clock.

    It counts from now: an update of which nobody knew cannot have been in time.
    """
    if not permissions.responds(incident, actor):
        raise NotPermitted("update")
    _refuse_unusable(text, occurred_at)
    if occurred_at is not None:
        raise InputRefused(occurred_at=_("A status update counts from now; write an ordinary note for the past."))
    target, data = follow(incident)
    lock(target)
    if target.is_over:
        raise refuse(target, "update", _("The incident is over."))
    data["visibility"] = visibility or Visibility.PUBLIC
    event = _write(target, "update", actor, via, text, data, files)
    if target.recovered_at is None:
        clocks.start_next_update(target, at=event.occurred_at)
        clocks.record_late_stops(target)
    return event


@transaction.atomic
def reply_to_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    text: str,
    author_name: str = "",
    files: Iterable[LooseFile] = (),
    occurred_at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """The reporter writes: from their account (``actor``), or by a signed link or a mail (None, with ``author_name``).

    Whoever calls this without an actor has made sure that it is the reporter. Ends a waiting for the reporter.
    """
    if actor is not None and not may_write(incident, actor):
        raise NotPermitted("reply")
    _refuse_unusable(text, occurred_at)
    target, facts = follow(incident)
    name = author_name or incident.reporter_name
    facts |= {"visibility": Visibility.PUBLIC, **({} if actor else {"name": sanitise(name)}), **(data or {})}
    event = _write(target, "reply", actor, via, text, facts, files, occurred_at)
    _end_waiting(target, via=via)
    return event


def _write(
    incident: Incident,
    verb: str,
    actor: Person | None,
    via: str,
    text: str,
    data: dict[str, Any],
    files: Iterable[LooseFile],
    occurred_at: datetime | None = None,
) -> Event:
    taken, kept = list(files), sanitise(text)
    is_public = data["visibility"] == Visibility.PUBLIC
    mentioned = find_mentioned(kept, incident) if actor is not None and actor.is_colleague else []
    incident.watchers.add(*mentioned)
    told = {person.pk for person in mentioned} - {actor.pk if actor else None}
    watchers = watchers_to_tell(incident, actor=actor, is_public=is_public)
    data |= {"mentions": sorted(told), "watchers_to_tell": [pk for pk in watchers if pk not in told]}
    data |= {"files": names_of(taken)} if taken else {}
    data |= {"is_sanitised": True} if kept != text else {}
    index_note(incident, kept)
    event = record_event(incident, verb, actor=actor, via=via, note=kept, data=data, occurred_at=occurred_at)
    store_attachments(incident, event, taken, uploaded_by=actor, is_public=is_public)
    return event


def _end_waiting(incident: Incident, *, via: str) -> None:
    """The product itself resumes it: to answer is the reporter's, to resume is not."""
    if incident.status != Status.PENDING or incident.waiting_for != WaitingFor.REPORTER:
        return
    lock_in_order(incident, *incident.children.all())
    if incident.status == Status.PENDING and incident.waiting_for == WaitingFor.REPORTER:
        resume_incident(incident, actor=None, via=Via.SYSTEM)


def _refuse_unusable(text: str, occurred_at: datetime | None) -> None:
    if not text.strip():
        raise InputRefused(text=_("Please write something here."))
    if occurred_at is not None and occurred_at > clock.now():
        raise InputRefused(occurred_at=_("That lies in the future."))
