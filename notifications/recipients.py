"""Turns roles into people at the moment they are needed."""

import zoneinfo
from collections.abc import Callable
from datetime import datetime

from catalog.models import Person, Role
from incidents.models import Incident
from notifications.models import Party, Schedule, StepTarget
from notifications.oncall import Shift, shift_at
from notifications.plan import Snapshot


def on_call(schedule: Schedule, at: datetime) -> tuple[Shift | None, Person | None, Person | None]:
    """The shift of that moment with its primary and secondary. Prefetch ``places__person`` where there are many."""
    people = [place.person for place in schedule.places.all()]
    shift = shift_at(
        at,
        zone=zoneinfo.ZoneInfo(schedule.time_zone),
        starts_on=schedule.starts_on,
        handover_at=schedule.handover_at,
        members=len(people),
    )
    if shift is None:
        return None, None, None
    secondary = people[shift.secondary] if shift.secondary is not None else None
    return shift, people[shift.primary], secondary


def step_recipients(incident: Incident, snapshot: Snapshot, target: str, at: datetime) -> list[Person]:
    """Whom a step pages now. Empty where nobody stands there: the caller then turns to the fallback."""
    if target in (StepTarget.PRIMARY, StepTarget.SECONDARY):
        schedule = (
            Schedule.objects.filter(team=incident.service.operations_team).prefetch_related("places__person").first()
        )
        if schedule is None:
            return []
        _shift, primary, secondary = on_call(schedule, at)
        person = primary if target == StepTarget.PRIMARY else secondary
        return [person] if person is not None and person.is_active else []
    if target == StepTarget.MANAGER:
        return managers_of(incident)
    return fallback_of(snapshot)


def managers_of(incident: Incident) -> list[Person]:
    """The incident's own manager, else the O&M team's incident managers, else all of them."""
    if incident.manager is not None and incident.manager.is_active:
        return [incident.manager]
    everybody = Person.objects.with_role(Role.INCIDENT_MANAGER)
    return list(everybody.filter(teams=incident.service.operations_team_id)) or list(everybody)


def fallback_of(snapshot: Snapshot) -> list[Person]:
    """The fallback contact; never empty while anybody is there at all."""
    named = list(Person.objects.filter(pk=snapshot.fallback, is_active=True))
    return (
        named
        or list(Person.objects.with_role(Role.INCIDENT_MANAGER))
        or list(Person.objects.with_role(Role.ADMINISTRATOR))
    )


def party(incident: Incident, name: str) -> list[Person]:
    """The people behind a row of the notification table."""
    service = incident.service
    people: dict[str, Callable[[], list[Person | None]]] = {
        Party.SERVICE_OWNER: lambda: [service.owner],
        Party.RD_LEADER: lambda: [service.rd_leader],
        Party.OPERATIONS_TEAM: lambda: list(service.operations_team.members.all()),
        Party.OWNER: lambda: [incident.owner],
        Party.HANDLER: lambda: [incident.handler or incident.owner],
        Party.MANAGER: lambda: list(managers_of(incident)),
        Party.COMMUNICATIONS_LEAD: lambda: [incident.communications_lead or incident.owner],
    }
    return [person for person in people[name]() if person is not None and person.is_active]
