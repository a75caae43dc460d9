"""Who may see detection, and who may change it. Services and views ask the same predicates."""

from catalog.models import Person, Role


def sees_detection(person: Person) -> bool:
    """Everybody of the company's operations; a mere reporter does not."""
    return bool(person.is_authenticated) and person.is_colleague


def edits_rules(person: Person) -> bool:
    """Changes rules, metrics and what is in them."""
    return person.has_role(Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
