"""Reminders: that something is still to be done is said at its moment, as the event "remind" of the incident.

A reminder is set once and looked at again when it is due: what has been done meanwhile is not reminded of. The event
carries ``kind``, what the kind's entry in STILL says ("due_at", "person", ...) and the data that the reminder was set
with; who is told is for notifications to say.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from incidents.models import HandlingPolicy, Incident, MajorReport, Reminder, ReminderKind, ReportStatus, Solution
from incidents.models.solution import SolutionStatus
from incidents.models.status import OVER
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event

DAILY = timedelta(days=1)
REPEATED = (ReminderKind.RETRO_APPROVAL, ReminderKind.REPORT_OVERDUE)
"""Said again every day until it is done."""

Facts = dict[str, Any]


def remind(incident: Incident, kind: str, due_at: datetime, **data: Any) -> None:
    """Look at it again at ``due_at``. One waits of the same kind and ``data``: a second call moves it.

    The caller holds the incident's lock, as everybody does who changes anything about it.
    """
    if not incident.reminders.pending().filter(kind=kind, data=data).update(due_at=due_at):
        Reminder.objects.create(incident=incident, kind=kind, due_at=due_at, data=data)


def cancel_reminders(incident: Incident, *kinds: str, **data: Any) -> None:
    """Withdraw what waits of those kinds, with at least that data."""
    waiting = incident.reminders.pending().filter(kind__in=kinds, data__contains=data)
    waiting.update(cancelled_at=clock.now())


def watch_roles(incident: Incident) -> None:
    """Somebody must own it, and a major one needs an incident manager: look again in a few minutes."""
    unset = {
        ReminderKind.OWNER_UNSET: incident.owner_id is None,
        ReminderKind.MANAGER_UNSET: incident.is_major and incident.manager_id is None,
    }
    due_at = clock.now() + HandlingPolicy.current().unset_role_reminder
    for kind, is_unset in unset.items():
        if is_unset:
            remind(incident, kind, due_at)


def fire_reminders(*, limit: int = 100) -> int:
    """Say every reminder that is due; part of the cycle. Returns how many were looked at."""
    due = Reminder.objects.due(clock.now()).order_by("due_at", "pk").values_list("pk", "incident_id")
    fired, failures = act_on_due(_fire, due, limit=limit)
    complain(failures)
    return sum(fired)


@transaction.atomic
def _fire(pk: int, incident_id: int) -> int:
    """One reminder, under the incident's lock; one whose incident somebody else holds waits for the next cycle."""
    incident = claim_incident(incident_id)
    now = clock.now()
    reminder = Reminder.objects.due(now).filter(pk=pk).first()
    if incident is None or reminder is None:
        return 0
    facts = STILL[ReminderKind(reminder.kind)](incident, reminder.data)
    if facts is None:
        reminder.cancelled_at = now
        reminder.save(update_fields=["cancelled_at"])
        return 1
    reminder.fired_at = now
    reminder.save(update_fields=["fired_at"])
    if reminder.kind in REPEATED:
        remind(incident, reminder.kind, now + DAILY, **reminder.data)
    data = {**facts, **reminder.data, "kind": reminder.kind}
    record_event(incident, "remind", actor=None, via=Via.SYSTEM, data=data)
    return 1


def _owner_unset(incident: Incident, _data: Facts) -> Facts | None:
    return {} if incident.owner_id is None and incident.status not in OVER else None


def _manager_unset(incident: Incident, _data: Facts) -> Facts | None:
    return {} if incident.is_major and incident.manager_id is None and incident.status not in OVER else None


def _decision_due(incident: Incident, data: Facts) -> Facts | None:
    """Only a major incident waits for the decision, and only as long as it is open."""
    solution = _solution(incident, data, SolutionStatus.PROPOSED)
    if solution is None or not incident.is_major or incident.status in OVER:
        return None
    return {"due_at": _text(solution.decision_due_at), "person": _name(solution.asked_of)}


def _retro_approval(incident: Incident, data: Facts) -> Facts | None:
    solution = _solution(incident, data, SolutionStatus.BYPASSED)
    return {"due_at": _text(solution.approval_due_at), "person": _name(solution.asked_of)} if solution else None


def _report_due(incident: Incident, _data: Facts) -> Facts | None:
    report = MajorReport.objects.filter(incident=incident).exclude(status=ReportStatus.SIGNED).first()
    return {"due_at": _text(report.due_at), "status": report.status, "person": _name(report.owner)} if report else None


def _as_said(_incident: Incident, data: Facts) -> Facts | None:
    """Whoever set it cancels it: nothing here can tell whether it is still true."""
    return data


def _solution(incident: Incident, data: Facts, status: str) -> Solution | None:
    found = Solution.objects.filter(incident=incident, pk=data.get("solution", 0), status=status)
    return found.select_related("asked_of").first()


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _name(person: Any) -> str:
    return person.name if person else ""


STILL: dict[ReminderKind, Callable[[Incident, Facts], Facts | None]] = {
    ReminderKind.OWNER_UNSET: _owner_unset,
    ReminderKind.MANAGER_UNSET: _manager_unset,
    ReminderKind.DECISION_DUE: _decision_due,
    ReminderKind.RETRO_APPROVAL: _retro_approval,
    ReminderKind.REPORT_DUE: _report_due,
    ReminderKind.REPORT_OVERDUE: _report_due,
    ReminderKind.ACKNOWLEDGEMENT: _as_said,
    ReminderKind.SNOOZE_OVER: _as_said,
    ReminderKind.CLOSE_BLOCKED: _as_said,
}
"""What a reminder of that kind says, or None where nothing is to be done any more."""
