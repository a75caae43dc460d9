"""Turns roles into people at the moment they are needed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from catalog.models import Person, Role
from incidents.models import Incident
from notifications.duty import duty_at
from notifications.duty.roster import HORIZONS
from notifications.models import Party, Schedule, StepTarget
from notifications.plan import Snapshot
from notifications.rosters import Rota, read_rotas


@dataclass
class OnCall:
    """Who is on call in a schedule at a moment. Inactive people are left out: where they leave nobody, it is a gap."""

    schedule: Schedule
    primary: list[Person]
    secondary: list[Person]
    until: datetime
    """When that changes next, as far as HORIZONS look ahead."""

    @property
    def is_gap(self) -> bool:
        return not self.primary


def on_call(schedule: Schedule, at: datetime) -> OnCall:
    return on_call_everywhere(Schedule.objects.filter(pk=schedule.pk), at)[0]


def on_call_everywhere(schedules: "QuerySet[Schedule]", at: datetime) -> list[OnCall]:
    """Who is on call in each of the schedules, in their order, in a number of queries that does not grow with them."""
    return [_on_call(rota, at) for rota in read_rotas(schedules, at, at + HORIZONS[-1])]


def _on_call(rota: Rota, at: datetime) -> OnCall:
    duty = duty_at(rota.roster, at)
    return OnCall(rota.schedule, rota.who(duty.primary), rota.who(duty.secondary), duty.end)


def step_recipients(incident: Incident, snapshot: Snapshot, target: str, at: datetime) -> list[Person]:
    """Whom a step pages now. Empty where nobody stands there: the caller then turns to the fallback."""
    if target in (StepTarget.PRIMARY, StepTarget.SECONDARY):
        duty = next(
            iter(on_call_everywhere(Schedule.objects.filter(team=incident.service.operations_team_id), at)), None
        )
        if duty is None:
            return []
        return duty.primary if target == StepTarget.PRIMARY else duty.secondary
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
