"""Did the same incident come back after the actions of a postmortem were verified?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Role
from incidents.models import Incident
from incidents.services import complete_action, verify_action
from lifecycle import clock as time
from postmortems.effect import Candidate, Marks, judge, why_the_same
from postmortems.effects import effects_of
from postmortems.models import Postmortem
from postmortems.services import publish_postmortem
from problems.services import raise_problem
from tests.clock import Clock as Hand
from tests.factories import make_incident, make_person
from tests.postmortems.makers import add_action, postmortem_in

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
MINE = Marks(frozenset({7}), "disk full", frozenset({3}), (1, 2))
DAYS = {"first_days": 30, "last_days": 90}


def after(days: float, marks: Marks = MINE, pk: int = 1) -> Candidate:
    return Candidate(pk, SINCE + timedelta(days=days), marks)


@pytest.mark.parametrize(
    ("later", "at", "status", "early"),
    [
        ([], 10, "watched", []),
        ([], 91, "held", []),
        ([after(12)], 20, "recurred", [True]),
        ([after(40), after(29, pk=2)], 95, "recurred", [True, False]),
        ([after(-1), after(91), after(5, Marks(frozenset({8})))], 95, "held", []),
    ],
)
def test_the_effect_follows_from_what_came_later(later: Any, at: int, status: str, early: list[bool]) -> None:
    effect = judge([SINCE, SINCE - timedelta(days=3)], [MINE], later, at=SINCE + timedelta(days=at), **DAYS)
    assert effect is not None
    assert (effect.status, [each.is_early for each in effect.recurrences]) == (status, early)
    assert effect.since == SINCE


def test_before_every_action_is_verified_nothing_is_judged() -> None:
    effect = judge([SINCE, None, None], [MINE], [after(1)], at=SINCE, **DAYS)
    assert effect is not None
    assert (effect.status, effect.waiting, effect.recurrences) == ("pending", 2, ())
    assert judge([], [MINE], [], at=SINCE, **DAYS) is None


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (MINE, "problem"),
        (Marks(fingerprint="disk full", rules=frozenset({3})), "fingerprint"),
        (Marks(rules=frozenset({3, 4}), category=(1, 2)), "rule"),
        (Marks(category=(1, 2)), "category"),
        (Marks(category=(2, 2)), ""),
        (Marks(), ""),
    ],
)
def test_the_surest_reason_is_told(other: Marks, reason: str) -> None:
    assert why_the_same([Marks(), MINE], other) == reason


def settled() -> Postmortem:
    postmortem = postmortem_in("actions")
    action = add_action(postmortem)
    publish_postmortem(postmortem, actor=None, via="web")
    complete_action(action, actor=action.owner, via="web", proof="it runs")
    verify_action(action, actor=make_person(Role.INCIDENT_MANAGER), via="web")
    return postmortem


@pytest.mark.django_db
def test_what_came_back_is_a_link_in_the_list_and_on_the_page(clock: Hand) -> None:
    postmortem, engineer = settled(), make_person()
    first = postmortem.incidents.get()
    problem = raise_problem(incident=first, title="Leak", actor=None, via="web")
    client = Client()
    client.force_login(engineer)
    assert "watched until" in client.get("/postmortems/").content.decode()
    clock.advance(days=12)
    again, secret = make_incident(), make_incident(title="Salaries")
    problem.incidents.add(again, secret)
    Incident.objects.filter(pk=secret.pk).update(is_restricted=True)
    make_incident(service=first.service)
    shown = effects_of([postmortem], engineer, time.now())[postmortem.pk]
    assert ([incident for incident, _why in shown.links], shown.unseen) == ([again], 1)
    for address in ("/postmortems/", postmortem.get_absolute_url()):
        body = client.get(address).content.decode()
        assert "came back" in body
        assert again.get_absolute_url() in body
        assert "Salaries" not in body
    answer: Any = client.get(f"/api/v1/postmortems/{postmortem.pk}/").json()["effect"]
    assert answer["recurrences"] == [{"incident": again.pk, "reason": "problem", "is_early": True}]


@pytest.mark.django_db
def test_the_effect_of_many_costs_as_many_queries_as_that_of_few() -> None:
    engineer, at = make_person(), time.now()
    postmortems = [settled()]
    counted = []
    for _again in range(2):
        with CaptureQueriesContext(connection) as captured:
            effects_of(postmortems, engineer, at)
        counted.append(len(captured))
        postmortems += [settled(), settled()]
    assert counted[0] == counted[1] <= 12
