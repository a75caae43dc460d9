"""Who may do what to a problem. Every colleague reads; these write."""

from typing import TYPE_CHECKING

from catalog.models import Person, Role

if TYPE_CHECKING:
    from problems.models import Problem


def works(_record: object, person: Person) -> bool:
    """Raises problems, links incidents to them, looks for causes and plans fixes."""
    return person.has_role(Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)


def signs(problem: "Problem", person: Person) -> bool:
    """Four eyes: never a waiver of one's own."""
    return works(problem, person) and problem.outcome_by_id != person.pk
