"""What the incident page shows of paging: who is paged next, and what became of the messages so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from catalog.models import Person
from incidents import panels
from incidents.models import Incident
from incidents.models.status import Status
from incidents.views.asking import moment_of
from notifications.foresight import Foreseen, foresee
from notifications.models import Delivery, Escalation, EscalationStatus, Purpose
from notifications.plan import Snapshot
from notifications.presentation import Reach, reaches_of
from notifications.services.escalating import due_steps
from notifications.services.scheduling import may_schedule
from notifications.services.steering import may_steer

SHOWN_STEPS = 4
SHOWN_PAGES = 6
MOST_DELIVERIES = 60


@dataclass(frozen=True)
class Row:
    """A step to come, as the cycle will take it."""

    foreseen: Foreseen
    reaches: list[Reach]

    @property
    def at(self) -> datetime:
        return self.foreseen.due.at

    @property
    def step(self) -> int:
        return self.foreseen.due.step.index

    @property
    def target(self) -> str:
        return self.foreseen.due.step.target_text

    @property
    def people(self) -> list[Person]:
        return [] if self.foreseen.left_out else self.foreseen.people

    @property
    def is_gap(self) -> bool:
        return bool(self.foreseen.gap)


@dataclass(frozen=True)
class Running:
    """An escalation with its next steps; ``is_outdated``: its policy was changed since it began."""

    escalation: Escalation
    steps: list[Row]
    is_outdated: bool


def paged_next(incident: Incident, escalation: Escalation | None, *, now: datetime) -> list[Row]:
    """The next steps with moment, people and channels: found by the functions that the cycle itself uses."""
    if escalation is None or escalation.status != EscalationStatus.RUNNING:
        return []
    snapshot = Snapshot.load(escalation.snapshot)
    found = [foresee(incident, snapshot, due, now=now) for due in due_steps(escalation)[:SHOWN_STEPS]]
    return [Row(foreseen, reaches_of(foreseen)) for foreseen in found]


def _running(incident: Incident, escalations: list[Escalation], now: datetime) -> list[Running]:
    return [
        Running(escalation, paged_next(incident, escalation, now=now), _is_outdated(escalation))
        for escalation in escalations
        if escalation.status == EscalationStatus.RUNNING
    ]


def _is_outdated(escalation: Escalation) -> bool:
    """Whether the policy is no longer what it was when the escalation began; one that is gone counts too."""
    version = escalation.policy.version if escalation.policy else None
    return bool(version != escalation.snapshot.get("version", version))


def _messages(incident: Incident) -> tuple[list[Delivery], list[Delivery]]:
    """(the latest pages, everything else that went out lately), the newest first. A page decides, a notice tells."""
    found = list(incident.deliveries.select_related("recipient", "chat")[:MOST_DELIVERIES])
    pages = [delivery for delivery in found if delivery.purpose == Purpose.PAGE][:SHOWN_PAGES]
    return pages, [delivery for delivery in found if delivery not in pages]


@panels.register("top", 10, "notifications/paged_next.html")
def paging_panel(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    reader = request.user
    if not (isinstance(reader, Person) and reader.is_colleague):
        return None
    escalations = list(incident.escalations.select_related("policy")[:10])
    now = moment_of(request)
    running = _running(incident, escalations, now)
    pages, others = _messages(incident)
    return {
        "running": running,
        "last": escalations[0] if escalations else None,
        "is_unanswered": incident.status == Status.REPORTED
        and any(escalation.status == EscalationStatus.EXHAUSTED for escalation in escalations),
        "notices": incident.notices.pending().order_by("due_at")[:3],
        "pages": pages,
        "others": others,
        "now": now,
        "soon": now + timedelta(minutes=1),
        "may_steer": may_steer(incident, reader) and not incident.is_over,
        "may_end_drill": incident.is_drill and not incident.is_over and may_schedule(reader),
        "colleagues": Person.objects.filter(is_active=True) if may_steer(incident, reader) else [],
    }
