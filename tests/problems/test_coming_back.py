"""A fix that is being verified, and the incident that comes all the same."""

from typing import Any

import pytest
from django.test import Client

from incidents import services as handling
from lifecycle.models import Event
from problems import services
from problems.models import Problem, Status
from reports.meeting.agenda import entries_of
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.problems.makers import problem_in
from tests.reports.meetings import make_meeting

pytestmark = pytest.mark.django_db


def test_an_incident_since_the_fix_asks_whether_it_holds(client: Client, clock: Clock) -> None:
    engineer = make_person()
    who: dict[str, Any] = {"actor": engineer, "via": "web"}
    client.force_login(engineer)
    before = make_incident(title="Reports block payments")
    clock.advance(hours=1)
    problem = problem_in(Status.VERIFYING, incident=before)
    page = f"/problems/{problem.pk}/"
    clock.advance(hours=1)
    assert "Does it hold?" not in client.get(page).content.decode()
    assert not Problem.objects.came_back().exists()

    drill = make_incident(service=before.service, is_drill=True)
    false_alarm = make_incident(service=before.service)
    for incident in (drill, false_alarm):
        services.link_incident(problem, **who, incident=incident)
    handling.cancel_incident(false_alarm, **who, reason="Nothing happened")
    assert not Problem.objects.came_back().exists()
    assert client.get(f"/api/v1{page}").json()["incidents_since"] == 0

    services.link_incident(problem, **who, incident=make_incident(service=before.service))
    shown = client.get(page).content.decode()
    assert "1 incident since the fix is being verified" in shown
    assert f"{page}step_back/" in shown
    assert client.get(f"/api/v1{page}").json()["incidents_since"] == 1
    board = client.get("/problems/").content.decode()
    assert "came back" in board
    assert "status=came_back" in board
    assert list(client.get("/problems/?view=table&status=came_back").context["page"].object_list) == [problem]
    meeting = make_meeting(status="running")
    assert [entry.facts["why"] for _slug, entry in entries_of(meeting.agenda) if entry.kind == "problem"] == [
        "came_back"
    ]

    services.step_back_problem(problem, **who, reason="The index is not used")
    assert "Does it hold?" not in client.get(page).content.decode()
    assert not Problem.objects.came_back().exists()
    assert Event.objects.about(problem).filter(verb="step_back").exists()
