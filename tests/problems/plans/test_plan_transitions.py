"""The declared transitions of plans and of their runs equal literal tables; every other pair is refused."""

import pytest

from lifecycle.models import Event
from lifecycle.transitions import TransitionRefused, declared, perform
from problems.models import Plan, PlanRun, PlanStatus, RunStatus
from tests.problems.plans.makers import plan_in, run_in

pytestmark = pytest.mark.django_db

PLANS = {
    "publish_version": {"draft", "published"},
    "retire": {"draft", "published"},
    "revive": {"retired"},
}
RUNS = {
    "start": {"attached"},
    "detach": {"attached"},
    "finish": {"running"},
    "abort": {"running"},
}


def refused(table: dict[str, set[str]], statuses: list[str]) -> list[tuple[str, str]]:
    return [(verb, status) for verb, sources in table.items() for status in statuses if status not in sources]


@pytest.mark.parametrize(("model", "table"), [(Plan, PLANS), (PlanRun, RUNS)])
def test_the_declared_transitions_equal_the_table(model: type[Plan | PlanRun], table: dict[str, set[str]]) -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(model):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == table


@pytest.mark.parametrize(("verb", "status"), refused(PLANS, PlanStatus.values))
def test_a_verb_of_a_plan_is_refused_from_every_other_status(verb: str, status: str) -> None:
    check(plan_in(status), verb)


@pytest.mark.parametrize(("verb", "status"), refused(RUNS, RunStatus.values))
def test_a_verb_of_a_run_is_refused_from_every_other_status(verb: str, status: str) -> None:
    check(run_in(status), verb)


def check(record: Plan | PlanRun, verb: str) -> None:
    status, events = record.status, Event.objects.about(record).count()
    with pytest.raises(TransitionRefused) as refusal:
        perform(record, verb, actor=None, via="web")
    assert verb not in refusal.value.allowed
    record.refresh_from_db()
    assert record.status == status
    assert Event.objects.about(record).count() == events
