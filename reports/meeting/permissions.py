"""Who may do what with meetings and hand-over notes. Every colleague reads both; these write."""

from typing import Any

from catalog.models import Person, Role
from incidents import permissions as incidents_permissions

MANAGING = (Role.INCIDENT_MANAGER, Role.MANAGER, Role.ADMINISTRATOR)
is_mainstay = incidents_permissions.is_mainstay


def plans(_record: Any, person: Person) -> bool:
    """Plans meetings and says when they are held."""
    return person.has_role(*MANAGING)


def runs(meeting: Any, person: Person) -> bool:
    """Leads the meeting: its chair, and managers."""
    return plans(meeting, person) or (person.is_colleague and meeting.chair_id == person.pk)


def starts(meeting: Any, person: Person) -> bool:
    """As ``runs``; where nobody chairs it, any engineer may take the chair, so that it does not fall out."""
    return runs(meeting, person) or (meeting.chair_id is None and person.has_role(Role.OPERATIONS))


def talks(item: Any, person: Person) -> bool:
    """Writes notes and says what becomes of an item: whoever may see it. The meeting is everybody's who is in it."""
    return person.is_colleague and incidents_permissions.sees(item, person)


def contributes(_meeting: Any, person: Person) -> bool:
    return person.is_colleague


def writes_note(note: Any, person: Person) -> bool:
    """Whoever leaves; an incident manager where they cannot."""
    return person.is_colleague and (note.leaving_id == person.pk or person.has_role(Role.INCIDENT_MANAGER))


hands_over = writes_note


def accepts(note: Any, person: Person) -> bool:
    """Two steps, two people: only who arrives says that they have it."""
    return person.is_colleague and note.arriving_id == person.pk and note.leaving_id != person.pk


def returns(note: Any, person: Person) -> bool:
    return accepts(note, person) or writes_note(note, person)


def drafts(person: Person) -> bool:
    """Asks for a note before it is drafted by itself."""
    return person.has_role(Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
