"""Circuit breakers: which carriers may be handed messages at the moment."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q

from lifecycle import clock
from notifications import circuit
from notifications.channels.base import Fault
from notifications.models import AttemptOutcome, Breaker, Channel, Delivery, DeliveryAttempt, DeliveryStatus
from notifications.providers import Provider
from notifications.services.alarming import end_alarm, raise_alarm
from notifications.services.claims import Lane
from notifications.services.ending import NO_CARRIER


class Switchboard:
    """The breakers as they stood when a batch was claimed. A provider whose circuit is open is passed over; when its
    time for a probe has come, one message of all senders gets through."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._open = {(each.provider, each.channel): each for each in Breaker.objects.exclude(opened_at=None)}

    def is_open(self, lane: Lane) -> bool:
        return lane in self._open

    def usable(self, providers: Iterable[Provider]) -> list[Provider]:
        """Those whose circuit is closed, or where a probe may be made."""
        return [each for each in providers if self._may_try(each.lane)]

    def _may_try(self, lane: Lane) -> bool:
        breaker = self._open.get(lane)
        return breaker is None or (breaker.probe_at is not None and breaker.probe_at <= self.now)

    def take(self, provider: Provider) -> bool:
        """Whether a message may be handed to it now. Where it is a probe, no other may until a minute has passed."""
        breaker = self._open.get(provider.lane)
        if breaker is None:
            return True
        mine = Breaker.objects.filter(pk=breaker.pk, probe_at__lte=self.now)
        breaker.probe_at = self.now + circuit.PROBE_AFTER
        return bool(mine.update(probe_at=breaker.probe_at))

    def next_probe_at(self, providers: Iterable[Provider]) -> datetime:
        """When one of these carriers is tried again."""
        moments = [self._open[each.lane].probe_at for each in providers if each.lane in self._open]
        return max(self.now, min((at for at in moments if at), default=self.now + circuit.PROBE_AFTER))


def note_successes(lanes: set[Lane]) -> None:
    """The carrier takes messages: a row of failures ends, an open circuit closes. Costs one look where all is well."""
    troubled = Breaker.objects.filter(Q(failures__gt=0) | Q(opened_at__isnull=False))
    for breaker in troubled:
        if (breaker.provider, breaker.channel) in lanes:
            Breaker.objects.filter(pk=breaker.pk).update(failures=0, opened_at=None, probe_at=None)
            end_alarm("breaker_open", about=_named(breaker.provider, breaker.channel))
            end_alarm("account_suspended", about=_named(breaker.provider, breaker.channel))
            release_held(breaker.channel)


@transaction.atomic
def release_held(channel: str) -> None:
    """What waited for a carrier of the channel goes now: the probe has shown that there is one."""
    now = clock.now()
    waiting = Delivery.objects.filter(channel=channel, status=DeliveryStatus.QUEUED, due_at__gt=now)
    held = waiting.filter(held_reason=NO_CARRIER.get(Channel(channel), ""))
    free = held.select_for_update(skip_locked=True, no_key=True).values("pk")
    Delivery.objects.filter(pk__in=free).update(due_at=now, held_reason="")


@transaction.atomic
def note_failure(lane: Lane, fault: Fault, *, detail: str) -> bool:
    """A fault of the carrier. True where its circuit is open now. Call after the attempt was written down."""
    provider, channel = lane
    breaker, _is_new = Breaker.objects.get_or_create(provider=provider, channel=channel)
    Breaker.objects.filter(pk=breaker.pk).update(failures=F("failures") + 1)
    breaker.refresh_from_db()
    if breaker.opened_at is None and not (fault == Fault.ACCOUNT or _must_open(breaker)):
        return False
    now = clock.now()
    breaker.opened_at = breaker.opened_at or now
    breaker.probe_at = max(breaker.probe_at or now, now + circuit.PROBE_AFTER)
    breaker.save(update_fields=["opened_at", "probe_at"])
    raise_alarm("breaker_open", about=_named(provider, channel), detail=detail)
    return True


def _must_open(breaker: Breaker) -> bool:
    since = clock.now() - circuit.LOOKED_AT
    recent = DeliveryAttempt.objects.filter(
        provider=breaker.provider, channel=breaker.channel, ended_at__gte=since
    ).exclude(outcome=AttemptOutcome.REFUSED)
    counts = recent.aggregate(attempts=Count("pk"), failures=Count("pk", filter=Q(outcome=AttemptOutcome.UNAVAILABLE)))
    return circuit.must_open(in_a_row=breaker.failures, **counts)


def _named(provider: str, channel: str) -> str:
    return f"{provider} {channel}"
