"""Whoever is paged for an incident that few may see becomes one of the few; nobody else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident
from incidents.models.status import Status
from lifecycle import clock as database_clock
from notifications.fake_carrier.phones import Phone
from notifications.models import OverrideKind
from notifications.services.drilling import run_drill
from notifications.services.overriding import make_override
from notifications.services.steering import add_to_escalation, page_person
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_team
from tests.scenarios.stage import Duty

pytestmark = pytest.mark.django_db(transaction=True)
Phones = Callable[..., Phone]
Tick = Callable[[], None]


@pytest.fixture
def duty(duty: Duty) -> Duty:
    """The service is restricted: its own people see its incidents."""
    duty.service.is_restricted = True
    duty.service.save(update_fields=["is_restricted"])
    return duty


@pytest.fixture
def outsider(duty: Duty) -> Person:
    """Of another team."""
    person = make_person(name="Oscar")
    make_team(person)
    return person


def put_on_call(duty: Duty, person: Person) -> None:
    now = database_clock.now()
    team = duty.service.operations_team
    assert team is not None
    make_override(
        team.schedule,
        actor=None,
        kind=OverrideKind.REPLACE,
        starts_at=now,
        ends_at=now + timedelta(hours=8),
        person=person,
        replaces=duty.primary,
    )


def reads(person: Person, incident: Incident) -> int:
    client = Client()
    client.force_login(person)
    return client.get(incident.get_absolute_url()).status_code


def test_an_override_of_another_team_acknowledges_by_key(
    duty: Duty, outsider: Person, phone: Phones, cycle: Tick, clock: Clock
) -> None:
    put_on_call(duty, outsider)
    incident = make_incident(service=duty.service, level=1, title="Card success falls")
    assert reads(outsider, incident) == 404
    cycle()
    phone(outsider).expect_call("Card success falls").press("4").expect_said("It is yours").expect_end()
    incident.refresh_from_db()
    assert (incident.status, incident.handler) == (Status.ACKNOWLEDGED, outsider)
    assert reads(outsider, incident) == 200
    assert reads(make_person(), incident) == 404


def test_an_override_of_another_team_acknowledges_by_reply(
    duty: Duty, outsider: Person, phone: Phones, cycle: Tick, clock: Clock
) -> None:
    put_on_call(duty, outsider)
    incident = make_incident(service=duty.service, level=2)
    cycle()
    phone(outsider).expect_sms("reply 4")
    phone(outsider).reply("4")
    phone(outsider).expect_sms("acknowledged")
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED


def test_somebody_picked_by_hand_acknowledges(
    duty: Duty, outsider: Person, phone: Phones, cycle: Tick, clock: Clock
) -> None:
    incident = make_incident(service=duty.service, level=1)
    page_person(incident, outsider, actor=duty.manager)
    cycle()
    phone(outsider).expect_call().press("4").expect_said("It is yours").expect_end()
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED


def test_somebody_added_to_the_escalation_sees_it_once_paged(
    duty: Duty, outsider: Person, phone: Phones, cycle: Tick, clock: Clock
) -> None:
    incident = make_incident(service=duty.service, level=2)
    cycle()
    add_to_escalation(incident.escalations.get(), outsider, actor=duty.manager)
    assert not permissions.sees(incident, outsider)
    clock.advance(minutes=5)
    cycle()
    phone(outsider).expect_call().hang_up()
    assert permissions.responds(incident, outsider)


def test_a_drill_shows_itself_to_whom_it_would_page(duty: Duty, outsider: Person, cycle: Tick, clock: Clock) -> None:
    put_on_call(duty, outsider)
    level = make_incident(service=duty.service, level=1).level
    drill = run_drill(service=duty.service, level=level, actor=duty.manager)
    cycle()
    assert reads(outsider, drill) == 200
    assert reads(make_person(), drill) == 404


def test_whoever_is_paged_for_what_everybody_sees_does_not_take_part_in_it(
    duty: Duty, outsider: Person, cycle: Tick, clock: Clock
) -> None:
    duty.service.is_restricted = False
    duty.service.save(update_fields=["is_restricted"])
    put_on_call(duty, outsider)
    incident = make_incident(service=duty.service, level=1)
    cycle()
    assert incident.deliveries.filter(recipient=outsider, purpose="page").exists()
    assert not incident.participants.exists()
