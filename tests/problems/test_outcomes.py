"""An outcome names something that is there, where the product can tell."""

import pytest

from lifecycle.transitions import InputRefused, TransitionRefused
from problems import outcomes, services
from problems.models import Plan, Problem
from problems.plan_outcomes import find_plan
from tests.factories import acting
from tests.problems.makers import problem_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> dict[str, outcomes.Target]:
    """A place where inspections can be found."""
    there = {"7": outcomes.Target("INSP-7", "Certificates", "/x/7/")}
    monkeypatch.setattr(outcomes, "_finders", {"inspection": lambda text: there.get(text.removeprefix("INSP-"))})
    return there


def record(problem: Problem, reference: str, outcome: str = "inspection") -> Problem:
    return services.record_outcome(
        problem, outcome=outcome, outcome_text="Certificates", outcome_reference=reference, **acting()
    )


def test_what_is_named_is_kept_by_its_reference(shelf: dict[str, outcomes.Target]) -> None:
    problem = record(problem_in("verifying"), " 7 ")
    assert problem.outcome_reference == "INSP-7"
    assert services.close_problem(problem, **acting()).status == "closed"


@pytest.mark.parametrize("reference", ["", "  ", "8", "INSP-7'--", "7\0", "7" * 61])
def test_what_is_missing_or_not_there_is_refused(shelf: dict[str, outcomes.Target], reference: str) -> None:
    problem = problem_in("verifying")
    with pytest.raises(InputRefused) as refused:
        record(problem, reference)
    assert set(refused.value.errors) == {"outcome_reference"}
    problem.refresh_from_db()
    assert problem.outcome == ""


def test_a_problem_does_not_close_once_that_is_gone(shelf: dict[str, outcomes.Target]) -> None:
    problem = record(problem_in("verifying"), "7")
    shelf.clear()
    with pytest.raises(TransitionRefused, match="not there"):
        services.close_problem(problem, **acting())


def test_a_kind_that_nobody_keeps_is_told_in_words_alone(shelf: dict[str, outcomes.Target]) -> None:
    problem = problem_in("verifying")
    with pytest.raises(InputRefused, match="words"):
        record(problem, "12", outcome="waiver")
    assert record(problem, "", outcome="waiver").outcome == "waiver"


def test_nobody_records_that_it_was_imported() -> None:
    with pytest.raises(InputRefused, match="outcomes"):
        record(problem_in("verifying"), "", outcome="import")


def test_an_emergency_plan_counts_once_it_is_published() -> None:
    plan = Plan.objects.create(name="Fail over", status="published")
    target = find_plan(f"PLAN-{plan.pk}")
    assert target is not None
    assert (target.label, target.url) == ("Fail over", plan.get_absolute_url())
    draft = Plan.objects.create(name="Not yet")
    assert find_plan(str(draft.pk)) is None
    assert find_plan("x") is None
