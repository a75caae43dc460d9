"""Proposing and deciding about solutions of major incidents."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, Solution
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, perform, record_event

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
def approve_solution(solution: Solution, *, actor: Person, via: str, note: str = "") -> Solution:
    """Only an incident manager other than the proposer."""
    arguments = {"decided_by": actor, "decided_at": clock.now(), "note": note}
    perform(solution, "approve", actor=actor, via=via, note=note, arguments=arguments)
    return _tell_incident(solution, "approve_solution", actor=actor, via=via, note=note)


@transaction.atomic
def reject_solution(solution: Solution, *, actor: Person, via: str, reason: str) -> Solution:
    if not reason.strip():
        raise InputRefused(reason=_("Say why, so that a better one can be proposed."))
    arguments = {"decided_by": actor, "decided_at": clock.now(), "note": reason}
    perform(solution, "reject", actor=actor, via=via, note=reason, arguments=arguments)
    return _tell_incident(solution, "reject_solution", actor=actor, via=via, note=reason)


@transaction.atomic
def bypass_solution(solution: Solution, *, actor: Person, via: str, reason: str) -> Solution:
    """Apply it unapproved in an emergency: loud, and the approval has to follow within a day."""
    if not reason.strip():
        raise InputRefused(reason=_("Say why it cannot wait for the approval."))
    due_at = clock.now() + RETRO_APPROVAL
    perform(solution, "bypass", actor=actor, via=via, note=reason, arguments={"approval_due_at": due_at})
    return _tell_incident(solution, "bypass_solution", actor=actor, via=via, note=reason)


def _tell_incident(solution: Solution, verb: str, *, actor: Person, via: str, note: str) -> Solution:
    data = {"solution": solution.pk}
    record_event(solution.incident, verb, actor=actor, via=via, note=note, data=data)
    return solution
