"""What the incident page shows of paging: who is paged next, and what became of the messages so far."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from catalog.models import Person
from incidents import panels
from incidents.models import Incident
from incidents.views.asking import moment_of
from notifications.models import Delivery, Escalation, EscalationStatus, Purpose
from notifications.plan import Due, Snapshot
from notifications.recipients import fallback_of, step_recipients
from notifications.services.escalating import due_steps

SHOWN_STEPS = 4
SHOWN_PAGES = 6
MOST_DELIVERIES = 60


def paged_next(incident: Incident, escalation: Escalation | None) -> list[dict[str, Any]]:
    """The next steps with moment, people and channels: found by the functions that the cycle itself uses."""
    if escalation is None or escalation.status != EscalationStatus.RUNNING:
        return []
    snapshot = Snapshot.load(escalation.snapshot)
    return [_row(incident, snapshot, due) for due in due_steps(escalation)[:SHOWN_STEPS]]


def _row(incident: Incident, snapshot: Snapshot, due: Due) -> dict[str, Any]:
    people = step_recipients(incident, snapshot, due.step.target, due.at)
    return {
        "at": due.at,
        "target": due.step.target_text,
        "people": people or fallback_of(snapshot),
        "is_gap": not people,
        "channels": due.step.channels,
    }


def _messages(incident: Incident) -> tuple[list[Delivery], list[Delivery]]:
    """(the latest pages, everything else that went out lately), the newest first. A page decides, a notice tells."""
    found = list(incident.deliveries.select_related("recipient")[:MOST_DELIVERIES])
    pages = [delivery for delivery in found if delivery.purpose == Purpose.PAGE][:SHOWN_PAGES]
    return pages, [delivery for delivery in found if delivery not in pages]


@panels.register("top", 10, "notifications/paged_next.html")
def paging_panel(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    if not (isinstance(request.user, Person) and request.user.is_colleague):
        return None
    escalation = incident.escalations.first()
    now = moment_of(request)
    pages, others = _messages(incident)
    notices = incident.notices.pending().order_by("due_at")[:3]
    return {
        "escalation": escalation,
        "steps": paged_next(incident, escalation),
        "notices": notices,
        "pages": pages,
        "others": others,
        "now": now,
        "soon": now + timedelta(minutes=1),
    }
