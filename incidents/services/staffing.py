"""Who is accountable for what on an incident, and who may see it where it is restricted."""

from collections.abc import Iterable
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
    participants: Iterable[Person] = (),
    removed: Iterable[Person] = (),
    expected_version: int | None = None,
) -> Incident:
    """Let only those who have to do with it and its participants see it, or everybody again.

    ``participants`` are added to those it has, whoever was paged for it among them; only ``removed`` takes some out.
    They stay when everybody sees it again: for another time, and because its service may be restricted. Whoever
    restricts it becomes a participant, so that nobody locks themselves out.
    """
    if not permissions.handles(incident, actor):
        raise NotPermitted("restrict")
    added, leaving = list(participants), list(removed)
    if is_restricted and actor in leaving:
        raise InputRefused(removed=_("You would lock yourself out."))
    if set(added) & set(leaving):
        raise InputRefused(removed=_("Somebody is to be added and taken out at once."))
    lock(incident, expected_version=expected_version)
    incident.is_restricted = is_restricted
    incident.version += 1
    incident.save(update_fields=["is_restricted", "version"])
    incident.participants.add(*added, *([actor] if is_restricted else []))
    incident.participants.remove(*leaving)
    data = {
        "is_restricted": is_restricted,
        "people": sorted(person.name for person in added),
        "removed": sorted(person.name for person in leaving),
    }
    record_event(incident, "restrict", actor=actor, via=via, data=data)
    return incident
