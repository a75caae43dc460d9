"""One verb on many incidents: what each of them says to it, and what never happens."""

import re
from typing import Any

import pytest
from django.test import Client

from catalog.models import Person, Role
from incidents import services
from incidents.models import Incident
from incidents.services import bulk
from incidents.services.bulk import BULK_COMMANDS, act_on_all
from lifecycle.models import Event
from lifecycle.transitions import NotPermitted
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice", username="alice")


@pytest.fixture
def page(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


@pytest.fixture
def three() -> list[Incident]:
    service = make_service()
    return [make_incident(service=service, title=f"number {number}") for number in range(3)]


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def post(page: Client, verb: str, incidents: list[Incident], **values: Any) -> Any:
    numbers = [incident.pk for incident in incidents]
    return page.post("/incidents/bulk/", {"verb": verb, "pk": numbers, "query": "tab=open", **values}, follow=True)


def test_every_selected_incident_is_acknowledged(page: Client, engineer: Person, three: list[Incident]) -> None:
    response = post(page, "acknowledge", three[:2])
    assert "Acknowledge: 2 incidents done" in text_of(response)
    assert response.redirect_chain == [("/incidents/?tab=open", 302)]
    assert [Incident.objects.get(pk=each.pk).status for each in three] == ["acknowledged", "acknowledged", "reported"]
    assert Event.objects.filter(verb="acknowledge", actor=engineer).count() == 2


def test_what_one_refuses_the_others_do_not_suffer_from(page: Client, engineer: Person, three: list[Incident]) -> None:
    services.acknowledge_incident(three[1], actor=engineer, via="web")
    response = post(page, "acknowledge", three)
    shown = text_of(response)
    assert "Acknowledge: 2 done, 1 refused" in shown
    refused = re.search(rf'id="outcome-{three[1].pk}".*?</tr>', shown)
    assert refused is not None
    assert "Not possible while the status is “Acknowledged”." in refused[0]
    assert not Incident.objects.filter(status="reported").exists()
    again = text_of(page.get("/incidents/bulk/"))
    assert "2 done, 1 refused" in again
    assert Event.objects.filter(verb="acknowledge").count() == 3


def test_what_a_verb_asks_for_is_asked_once_for_all(page: Client, three: list[Incident]) -> None:
    asked = text_of(post(page, "change_level", three))
    assert "Change level: 3 incidents" in asked
    assert "number 0" in asked
    assert not Event.objects.filter(verb="change_level").exists()
    missing = post(page, "change_level", three, filled="yes", level="1", reason="")
    assert missing.status_code == 400
    assert text_of(missing).count('name="pk"') == 3
    post(page, "change_level", three, filled="yes", level="1", reason="it spreads")
    assert set(Incident.objects.values_list("level", flat=True)) == {1}


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("assign", {"owner": "alice"}),
        ("snooze", {"until": "2031-01-01T00:00", "reason": "the vendor answers then"}),
        ("add_tags", {"tags": "Europe, cards"}),
    ],
)
def test_forms_reach_their_verbs(
    page: Client, engineer: Person, three: list[Incident], verb: str, values: dict[str, str]
) -> None:
    for incident in three:
        services.acknowledge_incident(incident, actor=engineer, via="web")
    assert "3 incidents done" in text_of(post(page, verb, three, filled="yes", **values))
    for incident in Incident.objects.all():
        held = {"assign": incident.owner == engineer, "snooze": incident.snoozed_until, "add_tags": incident.tags}
        assert held[verb], verb


def test_tags_are_added_to_those_it_has(page: Client, engineer: Person) -> None:
    incident = make_incident(tags=["eu"])
    post(page, "add_tags", [incident], filled="yes", tags="cards, EU")
    incident.refresh_from_db()
    assert incident.tags == ["eu", "cards"]


def test_duplicates_are_merged_into_one_and_the_target_itself_refuses(page: Client, three: list[Incident]) -> None:
    shown = text_of(post(page, "merge", three, filled="yes", target=three[0].reference))
    assert "Merge: 2 done, 1 refused" in shown
    assert Incident.objects.filter(merged_into=three[0]).count() == 2


def test_all_that_a_filter_finds(page: Client, three: list[Incident]) -> None:
    make_incident(title="not meant", level=3)
    data = {"verb": "acknowledge", "all": "yes", "query": "tab=open&q=number"}
    assert "3 incidents done" in text_of(page.post("/incidents/bulk/", data, follow=True))
    assert Incident.objects.get(title="not meant").status == "reported"


def test_too_many_are_none(page: Client, three: list[Incident], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.views.bulk.MOST", 2)
    for data in ({"all": "yes"}, {"pk": [each.pk for each in three]}):
        shown = text_of(
            page.post("/incidents/bulk/", {"verb": "acknowledge", "query": "tab=open", **data}, follow=True)
        )
        assert "At most 2 at once" in shown
    assert set(Incident.objects.values_list("status", flat=True)) == {"reported"}
    with pytest.raises(ValueError, match="at most"):
        act_on_all(range(bulk.MOST + 1), verb="acknowledge", actor=make_person(), via="web")


def test_a_filter_that_is_not_understood_selects_nothing(page: Client, three: list[Incident]) -> None:
    data = {"verb": "acknowledge", "all": "yes", "query": "tab=open&level=x"}
    assert "Select at least one" in text_of(page.post("/incidents/bulk/", data, follow=True))
    assert set(Incident.objects.values_list("status", flat=True)) == {"reported"}


def test_what_one_may_not_see_is_not_found(three: list[Incident]) -> None:
    manager, engineer = make_person(Role.INCIDENT_MANAGER), make_person()
    services.restrict_incident(three[0], actor=manager, via="web", is_restricted=True)
    outcomes = act_on_all([three[0].pk, three[1].pk, 10**14], verb="acknowledge", actor=engineer, via="web")
    assert [outcome.reason for outcome in outcomes] == ["There is no such incident.", "", "There is no such incident."]
    three[0].refresh_from_db()
    assert three[0].status == "reported"


@pytest.mark.parametrize("verb", BULK_COMMANDS)
def test_roles_are_asked_by_the_service_and_by_the_page(three: list[Incident], verb: str) -> None:
    outsider = make_person(Role.MANAGER)
    with pytest.raises(NotPermitted):
        act_on_all([three[0].pk], verb=verb, actor=outsider, via="web")
    client = Client()
    client.force_login(outsider)
    assert post(client, verb, three).status_code == 403
    assert 'value="acknowledge"' not in text_of(client.get("/incidents/"))
    client.force_login(make_person(Role.REPORTER))
    assert post(client, verb, three).status_code == 404
    assert set(Incident.objects.values_list("status", flat=True)) == {"reported"}


def test_a_fault_of_one_is_reported_and_the_others_go_on(
    engineer: Person, three: list[Incident], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_one(incident: Incident, **_values: Any) -> None:
        if incident.pk == three[1].pk:
            raise RuntimeError("the disk is full")

    monkeypatch.setattr(bulk, "edit_incident", break_one)
    outcomes = act_on_all(
        [each.pk for each in three], verb="add_tags", actor=engineer, via="web", values={"tags": ["x"]}
    )
    assert [outcome.is_done for outcome in outcomes] == [True, False, True]
    assert "the disk is full" in caplog.text
    assert "disk" not in outcomes[1].reason


@pytest.mark.parametrize(
    "data",
    [
        {"verb": "acknowledge"},
        {"verb": "acknowledge", "pk": ["x", "-1", "%00", "9" * 40, "\N{ARABIC-INDIC DIGIT THREE}"]},
        {"verb": "cancel", "pk": ["1"]},
        {"verb": "", "pk": ["1"]},
        {"verb": "merge", "pk": ["1"], "filled": "yes", "target": "\x00"},
    ],
)
def test_odd_posts_change_nothing(page: Client, three: list[Incident], data: dict[str, Any]) -> None:
    before = Event.objects.count()
    assert page.post("/incidents/bulk/", data).status_code in (302, 400, 404)
    assert Event.objects.count() == before
