"""Pages the handlers of an incident step by step until somebody acknowledges."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from incidents.models import Incident
from incidents.models.status import Status
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event
from notifications.foresight import Foreseen, foresee
from notifications.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    Escalation,
    EscalationPolicy,
    EscalationStatus,
    Purpose,
)
from notifications.plan import Due, Snapshot, choose, upcoming
from notifications.services.promising import ASKED, promise, promise_to_chat
from notifications.services.routing import policies_of

ZERO = timedelta(0)


def start_escalation(incident: Incident) -> list[Escalation]:
    """Start paging by every policy that the incident's labels lead to, unless that policy pages already.

    Call under the incident's lock.
    """
    if incident.status != Status.REPORTED:
        return []
    running = {escalation.policy_id for escalation in _running(incident)}
    return [_start(incident, policy) for policy in policies_of(incident) if policy.pk not in running]


def restart_escalation(incident: Incident, *, reason: str) -> list[Escalation]:
    """Its labels have changed: policies that are no longer meant stop, new ones start from their first step, and those
    that stay go on where they are. Call under the incident's lock.
    """
    meant = {policy.pk for policy in policies_of(incident)}
    _stop([escalation for escalation in _running(incident) if escalation.policy_id not in meant], reason=reason)
    return start_escalation(incident)


def stop_escalation(incident: Incident, *, reason: str) -> None:
    """Stop paging and withdraw what is still waiting. Call under the incident's lock."""
    _stop(_running(incident), reason=reason)
    planned = incident.deliveries.filter(purpose=Purpose.PAGE)
    _withdraw(planned if incident.is_over else planned.exclude(dedup_key__startswith=ASKED), reason=reason)


def _running(incident: Incident) -> list[Escalation]:
    return list(incident.escalations.filter(status=EscalationStatus.RUNNING))


def _start(incident: Incident, policy: EscalationPolicy) -> Escalation:
    now = clock.now()
    snapshot = Snapshot.of(policy)
    first = next(snapshot.unrolled())
    return Escalation.objects.create(
        incident=incident, policy=policy, snapshot=snapshot.dump(), started_at=now, next_due_at=now + first.after
    )


def _stop(escalations: Iterable[Escalation], *, reason: str) -> None:
    for escalation in escalations:
        escalation.status, escalation.next_due_at = EscalationStatus.STOPPED, None
        escalation.stopped_at, escalation.stop_reason = clock.now(), reason
        escalation.save(update_fields=["status", "next_due_at", "stopped_at", "stop_reason"])
        pages = Delivery.objects.filter(incident=escalation.incident_id, purpose=Purpose.PAGE)
        _withdraw(pages.filter(dedup_key__startswith=f"escalation:{escalation.pk}:"), reason=reason)


def _withdraw(deliveries: "QuerySet[Delivery]", *, reason: str) -> None:
    """What tells of other incidents too, which nobody has taken up yet, stays: the sender sees to it."""
    waiting = deliveries.filter(status=DeliveryStatus.QUEUED).exclude(bundle__incident__status=Status.REPORTED)
    waiting.update(status=DeliveryStatus.CANCELLED, finished_at=clock.now(), not_sent_reason=reason)


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
        _record(incident, "page_skipped", late)
    snapshot = Snapshot.load(escalation.snapshot)
    for entry in fire:
        _fire(escalation, foresee(incident, snapshot, entry, now=now))
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


def _fire(escalation: Escalation, foreseen: Foreseen) -> None:
    """Promise the pages of a step, or leave it out where its condition does not hold; the plan goes on either way."""
    incident = escalation.incident
    if foreseen.left_out:
        _record(incident, "page_left_out", foreseen.due, why=foreseen.left_out)
        return
    deliveries = _promise(escalation, foreseen)
    _record(
        incident,
        "page",
        foreseen.due,
        round=foreseen.due.step.round,
        people=[person.name for person in foreseen.people],
        chat=foreseen.chat.name if foreseen.chat else "",
        channels=foreseen.channels,
        is_gap=bool(foreseen.gap),
        gap=foreseen.gap,
        team=incident.service.operations_team_id,
        deliveries=[delivery.pk for delivery in deliveries],
    )


def _promise(escalation: Escalation, foreseen: Foreseen) -> list[Delivery]:
    step, incident = foreseen.due.step, escalation.incident
    key, wanted_at = f"escalation:{escalation.pk}:{step.index}", foreseen.due.at
    deliveries = promise(
        incident=incident,
        recipients=foreseen.people,
        channels=[channel for channel in step.frozen.channels if channel != Channel.CHAT],
        urgency=step.frozen.urgency,
        purpose=Purpose.PAGE,
        key=key,
        wanted_at=wanted_at,
    )
    if foreseen.chat:
        deliveries += promise_to_chat(
            incident=incident, chat=foreseen.chat, purpose=Purpose.PAGE, key=key, wanted_at=wanted_at
        )
    return deliveries


def _record(incident: Incident, verb: str, due: Due, **facts: object) -> None:
    data = {"step": due.step.index, "target": due.step.target, "due_at": due.at.isoformat(), **facts}
    record_event(incident, verb, actor=None, via=Via.SYSTEM, data=data)


def _set_next(escalation: Escalation, following: Due | None) -> None:
    if following is None:
        exhaust(escalation)
        return
    escalation.next_step, escalation.next_due_at = following.step.index, following.at
    escalation.save(update_fields=["next_step", "next_due_at"])


def exhaust(escalation: Escalation) -> None:
    """Every step was tried, the duty managers included: the pages say so in red until somebody acknowledges."""
    escalation.status, escalation.next_due_at = EscalationStatus.EXHAUSTED, None
    escalation.stopped_at = clock.now()
    escalation.save(update_fields=["status", "next_due_at", "stopped_at"])
    record_event(escalation.incident, "escalation_exhausted", actor=None, via=Via.SYSTEM)
