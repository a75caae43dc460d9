"""Who may do what to a problem and to an emergency plan. Every colleague reads; these write."""

from typing import Any

from catalog.models import Role
from incidents import permissions as incidents_permissions


def works(_record: Any, person: Any) -> bool:
    """Raises problems, links incidents to them, looks for causes and plans fixes."""
    return bool(person.has_role(Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR))


def signs(problem: Any, person: Any) -> bool:
    """Four eyes: never a waiver of one's own."""
    return works(problem, person) and bool(problem.outcome_by_id != person.pk)


def edits_plans(_record: Any, person: Any) -> bool:
    """Writes, publishes and retires emergency plans."""
    return bool(person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR))


def runs_plans(record: Any, person: Any) -> bool:
    """Attaches a plan to an incident and works through it: every colleague who sees the incident."""
    return incidents_permissions.watches(record, person)
