"""What the meeting does with an item: done, next meeting, and notes of which nothing typed is ever lost."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from lifecycle import clock
from lifecycle.text import sanitise
from lifecycle.transitions import NotPermitted, VersionConflict, lock, perform, record_event, refuse
from reports.meeting import permissions
from reports.models import AgendaItem

LONGEST_NOTE = 20_000


class NoteConflict(VersionConflict):
    """Somebody else saved the note meanwhile. ``item`` holds theirs; what the asker typed is kept in the history."""

    def __init__(self, item: AgendaItem, **parts: Any) -> None:
        super().__init__(**parts)
        self.item = item


def discuss_item(
    item: AgendaItem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> AgendaItem:
    """It is talked about; nothing more is to be done here."""
    return _perform(item, "discuss", actor, via, expected_version)


def put_off_item(
    item: AgendaItem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> AgendaItem:
    """The next meeting has it again, and says how often it was put off."""
    return _perform(item, "put_off", actor, via, expected_version)


def take_up_item(
    item: AgendaItem, *, actor: Person | None, via: str, expected_version: int | None = None
) -> AgendaItem:
    return _perform(item, "take_up", actor, via, expected_version)


def write_note(item: AgendaItem, *, actor: Person, via: str, text: str, note_version: int | None = None) -> AgendaItem:
    """Save the note that was typed on top of ``note_version``.

    Raises NoteConflict where somebody else has saved another text since; what was typed is then kept as an event, and
    so is every text of somebody else that a saving replaces: nothing is lost.
    """
    conflict = None
    with transaction.atomic():
        lock_open(item, "write_note", actor)
        text = sanitise(text)[:LONGEST_NOTE]
        is_stale = note_version is not None and note_version != item.note_version
        if is_stale and text != item.note:
            conflict = _conflict(item, actor, via, text)
        elif text != item.note:
            _save_note(item, actor, via, text)
    if conflict is not None:
        raise conflict
    return item


def lock_open(item: AgendaItem, verb: str, actor: Person | None) -> None:
    """The locks of the meeting and its item. Raises NotPermitted, and TransitionRefused once the meeting is over."""
    if actor is not None and not permissions.talks(item, actor):
        raise NotPermitted(verb)
    meeting = item.meeting
    lock(meeting)
    lock(item)
    item.meeting = meeting
    if not meeting.is_running:
        raise refuse(item, verb, _("The meeting is not running."))


def _save_note(item: AgendaItem, actor: Person, via: str, text: str) -> None:
    if item.note and item.noted_by_id != actor.pk:
        record_event(item, "replace_note", actor=actor, via=via, note=item.note)
    item.note, item.noted_by, item.noted_at = text, actor, clock.now()
    item.note_version += 1
    item.save(update_fields=["note", "noted_by", "noted_at", "note_version"])


def _conflict(item: AgendaItem, actor: Person, via: str, text: str) -> NoteConflict:
    if text.strip():
        record_event(item, "keep_note", actor=actor, via=via, note=text)
    person = item.noted_by.name if item.noted_by else ""
    reason = _("%(person)s wrote here meanwhile. Both texts are shown; keep what is right.") % {"person": person}
    return NoteConflict(item, status=item.status, verb="write_note", reason=reason, allowed=[])


@transaction.atomic
def _perform(item: AgendaItem, verb: str, actor: Person | None, via: str, expected_version: int | None) -> AgendaItem:
    """The meeting first: its end and an item's verb cannot cross."""
    meeting = item.meeting
    lock(meeting)
    perform(item, verb, actor=actor, via=via, expected_version=expected_version)
    return item
