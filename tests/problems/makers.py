"""Problems led to a status through the services."""

from collections.abc import Callable
from typing import Any

from catalog.models import Person
from problems import services
from problems.models import Problem, Status
from tests.factories import make_person, make_service

KNOWN: dict[str, Any] = {"cause": "A query without an index", "workaround": "Restart the report worker"}
ORDER = [Status.LOGGED, Status.INVESTIGATING, Status.KNOWN_ERROR, Status.FIX_PLANNED, Status.VERIFYING, Status.CLOSED]


def make_problem(**fields: Any) -> Problem:
    """A logged problem; ``incident`` makes it one raised from there."""
    fields.setdefault("actor", None)
    fields.setdefault("via", "web")
    if "incident" not in fields:
        fields.setdefault("title", "Reports block payments")
        fields.setdefault("service", None)
        fields["service"] = fields["service"] or make_service()
    return services.raise_problem(**fields)


def problem_in(status: str, actor: Person | None = None, **fields: Any) -> Problem:
    """A problem led to that status by one engineer."""
    problem = make_problem(**fields)
    who: dict[str, Any] = {"actor": actor or make_person(), "via": "web"}
    if status == Status.REJECTED:
        return services.reject_problem(problem, reason="no pattern", **who)
    steps: list[Callable[[], Problem]] = [
        lambda: services.investigate_problem(problem, **who),
        lambda: services.mark_known_error(problem, **KNOWN, **who),
        lambda: services.plan_fix(problem, fix="Add the index", **who),
        lambda: services.verify_problem(problem, **who),
        lambda: close(problem, **who),
    ]
    for step in steps[: ORDER.index(Status(status))]:
        step()
    assert problem.status == status
    return problem


def close(problem: Problem, **who: Any) -> Problem:
    services.record_outcome(problem, outcome="rule", outcome_text="Rule 12: slow reports", **who)
    return services.close_problem(problem, **who)
