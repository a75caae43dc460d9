"""A problem closes with the detection rule that watches for it from now on."""

from typing import Any

import pytest

from lifecycle.transitions import InputRefused
from problems import outcomes, services
from tests.detection.made import make_rule
from tests.factories import acting
from tests.problems.makers import problem_in

pytestmark = pytest.mark.django_db


def record(reference: str) -> Any:
    problem = problem_in("verifying")
    return services.record_outcome(
        problem, outcome="rule", outcome_text="Slow reports", outcome_reference=reference, **acting()
    )


@pytest.mark.parametrize("words", ["{}", "RULE-{}", "rule-{}", " {} "])
def test_a_problem_closes_with_a_rule_that_is_there(words: str) -> None:
    rule = make_rule(name="Slow reports")
    problem = record(words.format(rule.pk))
    assert problem.outcome_reference == f"RULE-{rule.pk}"
    target = outcomes.find("rule", problem.outcome_reference)
    assert target is not None
    assert (target.label, target.url) == ("Slow reports", rule.get_absolute_url())
    assert services.close_problem(problem, **acting()).status == "closed"


@pytest.mark.parametrize("reference", ["", "0", "99999999", "-1", "1 OR 1=1", "9" * 40, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_rule_that_is_not_there_is_refused(reference: str) -> None:
    with pytest.raises(InputRefused):
        record(reference)
