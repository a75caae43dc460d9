"""Sends what the outbox promises: claim under a lease, talk to the carrier outside any transaction, finish fenced.

A crash between claim and finish leaves the row in "sending"; when its lease runs out somebody claims it again,
asks the carrier whether the message went out after all, and only else sends it anew.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from incidents.models.incident import Status
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import lock, record_event
from notifications.channels import CHANNELS, ChannelError, Message
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.services.claiming import claim_incident
from notifications.services.links import make_link
from notifications.services.promising import fall_through

LEASE = timedelta(seconds=30)
RETRY_AFTER = timedelta(seconds=15)
ATTEMPTS = 3
AT_ONCE = 20
# A carrier stamps messages by its own clock, in whole seconds.
CARRIER_SKEW = timedelta(seconds=3)


@dataclass(frozen=True)
class Claim:
    """A delivery that is ours until the lease ends. ``unsure_since``: an earlier attempt ended unknown."""

    delivery_id: int
    attempt: int
    channel: str
    message: Message
    unsure_since: datetime | None
    known: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    provider_id: str = ""
    was_adopted: bool = False
    error: ChannelError | None = None


def send_due_deliveries(*, limit: int = AT_ONCE) -> int:
    """Claim what is due, send it side by side, write down what came of it; part of the cycle."""
    claims = claim_due(limit=limit)
    if not claims:
        return 0
    with ThreadPoolExecutor(max_workers=len(claims), thread_name_prefix="send") as pool:
        running = {pool.submit(hand_over, claim): claim for claim in claims}
        for future in as_completed(running):
            finish(running[future], future.result())
    return len(claims)


def claim_due(*, limit: int) -> list[Claim]:
    due = Delivery.objects.claimable(clock.now()).order_by("due_at", "id").values_list("pk", "incident_id")
    found = (_claim(pk, incident_id) for pk, incident_id in list(due[:limit]))
    return [claim for claim in found if claim is not None]


@transaction.atomic
def _claim(pk: int, incident_id: int) -> Claim | None:
    """Take the lease; withdraw instead what nobody needs any more."""
    incident = claim_incident(incident_id)
    now = clock.now()
    delivery = Delivery.objects.claimable(now).select_related("recipient").filter(pk=pk).first()
    if incident is None or delivery is None:
        return None
    delivery.incident = incident
    is_unsure = delivery.status == DeliveryStatus.SENDING
    if _is_pointless(delivery) and not is_unsure:
        delivery.status = DeliveryStatus.CANCELLED
        delivery.not_sent_reason = delivery.incident.status
        delivery.finished_at = now
        delivery.save()
        return None
    unsure_since = delivery.claimed_at - CARRIER_SKEW if is_unsure and delivery.claimed_at else None
    delivery.status = DeliveryStatus.SENDING
    delivery.attempt += 1
    delivery.claimed_at = delivery.claimed_at if is_unsure else now
    delivery.lease_until = now + LEASE
    delivery.save()
    return Claim(
        delivery_id=delivery.pk,
        attempt=delivery.attempt,
        channel=delivery.channel,
        message=_message(delivery),
        unsure_since=unsure_since,
        known=_known_ids(delivery) if unsure_since else frozenset(),
    )


def hand_over(claim: Claim) -> Outcome:
    """Talk to the carrier; touches no row, so it runs in a thread without a database connection."""
    channel = CHANNELS[claim.channel]
    try:
        if claim.unsure_since is not None:
            found = channel.find(claim.message, since=claim.unsure_since, known=set(claim.known))
            if found:
                return Outcome(provider_id=found, was_adopted=True)
        return Outcome(provider_id=channel.send(claim.message))
    except ChannelError as error:
        return Outcome(error=error)
    except Exception as error:
        return Outcome(error=ChannelError(f"{type(error).__name__}: {error}"[:300], code="internal"))


@transaction.atomic
def finish(claim: Claim, outcome: Outcome) -> None:
    """Write the outcome, unless a later attempt has taken over meanwhile (fencing)."""
    delivery = Delivery.objects.select_related("incident", "recipient").get(pk=claim.delivery_id)
    lock(delivery.incident)
    lock(delivery)
    if delivery.attempt != claim.attempt:
        return
    now = clock.now()
    delivery.lease_until = None
    if outcome.error is None:
        if not delivery.provider_id:
            delivery.provider_id = outcome.provider_id
        if delivery.status == DeliveryStatus.SENDING:
            delivery.status = DeliveryStatus.SENT
        delivery.sent_at = delivery.sent_at or now
        delivery.save()
        _tell(delivery, "delivery_sent", attempt=delivery.attempt, was_adopted=outcome.was_adopted)
    elif outcome.error.permanent or delivery.attempt >= ATTEMPTS:
        fail(delivery, code=outcome.error.code, text=str(outcome.error))
    else:
        delivery.status = DeliveryStatus.QUEUED
        delivery.due_at = now + RETRY_AFTER
        delivery.error_code, delivery.error = outcome.error.code, str(outcome.error)
        delivery.save()


def fail(delivery: Delivery, *, code: str, text: str) -> None:
    """It will not arrive: say so on the timeline and promise the next channel. Call under both locks."""
    delivery.status = DeliveryStatus.FAILED
    delivery.error_code, delivery.error = code, text[:300]
    delivery.finished_at = clock.now()
    delivery.lease_until = None
    delivery.save()
    _tell(delivery, "delivery_failed", code=code, error=text[:300])
    if not _is_pointless(delivery):
        fall_through(delivery)


def _tell(delivery: Delivery, verb: str, **data: object) -> None:
    facts = {
        "delivery": delivery.pk,
        "channel": delivery.channel,
        "purpose": delivery.purpose,
        "person": delivery.recipient.name,
        **data,
    }
    record_event(delivery.incident, verb, actor=None, via=Via.SYSTEM, data=facts)


def _is_pointless(delivery: Delivery) -> bool:
    """A page only asks for an acknowledgement; once there is one, nobody is woken for it."""
    return delivery.purpose == Purpose.PAGE and delivery.incident.status != Status.REPORTED


def _known_ids(delivery: Delivery) -> frozenset[str]:
    """Carrier ids of the other messages to the same number."""
    others = Delivery.objects.filter(destination=delivery.destination).exclude(pk=delivery.pk).exclude(provider_id="")
    return frozenset(others.order_by("-id").values_list("provider_id", flat=True)[:200])


def _message(delivery: Delivery) -> Message:
    link = ""
    if delivery.channel == Channel.EMAIL and delivery.purpose == Purpose.PAGE:
        link = f"{settings.PUBLIC_URL}{reverse('notifications:link', args=[make_link(delivery)])}"
    return Message(
        token=delivery.token,
        reference=delivery.incident.reference,
        purpose=delivery.purpose,
        destination=delivery.destination,
        subject=delivery.subject,
        body=delivery.body,
        language=delivery.recipient.language,
        link=link,
    )
