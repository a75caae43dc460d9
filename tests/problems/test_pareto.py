"""The causes that bring the most incidents, above the board, each with the way to its problems."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import services as handling
from lifecycle import clock
from problems import services
from problems.models import Cause, Problem
from problems.pareto import bars_of, recurring_causes
from problems.services import analysis
from tests.factories import acting, make_incident, make_person
from tests.problems.makers import make_problem

pytestmark = pytest.mark.django_db


def caused(problem: Problem, slug: str, *, is_factor: bool = False) -> None:
    cause = Cause.objects.get(slug=slug)
    if is_factor:
        analysis.add_factor(problem, cause=cause, text="It made it worse", **acting())
    else:
        analysis.add_why(problem, text="So it was", cause=cause, **acting())


def linked(problem: Problem, **fields: Any) -> Any:
    incident = make_incident(service=problem.service, **fields)
    services.link_incident(problem, incident=incident, **acting())
    return incident


def two_causes() -> list[str]:
    return list(Cause.objects.exclude(parent=None).order_by("pk").values_list("slug", flat=True)[:2])


def test_the_cause_of_most_incidents_stands_first_and_each_incident_counts_once(client: Client) -> None:
    rare, often = two_causes()
    one, two = make_problem(title="One"), make_problem(title="Two")
    caused(one, often)
    caused(one, often, is_factor=True)
    caused(two, often, is_factor=True)
    caused(two, rare)
    shared = linked(one)
    services.link_incident(two, incident=shared, **acting())
    linked(one)
    linked(two, is_drill=True)
    linked(two, occurred_at=clock.now() - timedelta(days=91), reported_at=clock.now() - timedelta(days=91))
    false_alarm = linked(two)
    handling.cancel_incident(false_alarm, actor=make_person(), via="web", reason="Nothing happened")
    bars = recurring_causes(clock.now())
    assert [(bar.cause.slug, bar.incidents, bar.width, bar.together) for bar in bars] == [
        (often, 2, 100.0, 100),
        (rare, 1, 50.0, 100),
    ]
    client.force_login(make_person())
    board = client.get("/problems/").content.decode()
    assert "Causes that come back" in board
    for slug, problems in ((often, {one, two}), (rare, {two})):
        assert f"?view=table&amp;cause={slug}" in board
        answer = client.get(f"/problems/?view=table&cause={slug}")
        assert set(answer.context["page"].object_list) == problems
        assert {row.incidents_in_all for row in answer.context["page"].object_list} <= {2, 4}
    assert client.get("/problems/?view=table&cause=%00").status_code == 200


def test_without_a_classed_cause_nothing_is_shown(client: Client) -> None:
    linked(make_problem())
    assert recurring_causes(clock.now()) == []
    client.force_login(make_person())
    assert "Causes that come back" not in client.get("/problems/").content.decode()


def test_the_share_together_rises_to_all() -> None:
    first, second, third = (Cause(pk=number, name=str(number), slug=str(number)) for number in (1, 2, 3))
    bars = bars_of([(third, {1}), (first, {1, 2, 3, 4}), (second, {4, 5, 6})])
    assert [(bar.cause.pk, bar.incidents, bar.together) for bar in bars] == [(1, 4, 67), (2, 3, 100), (3, 1, 100)]
    assert bars_of([(first, set())]) == []


def test_many_causes_cost_no_more_queries() -> None:
    numbers = []
    slugs = list(Cause.objects.exclude(parent=None).values_list("slug", flat=True)[:5])
    for slug in slugs:
        problem = make_problem()
        caused(problem, slug)
        linked(problem)
        now = clock.now()
        with CaptureQueriesContext(connection) as captured:
            recurring_causes(now)
        numbers.append(len(captured))
    assert set(numbers) == {3}
