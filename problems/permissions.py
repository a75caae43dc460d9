"""Who may do what to a problem. Every colleague reads; these write."""

from typing import Any

from catalog.models import Role


def works(_record: Any, person: Any) -> bool:
    """Raises problems, links incidents to them, looks for causes and plans fixes."""
    return bool(person.has_role(Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR))


def signs(problem: Any, person: Any) -> bool:
    """Four eyes: never a waiver of one's own."""
    return works(problem, person) and bool(problem.outcome_by_id != person.pk)
