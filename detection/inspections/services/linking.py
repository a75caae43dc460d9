"""What comes of a finding: a problem behind it, and action items against it."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.inspections import permissions
from detection.models import Finding
from incidents.services import open_action
from incidents.services.performing import require
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event
from problems import permissions as problem_permissions
from problems.models import Problem, Status
from problems.services import raise_problem


@transaction.atomic
def raise_problem_of(finding: Finding, *, actor: Person | None, via: str, title: str = "") -> Finding:
    """Raise a problem about it, with what is known; it inherits service and owner, where that one works on problems."""
    _begin(finding, actor, "raise_problem")
    if finding.problem_id is not None:
        raise InputRefused(title=_("It has a problem already."))
    if finding.service is None:
        raise InputRefused(title=_("It is of no service; link a problem instead."))
    owner = finding.owner if finding.owner and problem_permissions.works(None, finding.owner) else None
    problem = raise_problem(
        actor=actor,
        via=via,
        title=title or finding.title,
        description=f"{finding.reference} · {finding.origin}\n{finding.description}".strip(),
        service=finding.service,
        owner=owner,
    )
    return _tie(finding, problem, "raise_problem", actor=actor, via=via)


@transaction.atomic
def link_problem(finding: Finding, *, actor: Person | None, via: str, problem: Problem) -> Finding:
    """State that the problem is behind it."""
    _begin(finding, actor, "link_problem")
    if actor is not None and not problem_permissions.sees(problem, actor):
        raise InputRefused(problem=_("There is no such problem."))
    if problem.status == Status.REJECTED:
        raise InputRefused(problem=_("That problem was rejected. Reopen it first."))
    if finding.problem_id == problem.pk:
        raise InputRefused(problem=_("They are linked already."))
    return _tie(finding, problem, "link_problem", actor=actor, via=via)


@transaction.atomic
def unlink_problem(finding: Finding, *, actor: Person | None, via: str, reason: str) -> Finding:
    """The problem is not behind it after all."""
    require(reason=reason)
    _begin(finding, actor, "unlink_problem")
    problem = finding.problem
    if problem is None:
        raise InputRefused(reason=_("They are not linked."))
    finding.problem = None
    _save(finding)
    record_event(finding, "unlink_problem", actor=actor, via=via, note=reason, data={"reference": problem.reference})
    return finding


@transaction.atomic
def add_action(
    finding: Finding, *, actor: Person | None, via: str, title: str, type: str, owner: Person, due_on: date
) -> Finding:
    """An action item against it: one owner, one due date."""
    _begin(finding, actor, "add_action")
    action = open_action(actor=actor, via=via, title=title, type=type, owner=owner, due_on=due_on, origin=finding)
    _save(finding)
    record_event(finding, "add_action", actor=actor, via=via, note=action.title, data={"action": action.pk})
    return finding


def _begin(finding: Finding, actor: Person | None, verb: str) -> None:
    if actor is not None and not permissions.works(finding, actor):
        raise NotPermitted(verb)
    lock(finding)


def _tie(finding: Finding, problem: Problem, verb: str, *, actor: Person | None, via: str) -> Finding:
    finding.problem = problem
    _save(finding)
    data = {"problem": problem.pk, "reference": problem.reference}
    record_event(finding, verb, actor=actor, via=via, note=problem.title, data=data)
    record_event(problem, "link_finding", actor=actor, via=via, note=finding.title, data={"finding": finding.pk})
    return finding


def _save(finding: Finding) -> None:
    finding.version += 1
    finding.save(update_fields=["problem", "version"])
