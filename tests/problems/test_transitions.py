"""The declared transitions equal a literal table; every other pair of status and verb is refused."""

import pytest

from lifecycle.models import Event
from lifecycle.transitions import TransitionRefused, declared, perform
from problems.models import Problem, Status
from tests.problems.makers import problem_in

pytestmark = pytest.mark.django_db

SOUGHT = {"investigating", "known_error", "fix_planned", "verifying"}
TABLE = {
    "investigate": {"logged"},
    "mark_known_error": {"investigating"},
    "plan_fix": {"known_error"},
    "verify": {"fix_planned"},
    "record_outcome": SOUGHT,
    "sign_waiver": SOUGHT,
    "close": SOUGHT,
    "step_back": {"known_error", "fix_planned", "verifying"},
    "reopen": {"closed", "rejected"},
    "reject": {"logged", "investigating"},
}
REFUSED = [(verb, status) for verb, sources in TABLE.items() for status in Status.values if status not in sources]


def test_the_declared_transitions_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(Problem):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_verb_is_refused_from_every_other_status(verb: str, status: str) -> None:
    problem = problem_in(status)
    events = Event.objects.about(problem).count()
    with pytest.raises(TransitionRefused) as refused:
        perform(problem, verb, actor=None, via="web")
    assert refused.value.status == status
    assert verb not in refused.value.allowed
    problem.refresh_from_db()
    assert problem.status == status
    assert Event.objects.about(problem).count() == events
