"""Who may do what with reports."""

from catalog.models import Person, Role


def writes(_report: object, person: Person) -> bool:
    """Writes and signs the monthly report; every colleague may read it."""
    return person.has_role(Role.MANAGER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
