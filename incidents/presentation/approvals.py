"""What waits for a decision: proposals of major incidents, solutions, approvals after emergencies, reports to sign."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person, Role
from incidents.models import HandlingPolicy, Incident, MajorProposal, MajorReport, Solution, SolutionStatus
from incidents.presentation.actions import Action, actions_of
from incidents.presentation.durations import round_words

DECIDING = ("accept", "approve", "sign", "reject", "send_back")
"""The verbs offered in the list; whatever else is possible stands on the record's own page."""
LABELS: dict[str, Promise | str] = {
    "major": _("Major incident?"),
    "solution": _("Solution"),
    "retro": _("Approval after an emergency"),
    "report": _("Report to sign"),
}


@dataclass(frozen=True)
class Decision:
    """A row of the page. ``kind`` is a key of LABELS; ``is_mine``: the reader may decide it now."""

    kind: str
    label: str
    record: Any
    incident: Incident
    text: str
    requested_by: Person | None
    asked_of: Person | None
    deadline: datetime | None
    is_overdue: bool
    waiting_text: str
    actions: list[Action]
    is_decided_there: bool = False
    """On the record's own page, and nowhere else."""

    @property
    def is_mine(self) -> bool:
        return bool(self.actions) or self.is_decided_there

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.record.pk}"


Rows = Callable[[Person, datetime], list[Decision]]
Waiting = Callable[[Person], Any]
_SOURCES: list[tuple[Rows, Waiting]] = []


def register(rows: Rows, waiting: Waiting) -> None:
    """Of an upper app: what waits for the person there, and a queryset to count or None (called in ready())."""
    _SOURCES.append((rows, waiting))


def decisions_for(person: Person, now: datetime) -> list[Decision]:
    """Everything that waits and that the person may see, the nearest deadline first."""
    target = HandlingPolicy.current().decision_target
    related = ("incident__service", "incident__level")
    proposals = MajorProposal.objects.awaiting_decision(person).select_related(*related, "proposed_by")
    solutions = Solution.objects.awaiting_decision(person).select_related(*related, "proposed_by", "asked_of")
    reports = MajorReport.objects.awaiting_decision(person).select_related(*related, "owner", "submitted_by")
    rows = [
        *(_of_proposal(proposal, person, now, target) for proposal in proposals),
        *(_of_solution(solution, person, now) for solution in solutions),
        *(_of_report(report, person, now) for report in reports),
        *(row for source, _waiting in _SOURCES for row in source(person, now)),
    ]
    return sorted(rows, key=lambda row: (row.deadline is None, row.deadline or now, row.anchor))


def waiting_for(person: Person) -> list[Any]:
    """Querysets of what the person themself may decide; of this app none for whoever is no incident manager."""
    elsewhere = [found for _rows, waiting in _SOURCES if (found := waiting(person)) is not None]
    if not person.has_role(Role.INCIDENT_MANAGER):
        return elsewhere
    return [
        *elsewhere,
        MajorProposal.objects.awaiting_decision(person),
        Solution.objects.awaiting_decision(person).exclude(proposed_by=person),
        MajorReport.objects.awaiting_decision(person).exclude(owner=person).exclude(submitted_by=person),
    ]


def _of_proposal(proposal: MajorProposal, person: Person, now: datetime, target: timedelta) -> Decision:
    deadline = proposal.proposed_at + target
    return _row("major", proposal, proposal.reason, proposal.proposed_by, proposal.proposed_at, deadline, person, now)


def _of_solution(solution: Solution, person: Person, now: datetime) -> Decision:
    kind = "retro" if solution.status == SolutionStatus.BYPASSED else "solution"
    since, deadline = solution.proposed_at, solution.deadline
    return _row(kind, solution, solution.text, solution.proposed_by, since, deadline, person, now)


def _of_report(report: MajorReport, person: Person, now: datetime) -> Decision:
    since, text = report.submitted_at or report.created_at, report.sections.get("summary", "")
    return _row("report", report, text, report.submitted_by or report.owner, since, report.due_at, person, now)


def _row(
    kind: str,
    record: Any,
    text: str,
    requested_by: Person | None,
    since: datetime,
    deadline: datetime | None,
    person: Person,
    now: datetime,
) -> Decision:
    return Decision(
        kind=kind,
        label=str(LABELS[kind]),
        record=record,
        incident=record.incident,
        text=text,
        requested_by=requested_by,
        asked_of=getattr(record, "asked_of", None),
        deadline=deadline,
        is_overdue=deadline is not None and deadline < now,
        waiting_text=round_words(now - since),
        actions=deciding(actions_of(record, person)),
    )


def deciding(actions: Iterable[Action]) -> list[Action]:
    return [action for action in actions if action.verb in DECIDING and action.is_allowed]
