"""The verbs of problem handling: each performs one declared transition, in one transaction.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform
from problems import outcomes, permissions
from problems.models import Problem, Status
from problems.models.status import CHOOSABLE
from problems.services.known_errors import push_workaround, require_content, write_down
from problems.services.links import refuse_if_needed
from problems.services.waivers import check_end


@transaction.atomic
def investigate_problem(
    problem: Problem, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Problem:
    """Start to look for the cause."""
    return _perform(problem, "investigate", actor, via, expected_version, note=note, owner=actor, at=clock.now())


@transaction.atomic
def mark_known_error(
    problem: Problem,
    *,
    actor: Person | None,
    via: str,
    cause: str,
    workaround: str,
    symptom: str = "",
    affected_version: str = "",
    expected_version: int | None = None,
) -> Problem:
    """The cause is known and there is a workaround, which goes to every open incident that is linked."""
    require_content(cause=cause, workaround=workaround)
    _perform(problem, "mark_known_error", actor, via, expected_version, note=workaround, at=clock.now())
    known = write_down(
        problem, actor=actor, cause=cause, workaround=workaround, symptom=symptom, affected_version=affected_version
    )
    push_workaround(problem, known, actor=actor, via=via)
    return problem


@transaction.atomic
def plan_fix(
    problem: Problem,
    *,
    actor: Person | None,
    via: str,
    fix: str,
    due_on: date | None = None,
    expected_version: int | None = None,
) -> Problem:
    """Say what will be changed, and by when."""
    require(fix=fix)
    at = clock.now()
    data = {"due_on": due_on.isoformat()} if due_on else {}
    return _perform(
        problem, "plan_fix", actor, via, expected_version, note=fix, data=data, fix=fix, due_on=due_on, at=at
    )


@transaction.atomic
def verify_problem(
    problem: Problem, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Problem:
    """The fix is in place: watch whether the incidents stay away."""
    return _perform(problem, "verify", actor, via, expected_version, note=note, at=clock.now())


@transaction.atomic
def record_outcome(
    problem: Problem,
    *,
    actor: Person | None,
    via: str,
    outcome: str,
    outcome_text: str,
    outcome_reference: str = "",
    waiver_ends_on: date | None = None,
    expected_version: int | None = None,
) -> Problem:
    """Write down what outlasts the problem: a detection rule, a risk inspection, an emergency plan or a waiver.

    ``outcome_reference`` names the one that is meant, where the product can look it up (problems/outcomes.py).
    ``waiver_ends_on``: the last day of a waiver; on the next one its owner is asked again.
    """
    if outcome not in CHOOSABLE:
        raise InputRefused(outcome=_("Choose one of the outcomes."))
    require(outcome_text=outcome_text)
    check_end(outcome, waiver_ends_on)
    reference = outcomes.check(outcome, outcome_reference)
    return _perform(
        problem,
        "record_outcome",
        actor,
        via,
        expected_version,
        note=outcome_text,
        data={
            "outcome": outcome,
            **({"reference": reference} if reference else {}),
            **({"ends_on": waiver_ends_on.isoformat()} if waiver_ends_on else {}),
        },
        outcome=outcome,
        reference=reference,
        text=outcome_text.strip(),
        by=actor,
        ends_on=waiver_ends_on,
    )


@transaction.atomic
def sign_waiver(problem: Problem, *, actor: Person, via: str, expected_version: int | None = None) -> Problem:
    """Somebody other than the waiver's author takes the risk too."""
    return _perform(problem, "sign_waiver", actor, via, expected_version, by=actor, at=clock.now())


@transaction.atomic
def close_problem(
    problem: Problem, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Problem:
    """Only with an outcome; a waiver only when somebody else has signed it."""
    return _perform(problem, "close", actor, via, expected_version, note=note, at=clock.now())


@transaction.atomic
def step_back_problem(
    problem: Problem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Problem:
    """Return to the status before: it was not so."""
    require(reason=reason)
    return _perform(problem, "step_back", actor, via, expected_version, note=reason, at=clock.now())


@transaction.atomic
def reopen_problem(
    problem: Problem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Problem:
    """It came back."""
    require(reason=reason)
    return _perform(problem, "reopen", actor, via, expected_version, note=reason, at=clock.now())


@transaction.atomic
def reject_problem(
    problem: Problem, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Problem:
    """There is no problem behind it; refused while a closed incident rests on it."""
    require(reason=reason)
    lock(problem, expected_version=expected_version)
    if problem.status in (Status.LOGGED, Status.INVESTIGATING):
        refuse_if_needed(problem, *problem.incidents.all())
    return _perform(problem, "reject", actor, via, expected_version, note=reason, at=clock.now())


def _perform(
    problem: Problem,
    verb: str,
    actor: Person | None,
    via: str,
    expected_version: int | None,
    *,
    note: str = "",
    data: dict[str, Any] | None = None,
    **arguments: Any,
) -> Problem:
    if actor is not None and not permissions.sees(problem, actor):
        raise NotPermitted(verb)
    perform(
        problem,
        verb,
        actor=actor,
        via=via,
        note=note,
        data=data,
        expected_version=expected_version,
        arguments=arguments,
    )
    return problem
