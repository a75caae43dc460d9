"""Proposing and deciding about solutions of major incidents."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, Solution
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event

RETRO_APPROVAL = timedelta(days=1)


@transaction.atomic
def propose_solution(
    incident: Incident, *, actor: Person, via: str, text: str, risk: str = "", rollback: str = ""
) -> Solution:
    """Write a solution down for the incident manager to decide about."""
    if not permissions.resolves(incident, actor):
        raise NotPermitted("propose_solution")
    if not text.strip():
        raise InputRefused(text=_("Please write something here."))
    solution = Solution(
        incident=incident, text=text, risk=risk, rollback=rollback, proposed_by=actor, proposed_at=clock.now()
    )
    solution.save()
    record_event(incident, "propose_solution", actor=actor, via=via, note=text, data={"solution": solution.pk})
    return solution


@transaction.atomic
def approve_solution(
    solution: Solution, *, actor: Person, via: str, note: str = "", expected_version: int | None = None
) -> Solution:
    """Only an incident manager other than the proposer."""
    arguments = {"decided_by": actor, "decided_at": clock.now(), "note": note}
    return _perform(solution, "approve", arguments, actor=actor, via=via, note=note, expected_version=expected_version)


@transaction.atomic
def reject_solution(
    solution: Solution, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> Solution:
    """Only an incident manager other than the proposer, with a reason."""
    if not reason.strip():
        raise InputRefused(reason=_("Say why, so that a better one can be proposed."))
    arguments = {"decided_by": actor, "decided_at": clock.now(), "note": reason}
    return _perform(solution, "reject", arguments, actor=actor, via=via, note=reason, expected_version=expected_version)


@transaction.atomic
def bypass_solution(
    solution: Solution, *, actor: Person, via: str, reason: str, expected_version: int | None = None
) -> Solution:
    """Apply it unapproved in an emergency: loud, and the approval has to follow within a day."""
    if not reason.strip():
        raise InputRefused(reason=_("Say why it cannot wait for the approval."))
    due_at = clock.now() + RETRO_APPROVAL
    arguments = {"approval_due_at": due_at}
    return _perform(solution, "bypass", arguments, actor=actor, via=via, note=reason, expected_version=expected_version)


def _perform(
    solution: Solution,
    verb: str,
    arguments: dict[str, Any],
    *,
    actor: Person,
    via: str,
    note: str,
    expected_version: int | None,
) -> Solution:
    """Decide, and tell the incident, whose row is locked first as everywhere (docs/decisions/003)."""
    lock(solution.incident)
    perform(solution, verb, actor=actor, via=via, note=note, expected_version=expected_version, arguments=arguments)
    data = {"solution": solution.pk}
    record_event(solution.incident, f"{verb}_solution", actor=actor, via=via, note=note, data=data)
    return solution
