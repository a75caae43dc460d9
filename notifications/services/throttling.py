"""Which messages must wait because their reader had enough lately; what waits is sent later, and says why."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_noop

from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.services.chatting import CHAT_IS_FULL
from notifications.throttle import LONGEST, Past, Weight, free_at, windows_of

HELD = {
    Channel.VOICE: gettext_noop("Calls to this person are throttled."),
    Channel.SMS: gettext_noop("Texts to this person are throttled."),
    Channel.EMAIL: gettext_noop("Mails to this person are throttled."),
    Channel.CHAT: CHAT_IS_FULL,
}
"""Kept with the message and translated where it is shown, with the moment at which it goes."""
ASKED_FOR = (Purpose.TEST, Purpose.CODE)
Reader = tuple[int, str]
"""(person, channel)"""


def weight_of(delivery: Delivery) -> Weight:
    if delivery.purpose in ASKED_FOR:
        return Weight.ANSWER
    return Weight.PAGE if delivery.purpose == Purpose.PAGE else Weight.NOTICE


class Throttle:
    """What the readers of a batch have got lately. Call while their rows are locked: two senders that both see room for
    one more would both use it."""

    def __init__(self, deliveries: Iterable[Delivery], now: datetime) -> None:
        self.now = now
        self._past: dict[Reader, list[Past]] = defaultdict(list)
        readers = {_reader(each) for each in deliveries if _is_throttled(each)}
        if readers:
            self._read({person for person, _channel in readers}, {channel for _person, channel in readers})

    def free_at(self, delivery: Delivery) -> datetime:
        """The earliest moment at which it may go."""
        if not _is_throttled(delivery):
            return self.now
        past = self._past[_reader(delivery)]
        moment = free_at(windows_of(delivery.channel, weight_of(delivery)), past, self.now)
        return self.now if moment > self.now and _must_ring(delivery) else moment

    def note(self, delivery: Delivery) -> None:
        """It goes now."""
        if _is_throttled(delivery):
            self._past[_reader(delivery)].append(Past(self.now, weight_of(delivery)))

    def last_at(self, delivery: Delivery) -> datetime | None:
        """When its reader last got something by its channel."""
        past = self._past[_reader(delivery)] if _is_throttled(delivery) else []
        return max((each.at for each in past), default=None)

    def _read(self, people: set[int], channels: set[str]) -> None:
        rows = Delivery.objects.filter(recipient__in=people, channel__in=channels, is_drill=False).order_by()
        sent = rows.filter(sent_at__gt=self.now - LONGEST)
        going = rows.filter(status=DeliveryStatus.SENDING, sent_at=None)
        fields = ("recipient_id", "channel", "purpose", "sent_at", "claimed_at")
        found = sent.values_list(*fields).union(going.values_list(*fields), all=True)
        for person, channel, purpose, sent_at, claimed_at in found:
            weight = weight_of(Delivery(purpose=purpose))
            self._past[person, channel].append(Past(sent_at or claimed_at or self.now, weight))


def _reader(delivery: Delivery) -> Reader:
    return delivery.recipient_id or 0, delivery.channel


def _is_throttled(delivery: Delivery) -> bool:
    """Only first tries: a message that failed on its way has had its turn already. A drill reaches nobody."""
    return bool(
        delivery.attempt == 0
        and delivery.recipient_id
        and not delivery.is_drill
        and windows_of(delivery.channel, weight_of(delivery))
    )


def _must_ring(delivery: Delivery) -> bool:
    """Of a Level 1 incident everybody who is paged gets one call, however much they were called before."""
    if delivery.channel != Channel.VOICE or delivery.purpose != Purpose.PAGE or delivery.about.level_id != 1:
        return False
    earlier = Delivery.objects.filter(
        incident=delivery.incident_id, recipient=delivery.recipient_id, channel=Channel.VOICE, purpose=Purpose.PAGE
    )
    return not earlier.exclude(pk=delivery.pk).exclude(sent_at=None, bundled_into=None).exists()
