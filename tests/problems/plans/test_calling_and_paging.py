"""Steps that do something: HTTP calls and pages, each by a person's press."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from django.db import connection

from detection.models import Alert
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused
from notifications.models import Delivery
from notifications.services.dispatching import dispatch_events
from problems.models import PlanRun, RunStep, StepStatus
from problems.plan_steps import StepSpec
from problems.services import planning
from problems.services.planning import calling as calls
from tests.factories import make_incident, make_person, make_service
from tests.problems.plans.makers import make_plan, make_run

pytestmark = pytest.mark.django_db


class Answering(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, bytes]]] = []
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers.get("Authorization", ""), body))
        answer = b"restarted with " + self.headers.get("Authorization", "").encode() + b" " * 2000
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    made = HTTPServer(("127.0.0.1", 0), Answering)
    Answering.seen, Answering.status = [], 200
    Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    settings.OUTBOUND_ALLOW = ["127.0.0.1"]
    yield f"http://127.0.0.1:{made.server_port}/restart"
    made.shutdown()
    made.server_close()


def calling(url: str) -> RunStep:
    step = StepSpec(
        kind="call",
        text="Restart",
        method="POST",
        url=url,
        headers={"Authorization": "Bearer s3cret"},
        body='{"of": "{incident}"}',
    )
    return make_run(step).steps.get()


def test_a_call_is_made_once_and_nothing_of_its_answers_body_is_kept(server: str) -> None:
    step, person = calling(server), make_person()
    planning.call_step(step, actor=person, via="web")
    ((path, secret, body),) = Answering.seen
    assert (path, secret) == ("/restart", "Bearer s3cret")
    assert step.run.incident.reference.encode() in body
    step.refresh_from_db()
    assert (step.status, step.answer_status, step.ended_by) == (StepStatus.DONE, 200, person)
    assert re.fullmatch(r"Answered in \d\.\d s\.", step.answer)
    with pytest.raises(InputRefused, match="already"):
        planning.call_step(step, actor=person, via="web")
    assert len(Answering.seen) == 1


def test_in_a_drill_nothing_is_called(server: str) -> None:
    step = StepSpec(kind="call", text="Restart", method="POST", url=server)
    run = make_run(step, incident=make_incident(is_drill=True))
    planning.call_step(run.steps.get(), actor=make_person(), via="web")
    assert Answering.seen == []
    done = run.steps.get()
    assert (done.status, done.answer_status, done.calling_since) == (StepStatus.DONE, None, None)


def test_a_call_that_fails_leaves_the_step_open(server: str) -> None:
    Answering.status = 503
    step = calling(server)
    planning.call_step(step, actor=make_person(), via="web")
    step.refresh_from_db()
    assert (step.status, step.answer_status, step.calling_since) == (StepStatus.OPEN, 503, None)
    assert Event.objects.about(step.run.incident).get(verb="fail_call").data["status"] == 503


def test_a_late_answer_does_not_overwrite_that_of_a_second_press(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    step, person = calling(server), make_person()
    make_the_call = calls._call

    def be_overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(calls, "_call", make_the_call)
        late = clock.now() - calls.HELD_FOR
        RunStep.objects.filter(pk=step.pk).update(calling_since=late)
        Answering.status = 503
        planning.call_step(RunStep.objects.get(pk=step.pk), actor=person, via="web")
        Answering.status = 200
        return make_the_call(*arguments)

    monkeypatch.setattr(calls, "_call", be_overtaken)
    planning.call_step(step, actor=person, via="web")
    stored = RunStep.objects.get(pk=step.pk)
    assert (stored.status, stored.answer_status) == (StepStatus.OPEN, 503)
    verbs = Event.objects.about(step.run.incident).filter(verb__in=["answer_call", "fail_call"])
    assert sorted(verbs.values_list("verb", flat=True)) == ["answer_call", "fail_call"]


def test_a_call_on_its_way_is_not_made_twice(server: str) -> None:
    step = calling(server)
    RunStep.objects.filter(pk=step.pk).update(calling_since=clock.now())
    with pytest.raises(InputRefused, match="on its way"):
        planning.call_step(step, actor=make_person(), via="web")
    assert Answering.seen == []


def test_an_address_that_has_become_internal_is_refused_and_audited(server: str, settings: Any) -> None:
    step, person = calling(server), make_person()
    settings.OUTBOUND_ALLOW = []
    planning.call_step(step, actor=person, via="web")
    assert Answering.seen == []
    step.refresh_from_db()
    assert (step.status, step.answer_status) == (StepStatus.OPEN, None)
    assert "may not be called" in step.answer
    event = Event.objects.about(step.run.incident).get(verb="fail_call")
    assert (event.actor, event.data["code"], event.data["host"]) == (person, "refused", "127.0.0.1")


def test_a_step_pages_the_role_it_names_once() -> None:
    run = make_run(StepSpec(kind="page", role="service_owner", text="Decides"))
    owner, step = run.incident.service.owner, run.steps.get()
    for _press in range(2):
        planning.page_step(step, actor=make_person(), via="web")
    pages = Delivery.objects.filter(incident=run.incident, purpose="page")
    assert {page.recipient for page in pages} == {owner}
    assert Event.objects.about(run.incident).filter(verb="page_from_plan").count() == 1
    assert Event.objects.about(run.incident).get(verb="page_person").data["people"] == [owner.name]


def test_where_nobody_is_on_call_the_managers_are_paged() -> None:
    manager = make_person("incident_manager")
    run = make_run(StepSpec(kind="page", role="secondary"))
    planning.page_step(run.steps.get(), actor=make_person(), via="web")
    assert {page.recipient for page in Delivery.objects.filter(incident=run.incident)} == {manager}


def test_a_plan_follows_the_labels_of_alerts_that_came_with_the_incident() -> None:
    plan, service = make_plan(labels={"app": "pay", "zone": "a"}), make_service()
    fits, other = make_incident(service=service), make_incident(service=service)
    for incident, labels in ((fits, {"app": "pay", "zone": "a", "pod": "1"}), (other, {"app": "pay"})):
        at = clock.now()
        Alert.objects.create(
            incident=incident, service=service, labels=labels, started_at=at, opened_at=at, last_seen_at=at, peak=1.0
        )
    assert not PlanRun.objects.exists()
    dispatch_events()
    assert [(run.incident, run.plan) for run in PlanRun.objects.all()] == [(fits, plan)]


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_lose_no_tick_and_count_none_twice() -> None:
    run, people = make_run(*(f"Step {number}" for number in range(6))), [make_person() for _each in range(3)]
    steps = list(run.steps.values_list("pk", flat=True))

    def tick(work: tuple[int, int]) -> None:
        person, step = work
        try:
            planning.tick_step(RunStep.objects.get(pk=step), actor=people[person], via="web")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tick, [(person, step) for step in steps for person in range(3)]))
    assert run.steps.filter(status=StepStatus.DONE).count() == 6
    assert Event.objects.about(run.incident).filter(verb="tick_step").count() == 6
