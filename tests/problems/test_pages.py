"""The board, the problem's page, raising and linking, and the panel on the incident's page."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Person, Role
from incidents import services as incident_services
from incidents.models import Incident
from problems import services
from problems.models import Problem, Status
from tests.factories import make_incident, make_person
from tests.problems.makers import KNOWN, make_problem, problem_in

pytestmark = pytest.mark.django_db


def browse(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pages(problem: Problem) -> list[str]:
    return [
        reverse("problems:list"),
        f"{reverse('problems:list')}?view=table",
        reverse("problems:new"),
        problem.get_absolute_url(),
        reverse("problems:command", args=[problem.pk, "investigate"]),
    ]


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    for page in pages(make_problem()):
        response: Any = client.get(page)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/login/")


def test_for_a_reporter_there_are_no_problems() -> None:
    reporter = browse(make_person(Role.REPORTER))
    for page in pages(make_problem()):
        assert reporter.get(page).status_code == 404


def test_an_engineer_reads_every_page() -> None:
    engineer = browse(make_person())
    for page in pages(make_problem()):
        assert engineer.get(page).status_code == 200


def test_a_colleague_who_does_not_work_on_problems_reads_but_has_no_buttons() -> None:
    problem, manager = make_problem(), browse(make_person(Role.MANAGER))
    board = manager.get(reverse("problems:list"))
    assert board.status_code == 200
    assert reverse("problems:new") not in board.content.decode()
    page = manager.get(problem.get_absolute_url())
    assert page.status_code == 200
    assert page.context["actions"] == []
    assert manager.get(reverse("problems:new")).status_code == 404


@pytest.mark.parametrize("status", Status.values)
def test_every_status_has_its_page(status: str) -> None:
    problem = problem_in(status)
    page = browse(make_person()).get(problem.get_absolute_url())
    assert page.status_code == 200
    assert f"status-{status}" in page.content.decode()


def test_the_board_costs_as_many_queries_for_many_problems_as_for_few(django_assert_num_queries: Any) -> None:
    engineer = browse(make_person())
    address = reverse("problems:list")
    for status in Status.values:
        problem_in(status, incident=make_incident())
    counted = _queries(engineer, address)
    for status in Status.values:
        for _number in range(3):
            problem_in(status, incident=make_incident())
    with django_assert_num_queries(counted):
        engineer.get(address)
    counted = _queries(engineer, f"{address}?view=table")
    problem_in("known_error", incident=make_incident())
    with django_assert_num_queries(counted):
        engineer.get(f"{address}?view=table")


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_a_card_stands_in_the_column_of_its_status_and_moves_by_a_button() -> None:
    problem, engineer = make_problem(incident=make_incident()), browse(make_person())
    columns = {column.status: column for column in engineer.get(reverse("problems:list")).context["columns"]}
    (card,) = columns["logged"].cards
    assert card.problem.incidents_of_30_days == 1
    assert [move.verb for move in card.moves] == ["investigate"]
    response = engineer.post(card.moves[0].url, {"version": problem.version})
    assert response.status_code == 302
    columns = {column.status: column for column in engineer.get(reverse("problems:list")).context["columns"]}
    assert (columns["logged"].count, columns["investigating"].count) == (0, 1)


def test_a_problem_walks_from_logged_to_closed_in_plain_forms() -> None:
    engineer = browse(make_person())
    problem = make_problem()
    steps: list[tuple[str, dict[str, str]]] = [
        ("investigate", {}),
        ("mark_known_error", KNOWN),
        ("plan_fix", {"fix": "Add the index", "due_on": "2030-01-31"}),
        ("verify", {"note": "deployed"}),
        ("record_outcome", {"outcome": "rule", "outcome_text": "Rule 12"}),
        ("close", {}),
    ]
    for verb, typed in steps:
        response = engineer.post(reverse("problems:command", args=[problem.pk, verb]), typed)
        assert response.status_code == 302, verb
    problem.refresh_from_db()
    assert problem.status == Status.CLOSED


def test_what_was_typed_survives_a_refusal() -> None:
    problem, engineer = problem_in("investigating"), browse(make_person())
    address = reverse("problems:command", args=[problem.pk, "mark_known_error"])
    response = engineer.post(address, {"cause": "The cache expires at once", "workaround": ""})
    assert response.status_code == 400
    assert "The cache expires at once" in response.content.decode()


def test_a_late_form_is_refused_with_the_text_kept() -> None:
    problem, engineer = problem_in("investigating"), browse(make_person())
    seen = problem.version
    services.record_outcome(problem, actor=None, via="web", outcome="rule", outcome_text="Rule 7")
    address = reverse("problems:command", args=[problem.pk, "record_outcome"])
    response = engineer.post(address, {"outcome": "plan", "outcome_text": "Plan of the cache", "version": seen})
    assert response.status_code == 409
    assert "Plan of the cache" in response.content.decode()
    problem.refresh_from_db()
    assert problem.outcome == "rule"


def test_the_form_of_a_new_problem_is_filled_from_the_incident() -> None:
    incident, engineer = make_incident(title="Slow checkout"), browse(make_person())
    page = engineer.get(f"{reverse('problems:new')}?incident={incident.pk}")
    assert "Slow checkout" in page.content.decode()
    typed = dict(page.context["form"].initial)
    response: Any = engineer.post(reverse("problems:new"), typed)
    problem = Problem.objects.get()
    assert response.url == problem.get_absolute_url()
    assert list(problem.incidents.all()) == [incident]


def test_an_incident_is_linked_from_its_own_page() -> None:
    incident, problem, engineer = make_incident(), make_problem(), browse(make_person())
    address = reverse("problems:link", args=[incident.pk])
    response: Any = engineer.post(address, {"problem": problem.reference})
    assert response.url == incident.get_absolute_url()
    again = engineer.post(address, {"problem": problem.reference})
    assert again.status_code == 400
    assert problem.reference in again.content.decode()
    assert engineer.post(address, {"problem": "PRB-99999"}).status_code == 400


def test_hostile_text_is_shown_as_text() -> None:
    hostile = "<script>alert(1)</script>"
    problem = make_problem(title=hostile, description=hostile)
    body = browse(make_person()).get(problem.get_absolute_url()).content.decode()
    assert hostile not in body
    assert hostile in unescape(body)


def unknown_cause() -> Incident:
    incident, engineer = make_incident(), make_person()
    incident_services.acknowledge_incident(incident, actor=engineer, via="web")
    incident_services.recover_incident(incident, actor=engineer, via="web")
    incident_services.resolve_incident(
        incident, actor=engineer, via="web", resolution="restarted", cause_class="unknown"
    )
    return incident


def test_the_incident_page_says_that_a_problem_is_needed_until_one_is_linked() -> None:
    incident, engineer = unknown_cause(), browse(make_person())
    body = engineer.get(incident.get_absolute_url()).content.decode()
    assert "it needs a linked problem" in body
    problem = problem_in("known_error", incident=incident)
    body = engineer.get(incident.get_absolute_url()).content.decode()
    assert "it needs a linked problem" not in body
    assert problem.reference in body
    assert KNOWN["workaround"] in body
