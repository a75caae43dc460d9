"""Who may write on an incident, and where it goes: what was merged is read-only, its target goes on."""

from typing import Any

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from incidents.services.merging import surviving


def may_write(incident: Incident, person: Person) -> bool:
    """Colleagues who respond, and the reporter. What is written goes to the incident that goes on: a colleague has to
    see that one too."""
    is_own = incident.reporter_id == person.pk and permissions.sees(incident, person)
    if is_own or incident.merged_into_id is None:
        return is_own or permissions.responds(incident, person)
    return permissions.responds(incident, person) and permissions.sees(surviving(incident), person)


def follow(incident: Incident) -> tuple[Incident, dict[str, Any]]:
    """The incident that goes on, and what its events say about where they were meant for."""
    target = surviving(incident)
    return target, ({} if target.pk == incident.pk else {"source": incident.pk})
