"""How messages end without having arrived: withdrawn, left out, failed; and what takes their place then."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from incidents.models.status import Status
from lifecycle import clock
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.services.bundling import bundle_of, is_needed_by_others
from notifications.services.claims import RETRY_AFTER
from notifications.services.promising import AGAIN, ASKED, fall_through
from notifications.services.recounting import recount

GIVE_UP_AFTER = timedelta(minutes=10)
"""A message that no carrier takes for so long is not sent any more."""
NO_CARRIER = {
    Channel.VOICE: gettext_noop("No carrier takes calls at the moment."),
    Channel.SMS: gettext_noop("No carrier takes texts at the moment."),
    Channel.EMAIL: gettext_noop("No server takes mails at the moment."),
    Channel.CHAT: gettext_noop("The chat program takes no messages at the moment."),
}

TIMES_AGAIN = 2
COPIED = (
    *("incident", "recipient", "chat", "cause", "channel", "purpose", "is_copy", "is_drill"),
    *("destination", "subject", "body", "segments", "wanted_at"),
)


def nobody_needs(delivery: Delivery) -> bool:
    """A page only asks for an acknowledgement; once there is one, nobody is woken for it. Whom somebody asked for by
    name is wanted all the same."""
    if delivery.dedup_key.startswith(ASKED):
        return delivery.about.is_over
    if delivery.purpose != Purpose.PAGE or delivery.about.status == Status.REPORTED:
        return False
    return not is_needed_by_others(delivery)


def withdraw(deliveries: Iterable[Delivery], *, now: datetime) -> None:
    """Nobody needs them any more. What has gone out meanwhile stays as it is. Call under their locks."""
    for delivery in deliveries:
        delivery.lease_until = None
        if delivery.status in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING):
            delivery.status = DeliveryStatus.CANCELLED
            delivery.not_sent_reason = delivery.about.status
            delivery.finished_at = now
        delivery.save(update_fields=["status", "lease_until", "not_sent_reason", "finished_at"])


def leave_out(delivery: Delivery, reason: str) -> None:
    """It is not sent, for a reason that is kept; the next channel takes over. Call under both locks."""
    delivery.status, delivery.not_sent_reason = DeliveryStatus.NOT_SENT, reason
    delivery.finished_at, delivery.held_reason = clock.now(), ""
    delivery.save(update_fields=["status", "not_sent_reason", "finished_at", "held_reason"])
    fall_through(delivery)


def hold_for_carrier(delivery: Delivery, *, until: datetime, now: datetime) -> None:
    """No carrier of its channel is trusted: the next channel takes over at once, and this one waits for a carrier."""
    delivery.claimed_at = delivery.claimed_at or now
    if now - delivery.claimed_at > GIVE_UP_AFTER:
        fail(delivery, code="no-carrier", text="no-carrier")
        return
    delivery.status, delivery.lease_until = DeliveryStatus.QUEUED, None
    delivery.due_at, delivery.held_reason = until, NO_CARRIER.get(Channel(delivery.channel), "")
    delivery.save(update_fields=["status", "lease_until", "due_at", "held_reason", "claimed_at"])
    take_over(delivery)


def fail(delivery: Delivery, *, code: str, text: str, is_taken_over: bool = False) -> None:
    """It will not arrive: say so on the timeline and promise the next channel, unless something else has taken over
    already. Call under both locks."""
    delivery.status = DeliveryStatus.FAILED
    delivery.error_code, delivery.error = code[:20], text[:300]
    delivery.finished_at = clock.now()
    delivery.lease_until = delivery.check_at = None
    delivery.save()
    recount("delivery_failed", [(each, {"code": code, "error": text[:300]}) for each in bundle_of(delivery)])
    if not is_taken_over:
        take_over(delivery)


def send_again(delivery: Delivery) -> bool:
    """The carrier took it and then lost it for a reason that passes: the same once more, as a message of its own, so
    that no status ever moves backwards. False where that was tried often enough."""
    key, reader, channel = delivery.dedup_key.rsplit(":", 2)
    if key.count(AGAIN) >= TIMES_AGAIN or delivery.bundle.exists():
        return False
    again = Delivery(dedup_key=f"{key}{AGAIN}:{reader}:{channel}", due_at=clock.now() + RETRY_AFTER)
    for name in COPIED:
        setattr(again, name, getattr(delivery, name))
    Delivery.objects.bulk_create([again], ignore_conflicts=True)
    return True


def take_over(delivery: Delivery) -> None:
    """Promise the next channel of everything that it tells of, where that is not promised anyway."""
    for each in bundle_of(delivery):
        if each.purpose != Purpose.PAGE or each.about.status == Status.REPORTED:
            fall_through(each)
