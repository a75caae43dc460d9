"""Who may change detection; every colleague sees it. Services and views ask the same predicates."""

from catalog.models import Person, Role


def edits_rules(person: Person) -> bool:
    """Changes rules, metrics and what is in them."""
    return person.has_role(Role.OPERATIONS, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def edits_sources(person: Person) -> bool:
    """Says where workers connect to, and with which password; sees the first rows of what lies there."""
    return person.has_role(Role.OPERATIONS, Role.ADMINISTRATOR)
