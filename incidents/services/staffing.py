"""Who is accountable for what on an incident, and who may see it where it is restricted."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from incidents.services.searching import index_incident
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event

ROLES = ("owner", "handler", "manager", "communications_lead")


@transaction.atomic
def assign_incident(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    owner: Person | None = None,
    handler: Person | None = None,
    manager: Person | None = None,
    communications_lead: Person | None = None,
    expected_version: int | None = None,
) -> Incident:
    """Give roles on the incident to people; None leaves a role as it is. The first accountability is O&M's."""
    if not permissions.handles(incident, actor):
        raise NotPermitted("assign")
    asked = {"owner": owner, "handler": handler, "manager": manager, "communications_lead": communications_lead}
    given = {role: person for role, person in asked.items() if person is not None}
    _refuse_unfit(incident, given)
    lock(incident, expected_version=expected_version)
    for role, person in given.items():
        setattr(incident, role, person)
    incident.version += 1
    incident.save(update_fields=[*given, "version"])
    data = {role: person.name for role, person in given.items()}
    index_incident(incident)
    record_event(incident, "assign", actor=actor, via=via, data=data)
    return incident


def _refuse_unfit(incident: Incident, given: dict[str, Person]) -> None:
    if not given:
        raise InputRefused(owner=_("Choose somebody for at least one role."))
    fits: dict[str, tuple[Any, str]] = {
        "owner": (permissions.handles, _("Choose somebody of O&M.")),
        "handler": (permissions.resolves, _("Choose somebody of O&M or a developer.")),
        "manager": (permissions.manages, _("Choose an incident manager.")),
        "communications_lead": (permissions.responds, _("Choose a colleague who handles incidents.")),
    }
    errors = {role: fits[role][1] for role, person in given.items() if not fits[role][0](incident, person)}
    if errors:
        raise InputRefused(**errors)


@transaction.atomic
def restrict_incident(
    incident: Incident,
    *,
    actor: Person,
    via: str,
    is_restricted: bool,
    participants: Any = (),
    expected_version: int | None = None,
) -> Incident:
    """Let only those who have to do with it and the named participants see it, or everybody again.

    The actor becomes a participant, so that nobody locks themselves out.
    """
    if not permissions.handles(incident, actor):
        raise NotPermitted("restrict")
    people = list(participants)
    lock(incident, expected_version=expected_version)
    incident.is_restricted = is_restricted
    incident.version += 1
    incident.save(update_fields=["is_restricted", "version"])
    incident.participants.set([*people, actor] if is_restricted else [])
    data = {"is_restricted": is_restricted, "people": sorted(person.name for person in people)}
    record_event(incident, "restrict", actor=actor, via=via, data=data)
    return incident
