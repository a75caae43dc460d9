"""Pages that wait for the same person on the same channel become one message about several incidents."""

from collections.abc import Iterable
from datetime import datetime

from incidents.models import Incident
from incidents.models.status import Status
from notifications.bundle_words import compose_bundle
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose

BUNDLED = (Channel.VOICE, Channel.SMS, Channel.EMAIL)
MOST = 20
"""Incidents that one message tells of."""
Reader = tuple[int, str]


def is_bundled(delivery: Delivery) -> bool:
    """Whether it may be told together with others: a page that nobody has tried to send yet."""
    return bool(
        delivery.purpose == Purpose.PAGE
        and delivery.attempt == 0
        and delivery.channel in BUNDLED
        and delivery.recipient_id
        and not delivery.is_drill
    )


def reader_of(delivery: Delivery) -> Reader:
    return delivery.recipient_id or 0, delivery.channel


def companions(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """What else is due for the readers of those pages, locked. Rows that somebody else holds are left to them."""
    pages = [each for each in deliveries if is_bundled(each)]
    if not pages:
        return []
    return list(
        Delivery.objects.claimable(now)
        .filter(
            purpose=Purpose.PAGE,
            attempt=0,
            is_drill=False,
            status=DeliveryStatus.QUEUED,
            recipient__in={each.recipient_id for each in pages},
            channel__in={each.channel for each in pages},
        )
        .exclude(pk__in=[each.pk for each in pages])
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("recipient")
        .order_by("due_at", "id")
    )


def fold(leader: Delivery, others: list[Delivery], now: datetime) -> None:
    """``leader`` tells of all their incidents; the others are done with it. Call while all of them are locked."""
    incidents = [leader.about, *(each.about for each in others)]
    words = compose_bundle(incidents=incidents, language=leader.language, channel=leader.channel)
    leader.subject, leader.body = words.subject, words.body
    leader.save(update_fields=["subject", "body"])
    Delivery.objects.filter(pk__in=[each.pk for each in others]).update(
        status=DeliveryStatus.BUNDLED, bundled_into=leader, finished_at=now, held_reason=""
    )


def bundle_of(delivery: Delivery) -> list[Delivery]:
    """All the pages that one message tells of, the message itself first, whichever of them is asked about."""
    leader = delivery if delivery.bundled_into is None else delivery.bundled_into
    return [leader, *leader.bundle.select_related("incident", "recipient").order_by("pk")]


def is_needed_by_others(delivery: Delivery) -> bool:
    """Whether one of the other incidents that it tells of is still waiting for somebody."""
    return delivery.bundle.filter(incident__status=Status.REPORTED).exists()


def incidents_of(delivery: Delivery) -> list[Incident]:
    return [each.about for each in bundle_of(delivery)]
