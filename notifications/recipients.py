"""Turns roles into people at the moment they are needed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from catalog.models import Person, Role
from incidents.models import Incident
from notifications.duty import duty_at
from notifications.duty.roster import HORIZONS
from notifications.models import PagingSettings, Party, Schedule, StepTarget
from notifications.plan import Snapshot, Step
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


def step_recipients(incident: Incident, snapshot: Snapshot, step: Step, at: datetime) -> list[Person]:
    """Whom a step pages at that moment. Empty where nobody stands there: the caller then turns to the fallback."""
    frozen, service = step.frozen, incident.service
    of_team = Schedule.objects.filter(team=service.operations_team_id)
    people: dict[str, Callable[[], list[Person]]] = {
        StepTarget.PRIMARY: lambda: _primary(of_team, at),
        StepTarget.SECONDARY: lambda: _secondary(of_team, at),
        StepTarget.MANAGER: lambda: managers_of(incident),
        StepTarget.SERVICE_OWNER: lambda: [service.owner],
        StepTarget.RD_LEADER: lambda: [service.rd_leader],
        StepTarget.PEOPLE: lambda: list(Person.objects.filter(pk__in=frozen.people)),
        StepTarget.SCHEDULE: lambda: _primary(Schedule.objects.filter(pk=frozen.schedule or 0), at),
        StepTarget.CHAT: list,
        StepTarget.FALLBACK: lambda: fallback_of(snapshot),
        StepTarget.DUTY_MANAGERS: duty_managers,
    }
    found = [person for person in people[step.target]() if person.is_active]
    also = Person.objects.filter(pk__in=snapshot.also, is_active=True) if snapshot.also else []
    return list({person.pk: person for person in (*found, *also)}.values())


def _on_duty(schedules: "QuerySet[Schedule]", at: datetime) -> OnCall | None:
    return next(iter(on_call_everywhere(schedules, at)), None)


def _primary(schedules: "QuerySet[Schedule]", at: datetime) -> list[Person]:
    duty = _on_duty(schedules, at)
    return duty.primary if duty else []


def _secondary(schedules: "QuerySet[Schedule]", at: datetime) -> list[Person]:
    duty = _on_duty(schedules, at)
    return duty.secondary if duty else []


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


def duty_managers() -> list[Person]:
    """Whom an escalation that nobody answered leads to at the very last."""
    settings = PagingSettings.objects.first()
    named = list(settings.duty_managers.filter(is_active=True)) if settings else []
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
