"""The API of plans: status codes and shapes."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from lifecycle import clock
from problems.plan_figures import figures_of
from problems.services import planning
from tests.factories import make_incident, make_person
from tests.problems.plans.makers import make_editor, make_plan, make_run

pytestmark = pytest.mark.django_db
PLANS = "/api/v1/plans/"


def call(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def post(client: APIClient, address: str, **values: Any) -> Any:
    return client.post(address, values, format="json")


def test_a_plan_is_written_and_published_by_api() -> None:
    editor = call(make_editor())
    added = post(editor, PLANS, name="Gateway down")
    assert added.status_code == 201, added.json()
    here = f"{PLANS}{added.json()['id']}/"
    steps = [
        {"kind": "manual", "text": "Look", "expected_seconds": 60},
        {
            "kind": "call",
            "text": "Restart",
            "method": "POST",
            "url": "https://93.184.216.34/hook/secret",
            "headers": {"X-Key": "s3cret"},
        },
    ]
    saved = post(editor, f"{here}save_draft/", steps=steps)
    assert saved.status_code == 200, saved.json()
    assert "secret" not in saved.content.decode()
    body = post(editor, f"{here}publish_version/", note="first").json()
    assert (body["status"], body["published"]["number"], body["draft"]) == ("published", 1, None)
    assert body["published"]["steps"][1]["header_names"] == ["X-Key"]
    refused = post(editor, f"{here}publish_version/")
    assert refused.status_code == 409
    assert "retire" in refused.json()["allowed"]
    set_ = post(editor, f"{here}set_conditions/", conditions=[{"levels": [1]}])
    assert set_.json()["conditions"][0]["levels"] == [1]
    assert post(editor, f"{here}restore/", number=1).json()["draft"]["restored_from"] == 1
    assert editor.get(f"{here}versions/1/").json()["steps"][0]["text"] == "Look"


def test_an_internal_address_and_a_circle_are_answered_with_a_sentence() -> None:
    editor, plan = call(make_editor()), make_plan()
    here = f"{PLANS}{plan.pk}/save_draft/"
    step = {"kind": "call", "text": "x", "method": "GET", "url": "http://127.0.0.1:6379/"}
    refused = post(editor, here, steps=[step])
    assert refused.status_code == 400
    assert "may not be called" in str(refused.json()["url"])
    refused = post(editor, here, steps=[{"kind": "plan", "subplan": plan.pk}])
    assert "cannot lead back to itself" in str(refused.json()["subplan"])


def test_a_run_is_worked_through_by_api() -> None:
    plan, incident, engineer = make_plan("Look", "Switch"), make_incident(), call(make_person())
    here = f"/api/v1/incidents/{incident.pk}/plans/"
    run = post(engineer, here, plan=plan.pk)
    assert run.status_code == 201, run.json()
    address = f"/api/v1/plan-runs/{run.json()['id']}/"
    steps = post(engineer, f"{address}start/").json()["steps"]
    assert [step["number"] for step in steps] == ["1", "2"]
    assert steps[0]["allowed"] == ["tick", "skip", "note"]
    assert post(engineer, f"{address}finish/").status_code == 409
    post(engineer, f"{address}steps/{steps[0]['id']}/tick/", note="seen")
    body = post(engineer, f"{address}steps/{steps[1]['id']}/skip/", reason="not needed").json()
    assert [step["status"] for step in body["steps"]] == ["done", "skipped"]
    assert body["allowed"] == ["finish", "abort"]
    assert post(engineer, f"{address}finish/").json()["status"] == "finished"
    assert engineer.get(here).json()[0]["status"] == "finished"


def test_who_may_not_is_told_so() -> None:
    plan = make_plan()
    assert post(call(make_person()), f"{PLANS}{plan.pk}/save_draft/", steps=[]).status_code == 403
    assert post(call(make_person()), f"{PLANS}{plan.pk}/retire/", reason="x").status_code == 403
    assert call(make_person(Role.REPORTER)).get(f"{PLANS}{plan.pk}/").status_code == 404


def test_figures_count_incidents_with_and_without_a_plan_and_the_seconds_of_steps() -> None:
    run, person = make_run("Look"), make_person()
    make_incident()
    make_incident(is_drill=True)
    planning.tick_step(run.steps.get(), actor=person, via="web")
    body = call(person).get(f"{PLANS}figures/").json()
    assert body["share"] == {"incidents": 2, "with_plan": 1, "with_run": 1, "percent": 50.0}
    (step,) = body["steps"]
    assert (step["title"], step["count"], step["skipped"]) == ("Look", 1, 0)
    assert step["median"] is not None
    assert not figures_of(make_person(Role.REPORTER), clock.now()).share.incidents


def test_a_run_costs_the_same_however_many_steps(django_assert_max_num_queries: Any) -> None:
    run = make_run(*(f"Step {number}" for number in range(25)))
    client = call(make_person())
    with django_assert_max_num_queries(12):
        client.get(f"/api/v1/plan-runs/{run.pk}/")
