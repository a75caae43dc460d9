"""Who may do what to a problem and to an emergency plan. Every colleague reads, problems as far as they are about
something that the reader may see; these write."""

from typing import Any

from catalog.models import Role
from incidents import permissions as incidents_permissions


def works(_record: Any, person: Any) -> bool:
    """Raises problems, links incidents to them, looks for causes and plans fixes."""
    return bool(person.has_role(Role.OPERATIONS, Role.DEVELOPER, Role.INCIDENT_MANAGER, Role.ADMINISTRATOR))


def sees(problem: Any, person: Any) -> bool:
    """``Problem.objects.visible_to(person)`` for one; pages and services ask it once, it costs a query."""
    return bool(type(problem).objects.visible_to(person).filter(pk=problem.pk).exists())


def works_on(problem: Any, person: Any) -> bool:
    """Works on problems, and may see this one."""
    return works(problem, person) and sees(problem, person)


def signs(problem: Any, person: Any) -> bool:
    """Four eyes: never a waiver of one's own."""
    return works(problem, person) and bool(problem.outcome_by_id != person.pk)


def edits_plans(_record: Any, person: Any) -> bool:
    """Writes, publishes and retires emergency plans."""
    return bool(person.has_role(Role.INCIDENT_MANAGER, Role.ADMINISTRATOR))


def runs_plans(record: Any, person: Any) -> bool:
    """Attaches a plan to an incident and works through it: every colleague who sees the incident."""
    return incidents_permissions.watches(record, person)
