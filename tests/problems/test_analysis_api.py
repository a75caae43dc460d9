"""The API writes the analysis of a problem by its verbs, and shows it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from problems.models import Why
from tests.factories import make_incident, make_person
from tests.problems.makers import make_problem

pytestmark = pytest.mark.django_db
PROBLEMS = "/api/v1/problems/"


def call(person: Person) -> Any:
    client = APIClient()
    client.force_login(person)
    return client


def test_whys_factors_and_changes_are_written_and_shown() -> None:
    engineer, problem = call(make_person()), make_problem(incident=make_incident())
    address = f"{PROBLEMS}{problem.pk}/"
    assert engineer.post(f"{address}add_why/", {"text": "It was slow"}).status_code == 200
    first = Why.objects.get()
    typed = {"text": "No index", "parent": first.pk, "cause": "software-slow-query", "is_root": True}
    assert engineer.post(f"{address}add_why/", typed).status_code == 200
    typed = {"cause": "capacity-unexpected-load", "text": "A sale"}
    assert engineer.post(f"{address}add_factor/", typed).status_code == 200
    change = {"kind": "pull_request", "url": "https://git.example.com/12", "title": "Add it"}
    told = engineer.post(f"{address}link_change/", change).json()
    assert [(why["text"], why["parent"], why["cause"]) for why in told["whys"]] == [
        ("It was slow", None, None),
        ("No index", first.pk, "software-slow-query"),
    ]
    assert told["factors"][0]["cause"] == "capacity-unexpected-load"
    assert told["changes"][0]["url"] == change["url"]
    assert told["impact"]["incidents"] == 1
    assert told["impact"]["arithmetic"].startswith("0 / 1,000 × 1 + 1 × 5 + ")
    gone = engineer.post(f"{address}unlink_change/", {"change": told["changes"][0]["id"]}).json()
    assert gone["changes"] == []
    assert engineer.post(f"{address}remove_why/", {"why": first.pk}).json()["whys"] == []


@pytest.mark.parametrize(
    ("verb", "typed", "field"),
    [
        ("add_why", {"text": ""}, "text"),
        ("add_why", {"text": "x" * 20_001}, "text"),
        ("add_why", {"text": "x", "parent": 999_999}, "parent"),
        ("add_why", {"text": "x", "cause": "no-such"}, "cause"),
        ("add_why", {"text": "x", "status": "closed"}, "status"),
        ("add_factor", {"text": "x"}, "cause"),
        ("remove_factor", {"factor": "x"}, "factor"),
        ("link_change", {"kind": "change", "url": "javascript:alert(1)"}, "url"),
        ("link_change", {"kind": "poem", "url": "https://example.com"}, "kind"),
        ("unlink_change", {"change": -1}, "change"),
    ],
)
def test_what_cannot_be_used_is_said_by_field(verb: str, typed: dict[str, Any], field: str) -> None:
    problem, engineer = make_problem(), call(make_person())
    if verb.startswith(("remove", "unlink")):
        engineer.post(f"{PROBLEMS}{problem.pk}/add_factor/", {"cause": "software", "text": "x"})
        engineer.post(f"{PROBLEMS}{problem.pk}/link_change/", {"kind": "change", "url": "https://example.com"})
    answer = engineer.post(f"{PROBLEMS}{problem.pk}/{verb}/", typed)
    assert answer.status_code == 400
    assert field in answer.json()


def test_a_line_of_another_problem_is_none_of_this_one() -> None:
    engineer, one, other = call(make_person()), make_problem(), make_problem()
    engineer.post(f"{PROBLEMS}{one.pk}/add_why/", {"text": "x"})
    typed = {"text": "y", "parent": Why.objects.get().pk}
    assert engineer.post(f"{PROBLEMS}{other.pk}/add_why/", typed).status_code == 400


@pytest.mark.parametrize(("role", "status"), [(Role.REPORTER, 404), (Role.SERVICE_OWNER, 403), (Role.DEVELOPER, 200)])
def test_who_may_write_the_analysis(role: str, status: int) -> None:
    answer = call(make_person(role)).post(f"{PROBLEMS}{make_problem().pk}/add_why/", {"text": "x"})
    assert answer.status_code == status
    assert Why.objects.exists() is (status == 200)


def test_the_taxonomy_is_told() -> None:
    told = call(make_person()).get("/api/v1/causes/").json()
    rows = told if isinstance(told, list) else told["results"]
    assert {"slug": "software-slow-query", "name": "Slow query", "part_of": "software", "is_active": True} in rows
    assert call(make_person(Role.REPORTER)).get("/api/v1/causes/").status_code == 404


def test_a_list_costs_the_same_for_few_and_for_many(django_assert_max_num_queries: Any) -> None:
    engineer = call(make_person())
    for _ in range(5):
        make_problem(incident=make_incident())
    with django_assert_max_num_queries(10):
        assert len(engineer.get(PROBLEMS).json()["results"]) == 5
