"""The pages of plans, without JavaScript: write, publish, attach, work through."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from incidents import services as incident_services
from problems.models import Plan, PlanRun, PlanVersion, StepStatus
from problems.services import planning
from tests.factories import make_incident, make_person
from tests.problems.plans.makers import SYSTEM, make_editor, make_plan, make_run, manual

pytestmark = pytest.mark.django_db


def browse(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def texts(version: PlanVersion | None) -> list[str]:
    return [step.text for step in version.steps.all()] if version else []


def test_a_plan_is_written_published_and_restored_on_its_pages() -> None:
    editor = browse(make_editor())
    editor.post("/problems/plans/new/", {"name": "Gateway down", "purpose": "One falls"})
    plan = Plan.objects.get()
    draft = f"{plan.get_absolute_url()}draft/"
    for text in ("Look", "Switch"):
        answer = editor.post(f"{draft}add/manual/", {"text": text, "expected_seconds": "60"})
        assert answer.headers["Location"] == draft
    editor.post(f"{draft}2/up/")
    assert "Switch" in editor.get(draft).content.decode()
    editor.post(f"{plan.get_absolute_url()}publish_version/", {"note": "first"})
    plan.refresh_from_db()
    assert plan.status == "published"
    assert texts(plan.published) == ["Switch", "Look"]
    editor.post(f"{draft}1/", {"text": "Look closer"})
    editor.post(f"{plan.get_absolute_url()}publish_version/", {"note": "second"})
    body = editor.get(f"{plan.get_absolute_url()}versions/2/").content.decode()
    assert "Look closer" in body
    assert "changed" in body
    editor.post(f"{plan.get_absolute_url()}restore/", {"number": "1"})
    assert texts(plan.draft) == ["Switch", "Look"]
    for path in ("", "draft/", "versions/1/", "conditions/"):
        assert editor.get(plan.get_absolute_url() + path).status_code == 200


def test_conditions_are_set_and_struck_out_on_their_page() -> None:
    plan, editor = make_plan(), browse(make_editor())
    path = f"{plan.get_absolute_url()}conditions/"
    begin = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    assert editor.post(path, {**begin, "form-0-levels": ["1", "2"], "form-0-labels": "app=pay"}).status_code == 302
    condition = plan.conditions.get()
    assert (condition.levels, condition.labels) == ([1, 2], {"app": "pay"})
    page = editor.get(path).content.decode()
    assert "app=pay" in page
    gone = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-levels": ["1"], "form-0-DELETE": "on"}
    editor.post(path, gone)
    assert not plan.conditions.exists()


def test_a_plan_is_attached_and_worked_through_on_the_incident_page() -> None:
    plan, incident, person = make_plan("Look", manual("Switch", needs_confirm=True)), make_incident(), make_person()
    engineer = browse(person)
    here = f"{incident.get_absolute_url()}#plans"
    assert plan.name in engineer.get(incident.get_absolute_url()).content.decode()
    engineer.post(f"/problems/plans/attach/{incident.pk}/", {"plan": plan.pk})
    run = PlanRun.objects.get()
    answer = engineer.post(f"{run.get_absolute_url()}start/", {"next": here})
    assert answer.headers["Location"] == here
    first, second = run.steps.all()
    steps = f"{run.get_absolute_url()}steps"
    assert engineer.post(f"{steps}/{first.pk}/tick/", {"next": here}).headers["Location"] == here
    refused = engineer.post(f"{steps}/{second.pk}/tick/", {"next": here})
    assert refused.status_code == 400
    assert "Confirm first" in refused.content.decode()
    assert engineer.post(f"{run.get_absolute_url()}finish/").status_code == 409
    engineer.post(f"{steps}/{second.pk}/tick/", {"is_confirmed": "on"})
    engineer.post(f"{run.get_absolute_url()}finish/", {"next": "https://evil.example/"})
    run.refresh_from_db()
    assert run.status == "finished"
    body = engineer.get(incident.get_absolute_url()).content.decode()
    assert "finished the plan" in body
    assert "2 of 2 steps" in body


def test_who_does_not_edit_plans_finds_no_editor() -> None:
    plan = make_plan()
    for role in (Role.OPERATIONS, Role.DEVELOPER, Role.MANAGER):
        client = browse(make_person(role))
        assert client.get(plan.get_absolute_url()).status_code == 200
        for path in ("draft/", "draft/add/manual/", "draft/1/", "conditions/"):
            assert client.get(plan.get_absolute_url() + path).status_code == 404
        assert client.post(f"{plan.get_absolute_url()}draft/1/remove/").status_code == 404
        assert client.post(f"{plan.get_absolute_url()}retire/", {"reason": "x"}).status_code == 403
        assert client.get("/problems/plans/new/").status_code == 404
    assert browse(make_person(Role.REPORTER)).get("/problems/plans/").status_code == 404


def test_a_restricted_incident_shows_its_run_to_nobody_else() -> None:
    run, insider = make_run("Look"), make_person()
    incident_services.acknowledge_incident(run.incident, actor=insider, via="web")
    incident_services.restrict_incident(run.incident, is_restricted=True, participants=[], actor=insider, via="web")
    step = run.steps.get()
    stranger = browse(make_person())
    assert stranger.get(run.get_absolute_url()).status_code == 404
    assert stranger.post(f"{run.get_absolute_url()}steps/{step.pk}/tick/").status_code == 404
    assert stranger.post(f"/problems/plans/attach/{run.incident_id}/", {"plan": run.plan_id}).status_code == 404
    page = stranger.get(run.plan.get_absolute_url()).content.decode()
    assert run.incident.reference not in page
    assert browse(insider).get(run.get_absolute_url()).status_code == 200
    step.refresh_from_db()
    assert step.status == StepStatus.OPEN


def test_pages_cost_the_same_however_many_steps_and_runs(django_assert_max_num_queries: Any) -> None:
    person = make_person()
    plan = make_plan(*(f"Step {number}" for number in range(20)))
    incident = make_incident()
    run = planning.start_plan(planning.attach_plan(incident, plan=plan, **SYSTEM), **SYSTEM)
    for step in run.steps.all()[:10]:
        planning.tick_step(step, actor=person, via="web")
    client = browse(person)
    client.get(run.get_absolute_url())
    with django_assert_max_num_queries(16):
        client.get(run.get_absolute_url())
    for number in range(4):
        make_plan(name=f"Plan {number}")
        make_run(plan=plan)
    with django_assert_max_num_queries(12):
        client.get("/problems/plans/")
    with django_assert_max_num_queries(26):
        client.get(plan.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get("/problems/plans/figures/")
