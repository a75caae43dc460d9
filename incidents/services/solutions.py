"""Proposing and deciding about solutions of major incidents.

All take ``actor`` and ``via``, the decisions ``expected_version`` too. All raise TransitionRefused, VersionConflict,
NotPermitted or InputRefused, and then nothing has changed. Recovery waits for none of this.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import HandlingPolicy, Incident, ReminderKind, Solution
from incidents.models.solution import AWAITING
from incidents.models.status import OVER
from incidents.services.performing import lock_and_time, require
from incidents.services.reminding import cancel_reminders, remind
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, lock, perform, record_event, refuse


@transaction.atomic
def propose_solution(
    incident: Incident, *, actor: Person, via: str, text: str, risk: str = "", rollback: str = ""
) -> Solution:
    """Write a solution down for the incident manager to decide about, within the time that the policy gives."""
    if not permissions.resolves(incident, actor):
        raise NotPermitted("propose_solution")
    require(text=text)
    at = lock_and_time(incident)
    if incident.status in OVER:
        raise refuse(incident, "propose_solution", _("The incident is over."))
    due_at = at + HandlingPolicy.current().decision_target
    solution = Solution.objects.create(
        incident=incident,
        text=text,
        risk=risk,
        rollback=rollback,
        proposed_by=actor,
        proposed_at=at,
        decision_due_at=due_at,
    )
    _tell(solution, "propose_solution", actor, via, note=text)
    remind(incident, ReminderKind.DECISION_DUE, due_at, solution=solution.pk)
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
    """Apply it unapproved in an emergency: loud, and the approval has to follow in the time that the policy gives."""
    if not reason.strip():
        raise InputRefused(reason=_("Say why it cannot wait for the approval."))
    due_at = clock.now() + HandlingPolicy.current().retro_approval
    arguments = {"approval_due_at": due_at}
    _perform(solution, "bypass", arguments, actor=actor, via=via, note=reason, expected_version=expected_version)
    remind(solution.incident, ReminderKind.RETRO_APPROVAL, due_at, solution=solution.pk)
    return solution


@transaction.atomic
def ask_solution(
    solution: Solution, *, actor: Person, via: str, question: str, expected_version: int | None = None
) -> Solution:
    """Ask the proposer something before deciding; it stands on the timeline."""
    require(question=question)
    _begin(solution, "ask", actor, expected_version)
    _tell(
        solution,
        "ask_solution",
        actor,
        via,
        note=question,
        person=solution.proposed_by.name,
        mentions=[solution.proposed_by_id],
    )
    return solution


@transaction.atomic
def answer_solution(
    solution: Solution, *, actor: Person, via: str, answer: str, expected_version: int | None = None
) -> Solution:
    """Answer what was asked about it: the proposer, or whoever else may propose."""
    if not permissions.resolves(solution, actor):
        raise NotPermitted("answer")
    require(answer=answer)
    _lock_waiting(solution, "answer", expected_version)
    asked = Event.objects.about(solution.incident).filter(verb="ask_solution", data__solution=solution.pk)
    mentions = sorted(set(asked.values_list("actor", flat=True)))
    _tell(solution, "answer_solution", actor, via, note=answer, mentions=mentions)
    return solution


@transaction.atomic
def delegate_solution(
    solution: Solution,
    *,
    actor: Person,
    via: str,
    person: Person | None,
    note: str = "",
    expected_version: int | None = None,
) -> Solution:
    """Ask another incident manager to decide; any of them still may. The proposer is nobody's delegate."""
    if person is None:
        raise InputRefused(person=_("Choose an incident manager."))
    _begin(solution, "delegate", actor, expected_version)
    if not permissions.decides(solution, person):
        raise InputRefused(person=_("Choose an incident manager other than the proposer."))
    if person.pk == solution.asked_of_id:
        raise InputRefused(person=_("They are asked already."))
    solution.asked_of = person
    solution.version += 1
    solution.save(update_fields=["asked_of", "version"])
    _tell(solution, "delegate_solution", actor, via, note=note, person=person.name, mentions=[person.pk])
    return solution


def _begin(solution: Solution, verb: str, actor: Person, expected_version: int | None) -> None:
    """For what an incident manager does before deciding."""
    if not permissions.decides(solution, actor):
        raise NotPermitted(verb)
    _lock_waiting(solution, verb, expected_version)


def _lock_waiting(solution: Solution, verb: str, expected_version: int | None) -> None:
    lock(solution.incident)
    lock(solution, expected_version=expected_version)
    if solution.status not in AWAITING:
        raise refuse(solution, verb, _("It is decided already."))


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
    _tell(solution, f"{verb}_solution", actor, via, note=note, mentions=[solution.proposed_by_id])
    waiting = (ReminderKind.DECISION_DUE, ReminderKind.RETRO_APPROVAL)
    cancel_reminders(solution.incident, *waiting, solution=solution.pk)
    return solution


def _tell(solution: Solution, verb: str, actor: Person, via: str, *, note: str, **data: Any) -> None:
    data["solution"] = solution.pk
    record_event(solution.incident, verb, actor=actor, via=via, note=note, data=data)
