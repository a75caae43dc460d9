"""Takes due messages out of the outbox, many in one transaction: the lease is ours, or it is somebody else's.

Everything is locked with SKIP LOCKED, so that a claim waits for nobody and cannot deadlock: the messages, then their
incidents (an acknowledgement under way is respected: its pages are looked at again a moment later), then their readers
(two senders must not both see room for one more). What the locks allow is written in a few statements for all.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from lifecycle.rows import update_rows
from notifications.channels import ChannelError
from notifications.models import Channel, Delivery, DeliveryStatus, StoppedNumber
from notifications.models.delivery import priority_of
from notifications.providers import LOG, NOBODY, Provider, provider_of, providers_for, providers_of
from notifications.services import bundling
from notifications.services.breaking import Switchboard
from notifications.services.chatting import chat_is_full_until
from notifications.services.claims import LEASE, RETRY_AFTER, Claim, Lane
from notifications.services.ending import hold_for_carrier, leave_out, nobody_needs, withdraw
from notifications.services.messages import asks_the_database, message_of
from notifications.services.retrying import History, histories, known_ids, tries_of, unsure
from notifications.services.spending import CAPPED, Spending
from notifications.services.throttling import HELD, Throttle, weight_of
from notifications.throttle import Weight

logger = logging.getLogger(__name__)

STOPPED = gettext_noop("The person stopped texts to this number; calls go on.")
SLOTS = 32
"""Messages that are on their way to one provider at once, by each sender."""
A_FEW_MORE = 32
"""Rows beyond the free slots that a claim looks at, so that those it must pass over keep nobody waiting."""
LOOKS = 8
"""How often a claim looks further down the queue while all that it has seen must wait."""


class Slots:
    """How many more messages may be handed to each provider at the moment."""

    def __init__(self, taken: Iterable[Lane] = (), *, most: int = SLOTS) -> None:
        self.most = most
        self._taken = Counter(taken)

    def is_free(self, lane: Lane) -> bool:
        return self._taken[lane] < self.most

    def take(self, lane: Lane) -> None:
        self._taken[lane] += 1

    def open_channels(self) -> list[str]:
        """The channels on which something can be done: one provider with a free slot is enough. Where there is none
        at all, the messages have to be told so."""
        return [name for name in Channel.values if self._is_open(providers_of(name))]

    def _is_open(self, providers: list[Provider]) -> bool:
        return not providers or any(self.is_free(each.lane) for each in providers)


@transaction.atomic
def claim_due(slots: Slots | None = None, *, limit: int = 2 * SLOTS) -> list[Claim]:
    """The messages that are ours now, the most urgent first."""
    slots, now = slots or Slots(), clock.now()
    passed_over: set[int] = set()
    for _look in range(LOOKS if slots.open_channels() else 0):
        due = _due(now, slots.open_channels(), limit + A_FEW_MORE, passed_over)
        claims = _choose(_lock(due), slots, now, limit)
        if claims or len(due) < limit + A_FEW_MORE:
            return claims
        passed_over |= {row.pk for row in due}
    return []


def _choose(rows: list[Delivery], slots: Slots, now: datetime, limit: int) -> list[Claim]:
    if not rows:
        return []
    batch = Batch(rows, slots, now)
    for delivery in batch.in_order():
        if len(batch.chosen) == limit:
            break
        batch.consider(delivery)
    return batch.claim()


def _due(now: datetime, channels: list[str], number: int, passed_over: set[int]) -> list[Delivery]:
    due = Delivery.objects.claimable(now).filter(channel__in=channels).exclude(pk__in=passed_over)
    locked = due.most_urgent_first().select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(locked.select_related("recipient", "chat")[:number])


def _lock(rows: list[Delivery]) -> list[Delivery]:
    """Those of the messages whose incident and reader nobody else holds, each with its incident as it is now."""
    about = {row.incident_id for row in rows if row.incident_id}
    readers = {row.recipient_id for row in rows if row.recipient_id}
    incidents = Incident.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    free = incidents.select_related("level", "reporter").in_bulk(about)
    people = Person.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=readers)
    reachable = set(people.values_list("pk", flat=True))
    kept = []
    for row in rows:
        if row.incident_id in {None, *free} and row.recipient_id in {None, *reachable}:
            row.incident = free.get(row.incident_id or 0)
            kept.append(row)
    return kept


@dataclass
class Choice:
    """A message that goes now, and how."""

    delivery: Delivery
    provider: Provider
    asked: str
    unsure_since: datetime | None
    is_pointless: bool
    is_last: bool


class Batch:
    """Due messages under their locks, and what is done with each: it goes, it waits, or nobody needs it any more."""

    def __init__(self, rows: list[Delivery], slots: Slots, now: datetime) -> None:
        self.rows, self.slots, self.now = rows, slots, now
        self.chosen: list[Choice] = []
        self._board = Switchboard(now)
        self._throttle = Throttle(rows, now)
        self._spending = Spending(now)
        self._histories = histories(rows)
        self._stopped = _stopped(rows)
        self._companions = self._find_companions()
        self._folded: set[int] = set()
        self._held: list[Delivery] = []
        self._withdrawn: list[Delivery] = []

    def in_order(self) -> list[Delivery]:
        """As they were read, but of those who are as urgent the person first who got something longest ago."""
        places = {row.pk: place for place, row in enumerate(self.rows)}

        def rank(row: Delivery) -> tuple[int, float, int, int]:
            last_at = self._throttle.last_at(row)
            level = row.incident.level_id if row.incident else 0
            return priority_of(row), last_at.timestamp() if last_at else 0, level, places[row.pk]

        return sorted(self.rows, key=rank)

    def consider(self, delivery: Delivery) -> None:
        """Decide about one message. One that cannot be decided about is looked at again later: it must not silence the
        others."""
        if delivery.pk in self._folded:
            return
        try:
            self._consider(delivery)
        except Exception:
            logger.exception("Message %s cannot be sent", delivery.pk)
            delivery.due_at = self.now + RETRY_AFTER
            self._held.append(delivery)

    def _consider(self, delivery: Delivery) -> None:
        past = self._histories[delivery.pk]
        asked, unsure_since = unsure(delivery, past)
        is_pointless = nobody_needs(delivery)
        if is_pointless and unsure_since is None:
            self._withdrawn.append(delivery)
        elif is_pointless or not self._must_stay(delivery):
            self._send(delivery, past, asked, unsure_since, is_pointless)

    def _must_stay(self, delivery: Delivery) -> bool:
        """Left out for good, or held until its reader may get one more."""
        if delivery.is_drill or delivery.attempt:
            return False
        reason = self._why_never(delivery)
        if reason:
            with transaction.atomic():
                leave_out(delivery, reason)
            return True
        free_at = chat_is_full_until(delivery) or self._throttle.free_at(delivery)
        if free_at > self.now:
            delivery.due_at, delivery.held_reason = free_at, HELD[Channel(delivery.channel)]
            self._held.append(delivery)
        return free_at > self.now

    def _why_never(self, delivery: Delivery) -> str:
        if delivery.channel == Channel.SMS and delivery.destination in self._stopped:
            return STOPPED
        if weight_of(delivery) == Weight.NOTICE and self._spending.is_spent(delivery.channel):
            return CAPPED[Channel(delivery.channel)]
        return ""

    def _is_crowded(self, delivery: Delivery) -> bool:
        """One message a claim to each chat: its program counts them, and so do we, by what was claimed before."""
        return delivery.chat_id is not None and any(each.delivery.chat_id == delivery.chat_id for each in self.chosen)

    def _send(
        self, delivery: Delivery, past: History, asked: str, unsure_since: datetime | None, is_pointless: bool
    ) -> None:
        provider = self._provider(delivery, past)
        if provider is None:
            with transaction.atomic():
                hold_for_carrier(delivery, until=self._board.next_probe_at(providers_for(delivery)), now=self.now)
            return
        if asked and self._board.is_open((asked, delivery.channel)) and asked != provider.name:
            asked, unsure_since = "", None  # It answers nobody: a second ring is better than silence.
        lane = (asked or provider.name, delivery.channel)
        if self._is_crowded(delivery) or not self.slots.is_free(lane) or not self._board.take(provider):
            return
        self._fold_into(delivery)
        self.slots.take(lane)
        self._throttle.note(delivery)
        is_last = past.tries[provider.name] + 1 >= tries_of(delivery.channel)
        self.chosen.append(Choice(delivery, provider, asked, unsure_since, is_pointless, is_last))

    def _provider(self, delivery: Delivery, past: History) -> Provider | None:
        """The one that has tried it least, in the order of the settings; None while no carrier takes anything."""
        if delivery.is_drill:
            return provider_of(LOG, delivery.channel)
        known = providers_for(delivery)
        usable = self._board.usable(known)
        if not known:
            return provider_of(NOBODY, delivery.channel)
        return min(usable, key=lambda each: past.tries[each.name], default=None)

    def _find_companions(self) -> dict[tuple[int, str], list[Delivery]]:
        """By reader: the pages that can be told together."""
        others = _lock(bundling.companions(self.rows, self.now))
        grouped: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
        for each in [*(row for row in self.rows if bundling.is_bundled(row)), *others]:
            grouped[bundling.reader_of(each)].append(each)
        return grouped

    def _fold_into(self, leader: Delivery) -> None:
        """Whatever else waits for the same person and channel goes with it."""
        if not bundling.is_bundled(leader):
            return
        held = {each.pk for each in self._withdrawn}
        others = [
            each
            for each in self._companions[bundling.reader_of(leader)]
            if each.pk not in {leader.pk, *held, *self._folded} and not nobody_needs(each)
        ][: bundling.MOST - 1]
        if others:
            with transaction.atomic():
                bundling.fold(leader, others, self.now)
            self._folded |= {each.pk for each in others}
            self._held = [each for each in self._held if each.pk not in self._folded]

    def claim(self) -> list[Claim]:
        """Write down what was decided, in a statement for each kind."""
        withdraw(self._withdrawn, now=self.now)
        update_rows(self._held, ["due_at", "held_reason"])
        for name in {choice.provider.name for choice in self.chosen}:
            mine = [choice.delivery.pk for choice in self.chosen if choice.provider.name == name]
            Delivery.objects.filter(pk__in=mine).update(
                status=DeliveryStatus.SENDING,
                attempt=F("attempt") + 1,
                provider=name,
                claimed_at=Coalesce("claimed_at", Value(self.now)),
                lease_until=self.now + LEASE,
                held_reason="",
            )
        return [self._claimed(choice) for choice in self.chosen]

    def _claimed(self, choice: Choice) -> Claim:
        delivery, message, flaw = choice.delivery, None, None
        try:
            with transaction.atomic() if asks_the_database(delivery) else nullcontext():
                message = message_of(delivery)
        except Exception as error:
            logger.exception("Message %s cannot be put into words", delivery.pk)
            flaw = ChannelError(f"{type(error).__name__}: {error}"[:300], code="internal", is_unsure=False)
        return Claim(
            delivery_id=delivery.pk,
            attempt=delivery.attempt + 1,
            channel=delivery.channel,
            provider=choice.provider.name,
            message=message,
            asked=choice.asked,
            unsure_since=choice.unsure_since,
            known=known_ids(delivery) if choice.unsure_since else frozenset(),
            is_pointless=choice.is_pointless,
            is_last=choice.is_last,
            flaw=flaw,
        )


def _stopped(rows: list[Delivery]) -> set[str]:
    """The numbers among them whose owners take no texts."""
    numbers = {row.destination for row in rows if row.channel == Channel.SMS}
    if not numbers:
        return set()
    return set(StoppedNumber.objects.filter(phone__in=numbers).values_list("phone", flat=True))
