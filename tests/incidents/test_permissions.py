"""Who sees and who does what. The predicates and the query are one rule."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role, Service
from incidents import permissions, services
from incidents.models import Incident
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


def cast() -> dict[str, Person]:
    """One person of every role, by role; and those who have to do with a service."""
    people = {role: make_person(role) for role in Role.values}
    people["of operations team"] = make_person()
    people["of development team"] = make_person(Role.DEVELOPER)
    people["service owner"] = make_person(Role.SERVICE_OWNER)
    people["leader"] = make_person(Role.RD_LEADER)
    people["gone"] = make_person()
    people["gone"].is_active = False
    people["gone"].save()
    return people


def service_of(people: dict[str, Person], **fields: Any) -> Service:
    return make_service(
        owner=people["service owner"],
        rd_leader=people["leader"],
        operations_team=make_team(people["of operations team"]),
        development_team=make_team(people["of development team"]),
        **fields,
    )


def who_sees(incident: Incident, people: dict[str, Person]) -> set[str]:
    """By the predicate, having checked that the query says the same."""
    fresh = Incident.objects.get(pk=incident.pk)
    by_predicate = {
        name for name, person in people.items() if permissions.sees(fresh, Person.objects.get(pk=person.pk))
    }
    by_query = {
        name
        for name, person in people.items()
        if Incident.objects.visible_to(Person.objects.get(pk=person.pk)).filter(pk=incident.pk).exists()
    }
    assert by_predicate == by_query
    return by_predicate


def test_colleagues_see_what_is_not_restricted_and_reporters_their_own() -> None:
    people = cast()
    rita = people[Role.REPORTER]
    seen = who_sees(make_incident(service=service_of(people)), people)
    assert seen == people.keys() - {Role.REPORTER, "gone"}
    assert Role.REPORTER in who_sees(make_incident(service=service_of(people), reporter=rita), people)


def test_a_restricted_incident_is_for_those_who_have_to_do_with_it() -> None:
    people = cast()
    incident = make_incident(service=service_of(people))
    alice, dora = people[Role.OPERATIONS], people[Role.DEVELOPER]
    services.acknowledge_incident(incident, actor=alice, via="web")
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True, participants=[dora])
    oversight = {Role.INCIDENT_MANAGER, Role.ADMINISTRATOR}
    assert who_sees(incident, people) == oversight | {Role.OPERATIONS, Role.DEVELOPER, "service owner", "leader"}


def test_the_developers_see_what_was_transferred_to_them_though_it_is_restricted() -> None:
    people = cast()
    incident = make_incident(service=service_of(people))
    alice = people[Role.OPERATIONS]
    services.acknowledge_incident(incident, actor=alice, via="web")
    services.restrict_incident(incident, actor=alice, via="web", is_restricted=True)
    assert "of development team" not in who_sees(incident, people)
    team = incident.service.development_team
    services.transfer_incident(incident, actor=alice, via="web", team=team, hand_over="logs")
    assert "of development team" in who_sees(incident, people)


def test_incidents_of_a_restricted_service_are_for_its_own_people() -> None:
    people = cast()
    incident = make_incident(service=service_of(people, is_restricted=True))
    oversight = {Role.INCIDENT_MANAGER, Role.ADMINISTRATOR}
    own = {"of operations team", "of development team", "service owner", "leader"}
    assert who_sees(incident, people) == oversight | own


@pytest.mark.parametrize("kind", ["restricted incident", "restricted service"])
def test_a_colleague_of_another_team_finds_nothing_and_can_do_nothing(kind: str, client: Client) -> None:
    people = cast()
    incident = make_incident(service=service_of(people, is_restricted=kind == "restricted service"))
    Incident.objects.filter(pk=incident.pk).update(is_restricted=kind == "restricted incident")
    stranger = people[Role.OPERATIONS]
    client.force_login(stranger)
    for address in ("", "card/", "acknowledge/", "cancel/", "note/", "nothing/"):
        assert client.get(f"/incidents/{incident.pk}/{address}").status_code == 404, address
        assert client.post(f"/incidents/{incident.pk}/{address}", {"reason": "x", "text": "x"}).status_code in (
            404,
            405,
        )
    assert client.get(f"/api/v1/incidents/{incident.pk}/").status_code == 404
    assert incident.title not in client.get("/incidents/?tab=all").content.decode()
    incident = Incident.objects.get(pk=incident.pk)
    with pytest.raises(NotPermitted):
        services.acknowledge_incident(incident, actor=stranger, via="web")
    with pytest.raises(NotPermitted):
        services.add_note(incident, actor=stranger, via="web", text="x")
    with pytest.raises(InputRefused, match="no such incident"):
        services.merge_incident(make_incident(), target=incident, actor=stranger, via="web")


def test_what_is_public_and_what_is_confidential_is_said_once() -> None:
    kinds = [(False, False), (False, True), (True, False), (True, True)]
    incidents = [make_incident(service=make_service(is_restricted=of_service)) for of_service, _ in kinds]
    for incident, (_, of_incident) in zip(incidents, kinds, strict=True):
        Incident.objects.filter(pk=incident.pk).update(is_restricted=of_incident)
    rows = list(Incident.objects.order_by("pk"))
    confidential = [row for row in rows if permissions.is_confidential(row)]
    assert rows[:1] == list(Incident.objects.public())
    assert confidential == list(Incident.objects.confidential().order_by("pk")) == rows[1:]
    newest, then_newest = Incident.objects.fewest_readers_first()[:2]
    assert [newest.pk, then_newest.pk] == [rows[3].pk, rows[1].pk]


@pytest.mark.parametrize(
    ("may", "roles"),
    [
        ("handles", {"operations", "incident_manager", "administrator"}),
        ("responds", {"operations", "incident_manager", "administrator", "developer", "service_owner", "rd_leader"}),
        ("develops", {"developer", "rd_leader", "administrator"}),
        ("resolves", {"operations", "incident_manager", "administrator", "developer", "rd_leader"}),
        ("manages", {"incident_manager"}),
        ("confirms", {"operations", "incident_manager", "administrator"}),
        ("is_mainstay", set()),
    ],
)
def test_each_permission_belongs_to_its_roles(may: str, roles: set[str]) -> None:
    incident = make_incident()
    asked = getattr(permissions, may)
    assert {role for role in Role.values if asked(incident, make_person(role))} == roles
