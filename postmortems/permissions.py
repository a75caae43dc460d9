"""Who may do what to a postmortem. Every colleague reads and contributes; these lead it through its phases."""

from collections.abc import Callable
from typing import Any

from catalog.models import Role
from incidents.models import Incident

May = Callable[[Any, Any], bool]
LEADERS = (
    Role.OPERATIONS,
    Role.DEVELOPER,
    Role.INCIDENT_MANAGER,
    Role.SERVICE_OWNER,
    Role.RD_LEADER,
    Role.ADMINISTRATOR,
)
MANAGERS = (Role.INCIDENT_MANAGER, Role.ADMINISTRATOR)
"""They alone decide about a proposal where an incident manager was asked."""


def leads(postmortem: Any, person: Any) -> bool:
    """Starts postmortems, moves them from phase to phase, signs them off."""
    is_facilitator = postmortem is not None and postmortem.facilitator_id == person.pk
    may = bool(person.has_role(*LEADERS) or (is_facilitator and person.is_colleague))
    return may and sees_all(postmortem, person)


def decides(postmortem: Any, person: Any) -> bool:
    """Starts or declines one that was proposed; an incident manager alone, where they were asked."""
    return leads(postmortem, person) and (not postmortem.is_asked or bool(person.has_role(*MANAGERS)))


def contributes(postmortem: Any, person: Any) -> bool:
    """Adds facts, issues and actions."""
    return bool(person.is_colleague) and sees_all(postmortem, person)


def sees_all(postmortem: Any, person: Any) -> bool:
    """Whether the person may see every incident it is about. Who may not, reads its title and phase, no more: what the
    phases hold was drawn from those incidents."""
    if postmortem is None:
        return True
    incidents = postmortem.incidents.order_by()
    seen = Incident.objects.visible_to(person).order_by().values("pk")
    return not incidents.exclude(pk__in=seen).exists()
