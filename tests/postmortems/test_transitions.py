"""The declared transitions equal a literal table; every other pair of phase and verb is refused."""

import pytest

from lifecycle.transitions import TransitionRefused, declared, perform
from postmortems.models import Postmortem, Status
from tests.postmortems.makers import postmortem_in

pytestmark = pytest.mark.django_db

TABLE = {
    "begin": {"proposed", "declined"},
    "decline": {"proposed"},
    "open_issues": {"timeline"},
    "open_actions": {"issues"},
    "repeat_pass": {"issues"},
    "publish": {"actions"},
    "go_back": {"issues", "actions", "published"},
}
REFUSED = [(verb, status) for verb, sources in TABLE.items() for status in Status.values if status not in sources]


def test_the_declared_transitions_equal_the_table() -> None:
    found: dict[str, set[str]] = {}
    for transition in declared(Postmortem):
        found.setdefault(transition.name, set()).add(str(transition.source))
    assert found == TABLE


@pytest.mark.parametrize(("verb", "status"), REFUSED)
def test_a_verb_is_refused_from_every_other_phase(verb: str, status: str) -> None:
    postmortem = postmortem_in(status)
    with pytest.raises(TransitionRefused) as refused:
        perform(postmortem, verb, actor=None, via="web")
    assert refused.value.status == status
    assert verb not in refused.value.allowed
    postmortem.refresh_from_db()
    assert postmortem.status == status
