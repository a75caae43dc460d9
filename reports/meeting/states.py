"""The state of what an agenda speaks of: frozen when the meeting starts, read again while it runs.

One query a kind, however many entries there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from detection.models import Finding
from incidents.models import ActionItem, Incident
from incidents.models.status import OVER
from problems.models import Problem
from problems.models.status import OVER as PROBLEM_OVER
from reports.meeting.entries import Facts, iso
from reports.models import HandOver

OVER_STATUSES: dict[str, set[str]] = {
    "incident": {*OVER},
    "problem": {*PROBLEM_OVER},
    "action": {"done", "verified", "cancelled"},
    "finding": {"done", "closed", "waived"},
}


def incident_state(incident: Incident) -> Facts:
    return {
        "status": incident.status,
        "level": incident.level_id,
        "is_major": incident.is_major,
        "owner": incident.owner.name if incident.owner else None,
        "due_at": iso(incident.next_due_at),
    }


def problem_state(problem: Problem) -> Facts:
    return {
        "status": problem.status,
        "owner": problem.owner.name if problem.owner else None,
        "due_on": problem.due_on.isoformat() if problem.due_on else None,
    }


def action_state(action: ActionItem) -> Facts:
    return {"status": action.status, "owner": action.owner.name, "due_on": action.due_on.isoformat()}


def finding_state(finding: Finding) -> Facts:
    return {
        "status": finding.status,
        "owner": finding.owner.name if finding.owner else None,
        "due_on": finding.due_on.isoformat(),
    }


def hand_over_state(note: HandOver) -> Facts:
    return {"status": note.status, "owner": note.arriving.name if note.arriving else None}


Reader = Callable[[Any], Facts]
KINDS: dict[str, tuple[Any, tuple[str, ...], Reader]] = {
    "incident": (Incident, ("owner", "level"), incident_state),
    "problem": (Problem, ("owner",), problem_state),
    "action": (ActionItem, ("owner",), action_state),
    "finding": (Finding, ("owner",), finding_state),
    "handover": (HandOver, ("arriving",), hand_over_state),
}
"""Kind -> its model, what is joined, and what of it is compared."""


def live_states(subjects: Iterable[str]) -> dict[str, Facts]:
    """Subject -> its state now; what is no record, or is gone, has none."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if kind in KINDS and number.isdigit():
            numbers[kind].add(int(number))
    found: dict[str, Facts] = {}
    for kind, asked in numbers.items():
        model, joined, read = KINDS[kind]
        rows = model.objects.filter(pk__in=asked).select_related(*joined)
        found |= {f"{kind}:{row.pk}": read(row) for row in rows}
    return found


def changes_of(frozen: Facts, live: Facts | None) -> list[tuple[str, Any, Any]]:
    """(name, then, now) of everything that differs; nothing where there is no live state. Pure."""
    if live is None:
        return []
    return [(name, value, live[name]) for name, value in frozen.items() if name in live and live[name] != value]


def is_over(subject: str, state: Facts | None) -> bool:
    """Whether nothing is left to be done about it."""
    kind = subject.partition(":")[0]
    return state is not None and state.get("status") in OVER_STATUSES.get(kind, ())
