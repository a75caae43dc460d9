"""Who may do what about inspections and findings. Every colleague reads; these write."""

from typing import Any

from catalog.models import Person, Role
from detection import permissions as detection_permissions


def edits(person: Person) -> bool:
    """Adds and changes inspections, activities and the tables of dates and capacities."""
    return detection_permissions.edits_rules(person)


def asks_sources(person: Person) -> bool:
    """Writes a query: what it answers is shown to every colleague."""
    return detection_permissions.edits_sources(person)


def works(finding: Any, person: Any) -> bool:
    """Sees to findings: whoever works on problems, and the finding's own owner."""
    roles = (Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
    is_owner = finding is not None and finding.owner_id == person.pk and person.is_colleague
    return bool(person.has_role(*roles) or is_owner)


def waives(finding: Any, person: Any) -> bool:
    """Four eyes: neither who asked for the waiver nor who would have to do the work."""
    may = person.has_role(Role.INCIDENT_MANAGER, Role.SERVICE_OWNER, Role.RD_LEADER, Role.MANAGER, Role.ADMINISTRATOR)
    return bool(may and person.pk not in (finding.waiver_by_id, finding.owner_id))


def verifies(finding: Any, person: Any) -> bool:
    """Four eyes: not who says that it is done."""
    return works(finding, person) and person.pk != finding.done_by_id
