"""Puts deliveries into the outbox: what is promised here will be sent, or the reason why not is kept."""

from collections.abc import Iterable

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Event
from notifications.models import Channel, Delivery, DeliveryStatus
from notifications.models.delivery import language_of_reporter
from notifications.segments import count_segments
from notifications.services.addressing import address
from notifications.wording import compose

# Where a channel fails, the next one takes over.
FALL_THROUGH = {Channel.VOICE: Channel.SMS, Channel.SMS: Channel.EMAIL}


def promise(
    *,
    incident: Incident,
    recipients: Iterable[Person],
    channels: Iterable[str],
    purpose: str,
    key: str,
    is_copy: bool = False,
    cause: Event | None = None,
) -> list[Delivery]:
    """One delivery a person and channel; a repeat under the same ``key`` finds the first and adds nothing.

    A person whom a channel cannot reach gets the next one instead, and the reason is kept.
    """
    return [
        delivery
        for recipient in recipients
        for channel in channels
        for delivery in _promise_one(incident, recipient, channel, purpose, key, is_copy, cause)
    ]


def fall_through(delivery: Delivery) -> list[Delivery]:
    """After a failure: promise the same by the next channel, unless that was promised already."""
    channel = FALL_THROUGH.get(Channel(delivery.channel))
    if channel is None or delivery.recipient is None or delivery.incident is None:
        return []
    key = delivery.dedup_key.rsplit(":", 2)[0]
    purpose, is_copy, cause = delivery.purpose, delivery.is_copy, delivery.cause
    return _promise_one(delivery.about, delivery.recipient, channel, purpose, key, is_copy, cause)


def promise_to_reporter(*, incident: Incident, purpose: str, key: str, cause: Event | None = None) -> list[Delivery]:
    """One mail to whoever reported it, where an address is known and it is not a colleague's own doing."""
    destination = incident.reporter_email or (incident.reporter.email if incident.reporter else "")
    if not destination:
        return []
    words = compose(
        incident=incident,
        language=language_of_reporter(incident),
        channel=Channel.EMAIL,
        purpose=purpose,
        cause=cause,
    )
    delivery, is_new = Delivery.objects.get_or_create(
        dedup_key=f"{key}:reporter:{Channel.EMAIL}",
        defaults={
            "incident": incident,
            "recipient": incident.reporter,
            "cause": cause,
            "channel": Channel.EMAIL,
            "purpose": purpose,
            "destination": destination,
            "subject": words.subject,
            "body": words.body,
            "due_at": clock.now(),
        },
    )
    return [delivery] if is_new else []


def _promise_one(
    incident: Incident,
    recipient: Person,
    channel: str,
    purpose: str,
    key: str,
    is_copy: bool,
    cause: Event | None,
) -> list[Delivery]:
    destination, why_not = address(recipient, channel)
    words = compose(
        incident=incident,
        language=recipient.language,
        channel=channel,
        purpose=purpose,
        cause=cause,
        zone=recipient.time_zone,
    )
    delivery, is_new = Delivery.objects.get_or_create(
        dedup_key=f"{key}:{recipient.pk}:{channel}",
        defaults={
            "incident": incident,
            "recipient": recipient,
            "cause": cause,
            "channel": channel,
            "purpose": purpose,
            "is_copy": is_copy,
            "destination": destination,
            "subject": words.subject,
            "body": words.body,
            "segments": count_segments(words.body) if channel == Channel.SMS else None,
            "status": DeliveryStatus.NOT_SENT if why_not else DeliveryStatus.QUEUED,
            "not_sent_reason": why_not,
            "due_at": clock.now(),
        },
    )
    if is_new and why_not:
        return [delivery, *fall_through(delivery)]
    return [delivery] if is_new else []
