"""Who may do what to a postmortem. Every colleague reads and contributes; these lead it through its phases."""

from typing import Any

from catalog.models import Role

LEADERS = (
    Role.OPERATIONS,
    Role.DEVELOPER,
    Role.INCIDENT_MANAGER,
    Role.SERVICE_OWNER,
    Role.RD_LEADER,
    Role.ADMINISTRATOR,
)


def leads(postmortem: Any, person: Any) -> bool:
    """Starts postmortems, moves them from phase to phase, signs them off."""
    is_facilitator = postmortem is not None and postmortem.facilitator_id == person.pk
    return bool(person.has_role(*LEADERS) or (is_facilitator and person.is_colleague))


def contributes(_postmortem: Any, person: Any) -> bool:
    """Adds facts, issues and actions."""
    return bool(person.is_colleague)
