"""Pages the handlers of an incident step by step until somebody acknowledges."""

from datetime import timedelta

from django.db import transaction

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import lock, record_event
from notifications.models import Delivery, DeliveryStatus, Escalation, EscalationPolicy, EscalationStatus, Purpose
from notifications.plan import Due, Snapshot, Step, choose, upcoming
from notifications.recipients import fallback_of, step_recipients
from notifications.services.promising import promise

ZERO = timedelta(0)


def start_escalation(incident: Incident) -> Escalation | None:
    """Start paging by the policy of the incident's level; None where no policy covers it or it runs already.

    Call under the incident's lock.
    """
    policy = _policy_of(incident)
    if policy is None or incident.status != Status.REPORTED:
        return None
    if incident.escalations.filter(status=EscalationStatus.RUNNING).exists():
        return None
    now = clock.now()
    snapshot = Snapshot.of(policy)
    first = next(snapshot.unrolled())
    return Escalation.objects.create(
        incident=incident, snapshot=snapshot.dump(), started_at=now, next_due_at=now + first.after
    )


def restart_escalation(incident: Incident, *, reason: str) -> Escalation | None:
    """Page by the policy of the incident's level from its first step, unless that policy pages already.

    Call under the incident's lock.
    """
    policy = _policy_of(incident)
    running = incident.escalations.filter(status=EscalationStatus.RUNNING).first()
    if running is not None and (policy is None or Snapshot.load(running.snapshot).policy != policy.name):
        stop_escalation(incident, reason=reason)
    return start_escalation(incident)


def stop_escalation(incident: Incident, *, reason: str) -> None:
    """Stop paging and withdraw what is still waiting. Call under the incident's lock."""
    now = clock.now()
    incident.escalations.filter(status=EscalationStatus.RUNNING).update(
        status=EscalationStatus.STOPPED, stopped_at=now, next_due_at=None, stop_reason=reason
    )
    waiting = incident.deliveries.filter(purpose=Purpose.PAGE, status=DeliveryStatus.QUEUED)
    waiting.update(status=DeliveryStatus.CANCELLED, finished_at=now, not_sent_reason=reason)


def _policy_of(incident: Incident) -> EscalationPolicy | None:
    return EscalationPolicy.objects.filter(levels__contains=[incident.level_id]).prefetch_related("steps").first()


@transaction.atomic
def escalate_now(incident: Incident, *, actor: Person | None, via: str, asked_in: Delivery | None = None) -> bool:
    """Page the next person at once instead of at the planned time; False where nothing is running.

    ``asked_in`` is the message whose key or reply asks: it counts once, however often a carrier repeats itself.
    """
    lock(incident)
    data = {"delivery": asked_in.pk} if asked_in else {}
    if asked_in and Event.objects.about(incident).filter(verb="escalate", data=data).exists():
        return True
    escalation = incident.escalations.filter(status=EscalationStatus.RUNNING).first()
    if escalation is None or escalation.next_due_at is None:
        return False
    ahead = max(escalation.next_due_at - clock.now(), ZERO)
    escalation.brought_forward = (escalation.brought_forward or ZERO) + ahead
    escalation.next_due_at -= ahead
    escalation.save(update_fields=["brought_forward", "next_due_at"])
    record_event(incident, "escalate", actor=actor, via=via, data=data)
    return True


def advance_escalations(*, limit: int = 100) -> int:
    """Fire every step that is due; part of the cycle. Returns how many fired."""
    due = Escalation.objects.due(clock.now()).order_by("next_due_at").values_list("pk", "incident_id")
    fired, failures = act_on_due(_advance, due, limit=limit)
    complain(failures)
    return sum(fired)


@transaction.atomic
def _advance(pk: int, incident_id: int) -> int:
    """One step in one transaction: the pages are promised and the next step is set, or neither."""
    incident = claim_incident(incident_id)
    now = clock.now()
    escalation = Escalation.objects.due(now).filter(pk=pk).first()
    if incident is None or escalation is None:
        return 0
    escalation.incident = incident
    if incident.status != Status.REPORTED:
        stop_escalation(incident, reason=incident.status)
        return 0
    fire, skipped, following = choose(due_steps(escalation), now=now)
    for late in skipped:
        data = {"step": late.step.index, "target": late.step.target, "due_at": late.at.isoformat()}
        record_event(incident, "page_skipped", actor=None, via=Via.SYSTEM, data=data)
    for entry in fire:
        _page(escalation, entry.step)
    _set_next(escalation, following)
    return len(fire)


def due_steps(escalation: Escalation) -> list[Due]:
    """The steps of a running escalation that are still to come, with their moments."""
    return upcoming(
        Snapshot.load(escalation.snapshot),
        started_at=escalation.started_at,
        next_step=escalation.next_step,
        brought_forward=escalation.brought_forward or ZERO,
    )


def _page(escalation: Escalation, step: Step) -> list[Delivery]:
    """Promise the pages of a step; where nobody stands there, the fallback is paged at once."""
    incident = escalation.incident
    snapshot = Snapshot.load(escalation.snapshot)
    people = step_recipients(incident, snapshot, step.target, clock.now())
    is_gap = not people
    people = people or fallback_of(snapshot)
    if incident.is_restricted:
        incident.participants.add(*people)  # whoever is woken for it has to do with it
    deliveries = promise(
        incident=incident,
        recipients=people,
        channels=step.channels,
        purpose=Purpose.PAGE,
        key=f"escalation:{escalation.pk}:{step.index}",
    )
    data = {
        "step": step.index,
        "round": step.round,
        "target": step.target,
        "people": [person.name for person in people],
        "channels": list(step.channels),
        "is_gap": is_gap,
        "deliveries": [delivery.pk for delivery in deliveries],
    }
    record_event(incident, "page", actor=None, via=Via.SYSTEM, data=data)
    return deliveries


def _set_next(escalation: Escalation, following: Due | None) -> None:
    if following is None:
        escalation.status = EscalationStatus.EXHAUSTED
        escalation.next_due_at = None
        escalation.stopped_at = clock.now()
        record_event(escalation.incident, "escalation_exhausted", actor=None, via=Via.SYSTEM)
    else:
        escalation.next_step = following.step.index
        escalation.next_due_at = following.at
    escalation.save()
