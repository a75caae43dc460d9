"""What earlier attempts say about the next one: whom to ask first, by whom to try, when, and when to give up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from lifecycle import clock
from notifications.channels import ChannelError
from notifications.models import Channel, Delivery, DeliveryAttempt, DeliveryStatus
from notifications.services.claims import LEASE, RETRY_AFTER

TRIES = 3
MAIL_TRIES = 7
"""Of each provider. A mail has no channel behind it, so it is tried for longer: some seven minutes in all."""
SLOWER_FROM = 3
LONGEST_WAIT = timedelta(minutes=3)
# A carrier stamps messages by its own clock, in whole seconds.
CARRIER_SKEW = timedelta(seconds=3)
# All the attempts of a call lie within this time.
UNSURE_FOR = TRIES * (LEASE + RETRY_AFTER)


@dataclass
class History:
    """``tries`` by provider; ``asked``: the one that may have the message, though it never said so."""

    tries: Counter[str] = field(default_factory=Counter)
    asked: str = ""


def histories(deliveries: Iterable[Delivery]) -> dict[int, History]:
    """The attempts of each so far. A first try has none, and costs no look."""
    found = {each.pk: History() for each in deliveries}
    tried = {each.pk: each for each in deliveries if each.attempt}
    noted: Counter[int] = Counter()
    if tried:
        for attempt in DeliveryAttempt.objects.filter(delivery__in=tried).order_by("pk"):
            noted[attempt.delivery_id] += 1
            past = found[attempt.delivery_id]
            past.tries[attempt.provider] += 1
            past.asked = attempt.provider if attempt.is_unsure else past.asked
    for pk, delivery in tried.items():
        # An attempt that nobody wrote down ended with the process that made it.
        if delivery.attempt > noted[pk]:
            found[pk].tries[delivery.provider] += delivery.attempt - noted[pk]
            found[pk].asked = delivery.provider
    return found


def tries_of(channel: str) -> int:
    return MAIL_TRIES if channel == Channel.EMAIL else TRIES


def next_try_after(error: ChannelError, tries: int) -> timedelta:
    """How long the same provider is left alone; a carrier that says when to come again is believed."""
    wait: timedelta = RETRY_AFTER * 2 ** max(0, tries - SLOWER_FROM + 1)
    return max(min(wait, LONGEST_WAIT), error.retry_after or RETRY_AFTER)


def unsure(delivery: Delivery, past: History) -> tuple[str, datetime | None]:
    """(whom to ask, since when) where an earlier attempt may have handed it over; ("", None) where there was none, or
    where asking is no use.

    Calls carry no text: of two calls to one number that both ended unknown, one found could be either. Both are made
    again then, because the wrong guess would be a page that nobody gets.
    """
    if not past.asked or delivery.claimed_at is None:
        return "", None
    if delivery.channel == Channel.VOICE and _unsure_calls(delivery).exists():
        return "", None
    return past.asked, delivery.claimed_at - CARRIER_SKEW


def _unsure_calls(delivery: Delivery) -> QuerySet[Delivery]:
    """Other calls to the same number that were in the air lately and whose first attempt ended unknown."""
    others = Delivery.objects.filter(channel=Channel.VOICE, destination=delivery.destination).exclude(pk=delivery.pk)
    unknown = Q(attempt__gt=1) | Q(attempt=1, status__in=(DeliveryStatus.QUEUED, DeliveryStatus.SENDING))
    return others.filter(unknown, claimed_at__gte=clock.now() - UNSURE_FOR)


def known_ids(delivery: Delivery) -> frozenset[str]:
    """Carrier ids of the other messages to the same number."""
    others = Delivery.objects.filter(destination=delivery.destination).exclude(pk=delivery.pk).exclude(provider_id="")
    return frozenset(others.order_by("-id").values_list("provider_id", flat=True)[:200])
