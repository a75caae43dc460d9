"""Who may do what with reports."""

from catalog.models import Person, Role


def writes(_report: object, person: Person) -> bool:
    """Writes, signs and amends the monthly report; every colleague may read it."""
    return person.has_role(Role.MANAGER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def comments(_report: object, person: Person) -> bool:
    """Says something about a report, and gets it by mail: whoever may read it."""
    return person.is_authenticated and person.is_colleague
