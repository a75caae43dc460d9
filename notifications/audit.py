"""What must always be true of paging, as queries for what is not. Each reads an index of what is due, late or wrong,
so that its cost follows that and never what is open (docs/decisions/013-an-auditor-that-reads-indexes.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Case, F, Q, QuerySet, When

from incidents.models import Clock, Incident
from incidents.services import record_breaches
from lifecycle.models import Event
from notifications.models import (
    AlarmKind,
    Channel,
    Delivery,
    DeliveryStatus,
    Escalation,
    Notice,
    WarRoom,
    WarRoomStatus,
)
from notifications.services.checking import check_statuses
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from notifications.services.noticing import fire_notices
from notifications.services.sending import send_due_deliveries
from notifications.services.warrooms import make_war_rooms

LATE = timedelta(seconds=60)
OLD = timedelta(minutes=5)
UNFINISHED = timedelta(minutes=11)
"""Ten, and a minute for the last look at it (services/checking.py)."""

Rows = QuerySet[Any, Any]
"""(key of the row, number of its incident or None), the oldest first."""


@dataclass(frozen=True)
class Invariant:
    """``broken`` finds the rows for which it does not hold; ``repair`` gets their keys and does what it can."""

    kind: AlarmKind
    broken: Callable[[datetime], Rows]
    repair: Callable[[list[int]], object]


def late_steps(now: datetime) -> Rows:
    return Escalation.objects.due(now - LATE).order_by("next_due_at").values_list("pk", "incident_id")


def late_messages(now: datetime) -> Rows:
    late = Delivery.objects.claimable(now).filter(due_at__lt=now - LATE)
    return late.order_by("due_at").values_list("pk", "incident_id")


def old_leases(now: datetime) -> Rows:
    """Those that ended long ago, and those that no sender of ours can have taken for so long."""
    wrong = Q(lease_until__lt=now - OLD) | Q(lease_until__gt=now + OLD)
    held = Delivery.objects.waiting().filter(wrong, due_at__lte=now)
    return held.order_by("due_at").values_list("pk", "incident_id")


def unfinished_messages(now: datetime) -> Rows:
    """A mail, a chat and the log say nothing after they took it."""
    silent = Delivery.objects.filter(
        status=DeliveryStatus.SENT, channel__in=(Channel.VOICE, Channel.SMS), sent_at__lt=now - UNFINISHED
    )
    return silent.order_by("sent_at").values_list("pk", "incident_id")


def undispatched_events(now: datetime) -> Rows:
    """In the order of the log, which is nearly that of time."""
    waiting = Event.objects.filter(dispatched_at=None, recorded_at__lt=now - LATE).order_by("pk")
    incidents = ContentType.objects.get_for_model(Incident)
    number = Case(When(subject_type=incidents, then=F("subject_id")), output_field=BigIntegerField())
    return waiting.annotate(number=number).values_list("pk", "number")


def late_notices(now: datetime) -> Rows:
    return Notice.objects.due(now - LATE).order_by("due_at").values_list("pk", "incident_id")


def late_deadlines(now: datetime) -> Rows:
    return Clock.objects.breaching(now - LATE).order_by("due_at").values_list("pk", "incident_id")


def late_rooms(now: datetime) -> Rows:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    late = WarRoom.objects.filter(free, status=WarRoomStatus.WANTED, due_at__lt=now - LATE)
    return late.order_by("due_at").values_list("pk", "incident_id")


def _release(keys: list[int]) -> None:
    """Whoever still holds it is fenced off by the attempt number."""
    Delivery.objects.waiting().filter(pk__in=keys).update(lease_until=None)


def _ask_carriers(keys: list[int]) -> None:
    """The carrier is asked at once; what it still does not know about is given up."""
    Delivery.objects.filter(pk__in=keys, status=DeliveryStatus.SENT).update(check_at=F("sent_at"))
    check_statuses()


INVARIANTS = (
    Invariant(AlarmKind.UNDISPATCHED, undispatched_events, lambda _keys: dispatch_events()),
    Invariant(AlarmKind.LATE_DEADLINE, late_deadlines, lambda _keys: record_breaches()),
    Invariant(AlarmKind.LATE_STEP, late_steps, lambda _keys: advance_escalations()),
    Invariant(AlarmKind.LATE_NOTICE, late_notices, lambda _keys: fire_notices()),
    Invariant(AlarmKind.OLD_LEASE, old_leases, _release),
    Invariant(AlarmKind.LATE_MESSAGE, late_messages, lambda _keys: send_due_deliveries(seconds=5)),
    Invariant(AlarmKind.UNFINISHED, unfinished_messages, _ask_carriers),
    Invariant(AlarmKind.LATE_ROOM, late_rooms, lambda _keys: make_war_rooms()),
)
"""In the order in which one thing follows from another: repairing the first may be what the next one wanted."""
