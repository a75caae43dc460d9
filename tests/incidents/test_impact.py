"""Impact can be stated anew and taken back; the timeline keeps what was said."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from catalog.models import Person, Role
from incidents import services
from incidents.models import Impact
from incidents.presentation.sentences import sentence_of
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from tests.factories import make_incident, make_person

pytestmark = pytest.mark.django_db


def test_an_impact_is_stated_anew_by_a_person_and_taken_back_with_a_reason() -> None:
    alice, incident = make_person(Role.OPERATIONS), make_incident()
    impact = services.record_impact(incident, actor=None, via="detector", affected_users=500, source="metric")
    start = clock.now() - timedelta(hours=1)
    services.change_impact(impact, actor=alice, via="web", started_at=start, affected_users=1200, is_estimate=False)
    found = Impact.objects.get()
    assert (found.affected_users, found.source, found.recorded_by, found.started_at) == (1200, "person", alice, start)
    told = incident.events.filter(verb="change_impact").get()
    assert told.data["before"]["users"] == 500
    assert "it was 500, 0" in sentence_of(told).write(told)
    with pytest.raises(InputRefused):
        services.change_impact(found, actor=alice, via="web", started_at=clock.now() + timedelta(hours=1))
    with pytest.raises(InputRefused):
        services.change_impact(found, actor=alice, via="web", ended_at=start - timedelta(days=9))
    with pytest.raises(InputRefused):
        services.remove_impact(found, actor=alice, via="web", reason=" ")
    with pytest.raises(NotPermitted):
        services.remove_impact(found, actor=make_person(Role.SERVICE_OWNER), via="web", reason="no")
    services.remove_impact(found, actor=alice, via="web", reason="A test run")
    assert not Impact.objects.exists()
    told = incident.events.filter(verb="remove_impact").get()
    assert (told.note, told.data["before"]["users"]) == ("A test run", 1200)


def test_the_page_changes_and_takes_back_and_is_not_there_for_others(client: Client) -> None:
    alice, incident = make_person(Role.OPERATIONS), make_incident()
    impact = services.record_impact(incident, actor=alice, via="web", affected_users=5)
    page = f"/incidents/{incident.pk}/impact/{impact.pk}/"
    client.force_login(alice)
    assert page in client.get(f"/incidents/{incident.pk}/").content.decode()
    assert 'value="5"' in client.get(page).content.decode()
    assert client.post(page, {"affected_users": "-1"}).status_code == 400
    assert client.post(page, {"affected_users": "1", "ended_at": "2001-01-01T10:00"}).status_code == 400
    assert client.post(page, {"affected_users": "70", "is_down": "on"}).status_code == 302
    assert Impact.objects.get().is_down
    assert client.post(f"{page}remove/", {"reason": ""}).status_code == 400
    client.force_login(make_person(Role.SERVICE_OWNER))
    assert client.get(page).status_code == 404
    client.force_login(alice)
    assert client.post(f"{page}remove/", {"reason": "wrong"}).status_code == 302
    assert client.get(page).status_code == 404


# --- by the API -----------------------------------------------------------------------------------------------------


def api_of(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_the_api_lists_adds_changes_and_takes_back_with_events_as_the_page_does() -> None:
    alice, incident = make_person(Role.OPERATIONS, username="alice"), make_incident()
    api, page = api_of(alice), f"/api/v1/incidents/{incident.pk}/"
    added = api.post(f"{page}record_impact/", {"affected_users": 5}, format="json").json()["impacts"]
    services.record_impact(incident, actor=None, via="detector", affected_page_views=9, source="metric")
    listed = api.get(f"{page}impacts/").json()["results"]
    assert [(each["affected_users"], each["recorded_by"]) for each in listed] == [(0, None), (5, "alice")]
    one = f"/api/v1/impacts/{added[0]['id']}/"
    changed = api.post(f"{one}change/", {"affected_users": 70, "is_down": True}, format="json")
    assert (changed.status_code, changed.json()["affected_users"], changed.json()["is_down"]) == (200, 70, True)
    assert api.get(one).json() == changed.json()
    assert api.post(f"{one}remove/", {"reason": "A test run"}, format="json").status_code == 204
    assert api.get(one).status_code == 404
    told = list(incident.events.filter(verb__contains="impact").order_by("pk").values_list("verb", "via"))
    assert told[0] == ("record_impact", "api")
    assert told[2:] == [("change_impact", "api"), ("remove_impact", "api")]


WRONG: tuple[tuple[str, dict[str, object], str], ...] = (
    ("change", {"affected_users": -1}, "affected_users"),
    ("change", {"affected_users": "many"}, "affected_users"),
    ("change", {"started_at": "2100-01-01T00:00:00Z"}, "started_at"),
    ("change", {"ended_at": "2001-01-01T00:00:00Z"}, "ended_at"),
    ("change", {"source": "metric"}, "source"),
    ("remove", {"reason": " "}, "reason"),
    ("remove", {}, "reason"),
)


@pytest.mark.parametrize(("verb", "typed", "field"), WRONG)
def test_the_api_says_what_is_wrong_with_an_impact(verb: str, typed: dict[str, object], field: str) -> None:
    alice, incident = make_person(Role.OPERATIONS), make_incident()
    impact = services.record_impact(incident, actor=alice, via="web", affected_users=5)
    answer = api_of(alice).post(f"/api/v1/impacts/{impact.pk}/{verb}/", typed, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert Impact.objects.get().affected_users == 5


def test_the_api_refuses_readers_and_shows_strangers_nothing() -> None:
    incident, manager = make_incident(), make_person(Role.INCIDENT_MANAGER)
    impact = services.record_impact(incident, actor=manager, via="web", affected_users=5)
    listed, one = f"/api/v1/incidents/{incident.pk}/impacts/", f"/api/v1/impacts/{impact.pk}/"

    def statuses(person: Person) -> list[int]:
        api = api_of(person)
        asked = [api.get(listed), api.get(one), api.post(f"{one}change/", {"affected_users": 1}, format="json")]
        return [answer.status_code for answer in (*asked, api.post(f"{one}remove/", {"reason": "no"}, format="json"))]

    assert statuses(make_person(Role.SERVICE_OWNER)) == [200, 200, 403, 403]
    assert statuses(make_person(Role.REPORTER)) == [404, 404, 404, 404]
    services.restrict_incident(incident, is_restricted=True, participants=[], actor=manager, via="web")
    assert statuses(make_person(Role.OPERATIONS)) == [404, 404, 404, 404]
    assert Impact.objects.get().affected_users == 5


def test_the_list_asks_the_same_number_of_queries_for_more() -> None:
    incident, counts = make_incident(), []
    api = api_of(make_person(Role.OPERATIONS))
    for number in (1, 8):
        for _one in range(number):
            services.record_impact(incident, actor=make_person(Role.OPERATIONS), via="web", affected_users=5)
        with CaptureQueriesContext(connection) as captured:
            assert api.get(f"/api/v1/incidents/{incident.pk}/impacts/").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
