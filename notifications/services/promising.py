"""Puts deliveries into the outbox: what is promised here will be sent, or the reason why not is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop

from catalog.models import Person
from incidents.models import Incident
from incidents.permissions import is_confidential
from lifecycle import clock
from lifecycle.models import Event
from notifications.choice import ways_for
from notifications.models import Channel, ChatHook, Delivery, DeliveryStatus, Purpose, Urgency
from notifications.models.delivery import language_of_reporter
from notifications.segments import count_segments
from notifications.services.addressing import address
from notifications.ways import AT_ONCE
from notifications.wording import compose

# Where a channel fails, the next one takes over.
FALL_THROUGH = {Channel.VOICE: Channel.SMS, Channel.SMS: Channel.EMAIL}
ASKED = "asked:"
"""How the keys of pages begin that somebody asked for by the name of a person."""
AGAIN = ":again"
"""In the key of a message that repeats one which a carrier lost (services/ending.py)."""
OWN_RULE = gettext_noop("The person's own rules want it a little later.")


@dataclass(frozen=True)
class Promise:
    """What the messages of one page or one notice have in common."""

    incident: Incident
    purpose: str
    key: str
    wanted_at: datetime
    is_copy: bool = False
    cause: Event | None = None


def promise(
    *,
    incident: Incident,
    recipients: Iterable[Person],
    channels: Iterable[str],
    purpose: str,
    key: str,
    is_copy: bool = False,
    cause: Event | None = None,
    urgency: str = Urgency.IMPORTANT,
    wanted_at: datetime | None = None,
) -> list[Delivery]:
    """One delivery a person and channel; a repeat under the same ``key`` finds the first and adds nothing.

    Without ``channels`` the person's own rules for ``urgency`` say how and how soon. ``wanted_at``: when the step or
    the notice was due (now, if left out). A person whom a channel cannot reach gets the next one instead, and the
    reason is kept. Whoever is paged for a confidential incident has to do with it from now on: they see it, and may
    acknowledge it by key, reply or page.
    """
    people = list(recipients)
    if purpose == Purpose.PAGE and is_confidential(incident):
        incident.participants.add(*people)
    ways = ways_for(people, channels=channels, urgency=urgency)
    common = Promise(incident, purpose, key, wanted_at or clock.now(), is_copy, cause)
    return [
        delivery
        for person in people
        for after, channel in ways[person.pk]
        for delivery in _promise_one(common, person, after, channel)
    ]


def promise_to_chat(
    *,
    incident: Incident,
    chat: ChatHook,
    purpose: str,
    key: str,
    cause: Event | None = None,
    wanted_at: datetime | None = None,
) -> list[Delivery]:
    """One message to a chat."""
    common = Promise(incident, purpose, key, wanted_at or clock.now(), cause=cause)
    words = compose(incident=incident, language=chat.language, channel=Channel.CHAT, purpose=purpose, cause=cause)
    return _keep(
        common,
        f"chat{chat.pk}",
        Channel.CHAT,
        chat=chat,
        destination=chat.name,
        subject=words.subject,
        body=words.body,
    )


def fall_through(delivery: Delivery) -> list[Delivery]:
    """After a failure: promise the same by the next channel, unless that was promised already."""
    channel = FALL_THROUGH.get(Channel(delivery.channel))
    if channel is None or delivery.recipient is None or delivery.incident is None:
        return []
    key = delivery.dedup_key.rsplit(":", 2)[0].replace(AGAIN, "")
    common = Promise(delivery.about, delivery.purpose, key, delivery.wanted_at, delivery.is_copy, delivery.cause)
    return _promise_one(common, delivery.recipient, AT_ONCE, channel)


def promise_to_reporter(
    *, incident: Incident, purpose: str, key: str, cause: Event | None = None, wanted_at: datetime | None = None
) -> list[Delivery]:
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
    return _keep(
        Promise(incident, purpose, key, wanted_at or clock.now(), cause=cause),
        "reporter",
        Channel.EMAIL,
        recipient=incident.reporter,
        destination=destination,
        subject=words.subject,
        body=words.body,
    )


def _promise_one(common: Promise, recipient: Person, after: timedelta, channel: str) -> list[Delivery]:
    destination, why_not = address(recipient, channel)
    words = compose(
        incident=common.incident,
        language=recipient.language,
        channel=channel,
        purpose=common.purpose,
        cause=common.cause,
        zone=recipient.time_zone,
    )
    kept = _keep(
        _later(common, after),
        str(recipient.pk),
        channel,
        recipient=recipient,
        is_copy=common.is_copy,
        destination=destination,
        subject=words.subject,
        body=words.body,
        segments=count_segments(words.body) if channel == Channel.SMS else None,
        status=DeliveryStatus.NOT_SENT if why_not else DeliveryStatus.QUEUED,
        not_sent_reason=why_not,
        held_reason=OWN_RULE if after and not why_not else "",
    )
    return kept + [other for delivery in kept if why_not for other in fall_through(delivery)]


def _later(common: Promise, after: timedelta) -> Promise:
    """A channel that the person wants later is a message of its own, wanted at a moment of its own."""
    if after == AT_ONCE:
        return common
    key = f"{common.key}+{int(after.total_seconds())}"
    return replace(common, key=key, wanted_at=common.wanted_at + after)


def _keep(common: Promise, reader: str, channel: str, **fields: Any) -> list[Delivery]:
    """The new row of the outbox, or none where the same was promised before."""
    delivery, is_new = Delivery.objects.get_or_create(
        dedup_key=f"{common.key}:{reader}:{channel}",
        defaults={
            "incident": common.incident,
            "cause": common.cause,
            "channel": channel,
            "purpose": common.purpose,
            "wanted_at": common.wanted_at,
            "due_at": max(common.wanted_at, clock.now()),
            "is_drill": common.incident.is_drill,
            **fields,
        },
    )
    return [delivery] if is_new else []
