"""Roles on an incident: each fits who may have it, and none is lost by giving another."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from incidents import services
from incidents.presentation.timeline import describe
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def test_each_role_is_given_without_touching_the_others() -> None:
    incident, alice, dora = make_incident(), make_person(), make_person(Role.DEVELOPER)
    manager = make_person(Role.INCIDENT_MANAGER)
    services.assign_incident(incident, actor=alice, via="web", owner=alice, handler=dora)
    services.assign_incident(incident, actor=alice, via="web", manager=manager, communications_lead=alice)
    incident.refresh_from_db()
    assert (incident.owner, incident.handler) == (alice, dora)
    assert (incident.manager, incident.communications_lead) == (manager, alice)
    assert Event.objects.about(incident).filter(verb="assign").count() == 2


@pytest.mark.parametrize(
    ("role", "of_person"),
    [
        ("owner", Role.DEVELOPER),
        ("handler", Role.SERVICE_OWNER),
        ("manager", Role.OPERATIONS),
        ("communications_lead", Role.REPORTER),
    ],
)
def test_a_role_goes_only_to_somebody_it_fits(role: str, of_person: str) -> None:
    chosen: dict[str, Any] = {role: make_person(of_person)}
    with pytest.raises(InputRefused) as refused:
        services.assign_incident(make_incident(), actor=make_person(), via="web", **chosen)
    assert set(refused.value.errors) == {role}


def test_nothing_chosen_is_nothing_done() -> None:
    with pytest.raises(InputRefused):
        services.assign_incident(make_incident(), actor=make_person(), via="web")


def test_a_developer_assigns_nobody() -> None:
    with pytest.raises(NotPermitted):
        services.assign_incident(make_incident(), actor=make_person(Role.DEVELOPER), via="web", owner=make_person())


def test_two_who_assign_at_once_do_not_overwrite_each_other() -> None:
    incident, alice, bob = make_incident(), make_person(), make_person()
    seen = incident.version
    services.assign_incident(incident, actor=alice, via="web", owner=alice, expected_version=seen)
    with pytest.raises(VersionConflict):
        services.assign_incident(incident, actor=bob, via="web", owner=bob, expected_version=seen)


def test_restricting_adds_participants_and_takes_out_only_who_is_named() -> None:
    incident, alice, bob, paged = make_incident(), make_person(name="Ann"), make_person(name="Bob"), make_person()
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, participants=[bob])
    assert incident.is_restricted
    assert set(incident.participants.all()) == {alice, bob}
    incident.participants.add(paged)
    services.restrict_incident(incident, actor=alice, via="api", is_restricted=True)
    assert set(incident.participants.all()) == {alice, bob, paged}
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, removed=[bob])
    assert set(incident.participants.all()) == {alice, paged}
    event = Event.objects.about(incident).filter(verb="restrict").latest("pk")
    assert "took Bob out" in describe(event).text


def test_who_took_part_stays_for_another_time() -> None:
    incident, alice, bob = make_incident(), make_person(), make_person()
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, participants=[bob])
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=False)
    assert set(incident.participants.all()) == {alice, bob}


def test_nobody_locks_themselves_out_nor_is_added_and_taken_out_at_once() -> None:
    incident, alice, bob = make_incident(), make_person(), make_person()
    askings: list[dict[str, Any]] = [{"removed": [alice]}, {"participants": [bob], "removed": [bob]}]
    for people in askings:
        with pytest.raises(InputRefused) as refused:
            services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, **people)
        assert set(refused.value.errors) == {"removed"}
    assert not incident.participants.exists()


def test_the_page_offers_to_take_out_who_takes_part(client: Client) -> None:
    incident, alice, bob = make_incident(), make_person(), make_person(username="bob")
    make_person(name="Stranger", username="stranger")
    client.force_login(alice)
    assert "removed" not in client.get(f"{incident.get_absolute_url()}restrict/").context["opened"].form.fields
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, participants=[bob])
    client.force_login(alice)
    form = client.get(f"{incident.get_absolute_url()}restrict/").context["opened"].form
    assert set(form.fields["removed"].queryset) == {alice, bob}
    address = f"{incident.get_absolute_url()}restrict/"
    refused = client.post(address, {"is_restricted": "on", "removed": ["stranger"]})
    assert refused.status_code == 400
    client.post(address, {"is_restricted": "on", "removed": ["bob"]})
    assert set(incident.participants.all()) == {alice}
