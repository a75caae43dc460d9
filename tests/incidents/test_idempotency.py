"""The same POST twice: done once, answered twice."""

import threading
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from catalog.models import IdempotencyKey, Person
from catalog.tasks import drop_dead_keys
from incidents.models import Incident
from lifecycle.models import Event
from tests.clock import Clock as Hand
from tests.factories import make_incident, make_person, make_service

pytestmark = pytest.mark.django_db


def client_of(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def report(client: APIClient, key: str, **changes: Any) -> Any:
    body = {"title": "Payments fail", "service": changes.pop("service"), "impact": 2, "urgency": 2} | changes
    return client.post("/api/v1/incidents/", body, headers={"Idempotency-Key": key})


def test_a_report_that_is_sent_twice_opens_one_incident() -> None:
    client, service = client_of(make_person()), make_service().slug
    first, second = report(client, "a", service=service), report(client, "a", service=service)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert Incident.objects.count() == 1


def test_the_same_key_for_something_else_is_refused() -> None:
    client, service = client_of(make_person()), make_service().slug
    report(client, "a", service=service)
    assert report(client, "a", service=service, title="Another thing").status_code == 422
    assert Incident.objects.count() == 1


def test_keys_belong_to_their_callers_and_hold_for_a_day(clock: Hand) -> None:
    alice, bob, service = client_of(make_person()), client_of(make_person()), make_service().slug
    report(alice, "a", service=service)
    assert report(bob, "a", service=service).status_code == 201
    assert Incident.objects.count() == 2
    clock.advance(hours=25)
    report(alice, "a", service=service)
    assert Incident.objects.count() == 3
    drop_dead_keys()
    assert IdempotencyKey.objects.count() == 1


def test_a_verb_that_is_sent_twice_is_done_once() -> None:
    client, incident = client_of(make_person()), make_incident()
    address = f"/api/v1/incidents/{incident.reference}/acknowledge/"
    answers = [client.post(address, {}, headers={"Idempotency-Key": "x"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert Event.objects.about(incident).filter(verb="acknowledge").count() == 1
    assert client.post(address, {}).status_code == 409, "without a key it is a new request"


def test_a_refusal_is_the_same_the_second_time() -> None:
    client, service = client_of(make_person()), make_service().slug
    answers = [report(client, "a", service=service, title="") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("key", ["x" * 256, "tab\there"])
def test_an_impossible_key_is_refused_in_words(key: str) -> None:
    answer = report(client_of(make_person()), key, service=make_service().slug)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()


def test_a_fault_of_ours_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    client, service = client_of(make_person()), make_service().slug
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("incidents.api.views.open_incident", lambda **_values: 1 / 0)
        assert report(client, "a", service=service).status_code == 500
    assert report(client, "a", service=service).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_open_one_incident() -> None:
    person, service = make_person(), make_service().slug
    gate, codes = threading.Barrier(20), []

    def send() -> None:
        gate.wait(timeout=30)
        codes.append(report(client_of(person), "a", service=service).status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Incident.objects.count() == 1
    assert set(codes) <= {201, 409}
    assert 201 in codes
