"""Sends what the outbox promises: claim under a lease, talk to the carrier outside any transaction, finish fenced.

A crash between claim and finish leaves the row in "sending"; when its lease runs out somebody claims it again. Every
further attempt, after a crash or an answer that did not come, first asks the carrier whether the message went out
after all, and only else sends it anew.
"""

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from incidents.intake.addresses import reply_address
from incidents.models import LinkPurpose
from incidents.models.status import Status
from incidents.services import corresponding
from incidents.services.claiming import act_on_due, act_on_each, claim_incident, complain
from incidents.services.corresponding import token_of
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import record_event
from notifications.channels import CHANNELS, ChannelError, Message
from notifications.channels import Channel as Carrier
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.models.delivery import FOR_REPORTERS
from notifications.services.chatting import CHAT_IS_FULL, chat_address, chat_is_full_until, page_of
from notifications.services.links import make_link
from notifications.services.locking import lock_message
from notifications.services.promising import ASKED, fall_through
from notifications.services.verifying import with_code

LEASE = timedelta(seconds=settings.PAGING_LEASE)
RETRY_AFTER = timedelta(seconds=settings.PAGING_RETRY)
ATTEMPTS = 3
AT_ONCE = 20
# A carrier stamps messages by its own clock, in whole seconds.
CARRIER_SKEW = timedelta(seconds=3)
# All the attempts of a message lie within this time.
UNSURE_FOR = ATTEMPTS * (LEASE + RETRY_AFTER)


@dataclass(frozen=True)
class Claim:
    """A delivery that is ours until the lease ends.

    ``unsure_since``: an earlier attempt may have reached the carrier. ``is_pointless``: nobody needs the message any
    more, so it is only found out whether it went out.
    """

    delivery_id: int
    attempt: int
    channel: str
    message: Message
    unsure_since: datetime | None
    known: frozenset[str]
    is_pointless: bool = False


@dataclass(frozen=True)
class Outcome:
    provider_id: str = ""
    was_adopted: bool = False
    is_withdrawn: bool = False
    error: ChannelError | None = None


def send_due_deliveries(*, limit: int = AT_ONCE) -> int:
    """Claim what is due, send it side by side, write down what came of it; part of the cycle."""
    claims, failures = claim_due(limit=limit)
    if claims:
        with ThreadPoolExecutor(max_workers=len(claims), thread_name_prefix="send") as pool:
            running = {pool.submit(hand_over, claim): claim for claim in claims}
            outcomes = ((running[future], future.result()) for future in as_completed(running))
            failures += act_on_each(finish, outcomes)[1]
    complain(failures)
    return len(claims)


def claim_due(*, limit: int) -> tuple[list[Claim], list[Exception]]:
    """The deliveries that are ours now, and the errors of those that could not be claimed."""
    due = Delivery.objects.claimable(clock.now()).order_by("due_at", "id").values_list("pk", "incident_id")
    found, failures = act_on_due(_claim, due, limit=limit)
    return [claim for claim in found if claim is not None], failures


@transaction.atomic
def _claim(pk: int, incident_id: int | None) -> Claim | None:
    """Take the lease; withdraw instead what nobody needs any more."""
    incident = claim_incident(incident_id) if incident_id else None
    now = clock.now()
    rows = Delivery.objects.claimable(now).select_related("recipient", "chat").filter(pk=pk)
    delivery = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if delivery is None or (incident is None and incident_id):
        return None
    delivery.incident = incident
    unsure_since = _unsure_since(delivery)
    is_pointless = _is_pointless(delivery)
    if is_pointless and unsure_since is None:
        _withdraw(delivery)
        return None
    if until := chat_is_full_until(delivery):
        delivery.due_at, delivery.held_reason = until, CHAT_IS_FULL
        delivery.save(update_fields=["due_at", "held_reason"])
        return None
    delivery.status = DeliveryStatus.SENDING
    delivery.held_reason = ""
    delivery.attempt += 1
    delivery.claimed_at = delivery.claimed_at or now
    delivery.lease_until = now + LEASE
    delivery.save()
    return Claim(
        delivery_id=delivery.pk,
        attempt=delivery.attempt,
        channel=delivery.channel,
        message=_message(delivery),
        unsure_since=unsure_since,
        known=_known_ids(delivery) if unsure_since else frozenset(),
        is_pointless=is_pointless,
    )


def hand_over(claim: Claim) -> Outcome:
    """Talk to the carrier; touches no row, so it runs in a thread without a database connection."""
    channel = CHANNELS[claim.channel]
    try:
        found = _find(channel, claim)
        if found:
            return Outcome(provider_id=found, was_adopted=True)
        if claim.is_pointless:
            return Outcome(is_withdrawn=True)
        return Outcome(provider_id=channel.send(claim.message))
    except ChannelError as error:
        return Outcome(error=error)
    except Exception as error:
        return Outcome(error=ChannelError(f"{type(error).__name__}: {error}"[:300], code="internal"))


def _find(channel: Carrier, claim: Claim) -> str | None:
    """The id of the message at the carrier, if an earlier attempt got it there."""
    if claim.unsure_since is None:
        return None
    try:
        return channel.find(claim.message, since=claim.unsure_since, known=set(claim.known))
    except ChannelError:
        if claim.attempt < ATTEMPTS or claim.is_pointless:
            raise
        return None  # The last attempt: a second ring is better than silence.


@transaction.atomic
def finish(claim: Claim, outcome: Outcome) -> None:
    """Write the outcome, unless a later attempt has taken over meanwhile (fencing)."""
    delivery = Delivery.objects.select_related("incident", "recipient").get(pk=claim.delivery_id)
    lock_message(delivery)
    if delivery.attempt != claim.attempt:
        return
    delivery.lease_until = None
    if outcome.is_withdrawn:
        _withdraw(delivery)
    elif outcome.error is None:
        _note_sent(delivery, outcome)
    elif delivery.status != DeliveryStatus.SENDING:
        delivery.save()  # A callback came meanwhile: the carrier has it, though its answer to us got lost.
    elif outcome.error.permanent or delivery.attempt >= ATTEMPTS:
        fail(delivery, code=outcome.error.code, text=str(outcome.error))
    else:
        _try_later(delivery, outcome.error)


def _note_sent(delivery: Delivery, outcome: Outcome) -> None:
    if not delivery.provider_id:
        delivery.provider_id = outcome.provider_id
    if delivery.status == DeliveryStatus.SENDING:
        delivery.status = DeliveryStatus.SENT
    delivery.sent_at = delivery.sent_at or clock.now()
    delivery.save()
    _tell(delivery, "delivery_sent", attempt=delivery.attempt, was_adopted=outcome.was_adopted)


def _try_later(delivery: Delivery, error: ChannelError) -> None:
    delivery.status = DeliveryStatus.QUEUED
    delivery.due_at = clock.now() + RETRY_AFTER
    delivery.error_code, delivery.error = error.code[:20], str(error)[:300]
    delivery.save()


def _withdraw(delivery: Delivery) -> None:
    if delivery.status not in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING):
        delivery.save()
        return
    delivery.status = DeliveryStatus.CANCELLED
    delivery.not_sent_reason = delivery.about.status
    delivery.finished_at = clock.now()
    delivery.save()


def fail(delivery: Delivery, *, code: str, text: str) -> None:
    """It will not arrive: say so on the timeline and promise the next channel. Call under both locks."""
    delivery.status = DeliveryStatus.FAILED
    delivery.error_code, delivery.error = code[:20], text[:300]
    delivery.finished_at = clock.now()
    delivery.lease_until = None
    delivery.save()
    _tell(delivery, "delivery_failed", code=code, error=text[:300])
    if not _is_pointless(delivery):
        fall_through(delivery)


def _tell(delivery: Delivery, verb: str, **data: object) -> None:
    if delivery.incident is None:
        return  # It stands on no timeline.
    facts = {
        "delivery": delivery.pk,
        "channel": delivery.channel,
        "purpose": delivery.purpose,
        "person": delivery.reader_name,
        **data,
    }
    record_event(delivery.incident, verb, actor=None, via=Via.SYSTEM, data=facts)


def _is_pointless(delivery: Delivery) -> bool:
    """A page only asks for an acknowledgement; once there is one, nobody is woken for it. Whom somebody asked for by
    name is wanted all the same."""
    if delivery.dedup_key.startswith(ASKED):
        return delivery.about.is_over
    return delivery.purpose == Purpose.PAGE and delivery.about.status != Status.REPORTED


def _unsure_since(delivery: Delivery) -> datetime | None:
    """When an earlier attempt may have handed the message over; None where there was none, or where asking is no use.

    Calls carry no text: of two calls to one number that both ended unknown, one found could be either. Both are made
    again then, because the wrong guess would be a page that nobody gets.
    """
    if delivery.attempt == 0 or delivery.claimed_at is None:
        return None
    if delivery.channel == Channel.VOICE and _unsure_calls(delivery).exists():
        return None
    return delivery.claimed_at - CARRIER_SKEW


def _unsure_calls(delivery: Delivery) -> QuerySet[Delivery]:
    """Other calls to the same number that were in the air lately and whose first attempt ended unknown."""
    others = Delivery.objects.filter(channel=Channel.VOICE, destination=delivery.destination).exclude(pk=delivery.pk)
    unknown = Q(attempt__gt=1) | Q(attempt=1, status__in=(DeliveryStatus.QUEUED, DeliveryStatus.SENDING))
    return others.filter(unknown, claimed_at__gte=clock.now() - UNSURE_FOR)


def _known_ids(delivery: Delivery) -> frozenset[str]:
    """Carrier ids of the other messages to the same number."""
    others = Delivery.objects.filter(destination=delivery.destination).exclude(pk=delivery.pk).exclude(provider_id="")
    return frozenset(others.order_by("-id").values_list("provider_id", flat=True)[:200])


def _message(delivery: Delivery) -> Message:
    incident, is_mail = delivery.incident, delivery.channel == Channel.EMAIL
    return Message(
        token=delivery.token,
        reference=incident.reference if incident else "",
        purpose=delivery.purpose,
        destination=delivery.destination,
        subject=delivery.subject,
        body=with_code(delivery) if delivery.purpose == Purpose.CODE else delivery.body,
        language=delivery.language,
        link=_link(delivery) if is_mail else page_of(delivery) if delivery.chat else "",
        chat=chat_address(delivery),
        reply_to=reply_address(incident) if incident and is_mail and settings.MAIL_ADDRESS else "",
    )


def _link(delivery: Delivery) -> str:
    """Where the reader may act. It is made when the mail is sent, so that no usable link lies in the database."""
    if delivery.purpose in (Purpose.PAGE, Purpose.TEST):
        return f"{settings.PUBLIC_URL}{reverse('notifications:link', args=[make_link(delivery)])}"
    if delivery.purpose not in FOR_REPORTERS:
        return ""
    purpose = LinkPurpose.CONFIRM if delivery.purpose == Purpose.CONFIRMATION else LinkPurpose.FOLLOW_UP
    token = token_of(corresponding.make_link(delivery.about, purpose))
    return f"{settings.PUBLIC_URL}{reverse('incidents:follow-up', args=[token])}"
