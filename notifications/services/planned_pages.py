"""Pages that a step of an emergency plan asks for."""

from collections.abc import Callable
from datetime import datetime

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import record_event
from notifications.models import Purpose, Schedule
from notifications.recipients import duty_managers, managers_of, on_call_everywhere
from notifications.services.promising import ASKED, promise


def page_for_plan(incident: Incident, event: Event) -> None:
    """Page whom the event names, at once and by their own rules. Where nobody stands there, whoever an escalation that
    nobody answers leads to."""
    people = _wanted(incident, event, clock.now()) or duty_managers()
    data = {"people": [person.name for person in people]}
    asked = record_event(incident, "page_person", actor=event.actor, via=event.via, data=data)
    promise(incident=incident, recipients=people, channels=[], purpose=Purpose.PAGE, key=f"{ASKED}{asked.pk}")


def _wanted(incident: Incident, event: Event, at: datetime) -> list[Person]:
    service = incident.service
    roles: dict[str, Callable[[], list[Person | None]]] = {
        "primary": lambda: [*_on_call(incident, at, is_second=False)],
        "secondary": lambda: [*_on_call(incident, at, is_second=True)],
        "manager": lambda: [*managers_of(incident)],
        "service_owner": lambda: [service.owner],
        "rd_leader": lambda: [service.rd_leader],
        "person": lambda: [Person.objects.filter(pk=event.data.get("person")).first()],
    }
    find = roles.get(event.data.get("role", ""))
    return [person for person in (find() if find else []) if person is not None and person.is_colleague]


def _on_call(incident: Incident, at: datetime, *, is_second: bool) -> list[Person]:
    found = on_call_everywhere(Schedule.objects.filter(team=incident.service.operations_team_id), at)
    return [person for duty in found for person in (duty.secondary if is_second else duty.primary)]
