"""A thousand looks at once raise one problem."""

import pytest

from problems.models import Evidence, Problem, RecurrencePolicy
from problems.services.recurring import look_at
from tests.factories import make_incident, make_service
from tests.incidents.test_races import all_at_once, fresh

pytestmark = pytest.mark.django_db(transaction=True)
HITS = 1000
OPEN = 20


def test_a_thousand_hits_at_once_raise_one_problem() -> None:
    service = make_service()
    incidents = [make_incident(service=service, title=f"Refunds of node {number} hang") for number in range(OPEN)]
    answers, refusals = all_at_once(lambda number: look_at(fresh(incidents[number % OPEN])), times=HITS)
    assert not refusals
    problem = Problem.objects.get()
    assert len(answers) == HITS
    assert Evidence.objects.filter(problem=problem).count() == OPEN
    assert problem.incidents.count() == OPEN


def test_two_that_pass_each_other_are_stopped_by_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of the service, the unique signature still lets one through and feeds it with the others."""
    monkeypatch.setattr("problems.services.recurring._wait_for_the_service", lambda _incident: None)
    RecurrencePolicy.objects.exclude(kind="service").update(is_active=False)
    RecurrencePolicy.objects.update(factor=0)
    service = make_service()
    incidents = [make_incident(service=service, title=f"Node {number}") for number in range(12)]
    answers, refusals = all_at_once(lambda number: look_at(fresh(incidents[number % 12])), times=48)
    assert not refusals
    assert len(answers) == 48
    assert Problem.objects.count() == 1
