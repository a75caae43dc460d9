"""The API of problems: status codes and shapes."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from problems.models import Problem
from tests.factories import make_incident, make_person
from tests.problems.makers import KNOWN, make_problem, problem_in

pytestmark = pytest.mark.django_db
PROBLEMS = "/api/v1/problems/"


def call(person: Person | None) -> APIClient:
    client = APIClient()
    if person is not None:
        client.force_authenticate(person)
    return client


def test_strangers_are_refused_and_reporters_find_nothing() -> None:
    problem = make_problem()
    for address in (PROBLEMS, f"{PROBLEMS}{problem.pk}/", f"{PROBLEMS}{problem.pk}/events/"):
        assert call(None).get(address).status_code in (401, 403)
        assert call(make_person(Role.REPORTER)).get(address).status_code == 404
    assert call(make_person(Role.REPORTER)).post(f"{PROBLEMS}{problem.pk}/investigate/").status_code == 404


def test_the_list_is_filtered_by_status_and_shows_the_figures() -> None:
    make_problem()
    problem_in("investigating", incident=make_incident())
    found: Any = call(make_person()).get(PROBLEMS, {"status": "investigating"}).json()
    (problem,) = found["results"]
    assert (problem["status"], problem["incidents_of_30_days"]) == ("investigating", 1)


def test_a_problem_is_raised_from_an_incident_by_its_number_alone() -> None:
    incident = make_incident()
    response: Any = call(make_person()).post(PROBLEMS, {"incident": incident.reference})
    assert response.status_code == 201, response.json()
    body = response.json()
    assert response["Location"].endswith(f"/api/v1/problems/{body['id']}/")
    assert (body["title"], body["incidents"]) == (incident.title, [incident.pk])
    assert body["allowed"][0] == "investigate"


def test_without_title_and_service_nothing_is_raised() -> None:
    response: Any = call(make_person()).post(PROBLEMS, {"description": "slow"})
    assert response.status_code == 400
    assert not Problem.objects.exists()


def test_a_verb_answers_with_the_problem_and_a_refusal_with_what_is_allowed() -> None:
    engineer, problem = call(make_person()), make_problem()
    body: Any = engineer.post(f"{PROBLEMS}{problem.pk}/investigate/", {"version": problem.version}).json()
    assert body["status"] == "investigating"
    body = engineer.post(f"{PROBLEMS}{problem.pk}/mark_known_error/", KNOWN).json()
    assert body["known_error"]["workaround"] == KNOWN["workaround"]
    refused: Any = engineer.post(f"{PROBLEMS}{problem.pk}/investigate/")
    assert refused.status_code == 409
    assert refused.json()["status"] == "known_error"
    assert "plan_fix" in refused.json()["allowed"]


def test_an_old_version_is_refused() -> None:
    problem = problem_in("investigating")
    typed = {"outcome": "rule", "outcome_text": "Rule 7", "version": problem.version - 1}
    assert call(make_person()).post(f"{PROBLEMS}{problem.pk}/record_outcome/", typed).status_code == 409


def test_a_status_cannot_be_set_and_records_are_not_edited() -> None:
    engineer, problem = call(make_person()), make_problem()
    assert engineer.post(f"{PROBLEMS}{problem.pk}/investigate/", {"status": "closed"}).status_code == 400
    assert engineer.put(f"{PROBLEMS}{problem.pk}/", {"title": "x"}).status_code == 405


def test_a_colleague_who_does_not_work_on_problems_may_not_write() -> None:
    manager, problem = call(make_person(Role.MANAGER)), make_problem()
    assert manager.get(f"{PROBLEMS}{problem.pk}/").status_code == 200
    assert manager.post(f"{PROBLEMS}{problem.pk}/investigate/").status_code == 403


def test_the_timeline_is_readable() -> None:
    problem = problem_in("investigating")
    body: Any = call(make_person()).get(f"{PROBLEMS}{problem.pk}/events/").json()
    assert [event["verb"] for event in body["results"]] == ["investigate", "raise"]
