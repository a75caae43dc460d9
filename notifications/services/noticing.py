"""Notices to stakeholders by the notification table: initial, hourly progress, rectified, overdue."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from incidents.models import Incident
from incidents.models.status import OVER
from incidents.services.claiming import act_on_due, claim_incident, complain
from lifecycle import clock
from lifecycle.models import Event, Via
from lifecycle.transitions import record_event
from notifications.models import Channel, DeliveryStatus, Notice, NoticeKind, NotificationRule
from notifications.models.notice import TABLED
from notifications.services.promising import promise, promise_to_reporter
from notifications.table import readers_of_row, rows_for
from notifications.telling import READERS, TO_REPORTERS, readers_of

# "Within 30 minutes" is an upper bound: the acknowledgement or ten minutes, whichever comes first, keeps it.
INITIAL_AFTER = timedelta(minutes=10)
PROGRESS_EVERY = timedelta(hours=1)


def schedule_notice(incident: Incident, kind: str, *, after: timedelta, cause: Event | None = None) -> None:
    """Set a notice to its moment. Nothing where the table has no row for it.

    The initial notice goes out once, of progress one waits at a time.
    """
    if kind in TABLED and not _rules_for(incident, kind).exists():
        return
    earlier = incident.notices.filter(kind=kind, cancelled_at=None)
    if kind == NoticeKind.INITIAL and earlier.exists():
        return
    if kind == NoticeKind.PROGRESS and earlier.pending().exists():
        return
    Notice.objects.create(incident=incident, kind=kind, due_at=clock.now() + after, cause=cause)


def bring_forward_initial(incident: Incident) -> None:
    """Acknowledged: the initial notice goes out now."""
    incident.notices.pending().filter(kind=NoticeKind.INITIAL).update(due_at=clock.now())


def cancel_notices(incident: Incident, *kinds: str) -> None:
    """Withdraw the pending notices of those kinds (all of them by default)."""
    chosen = Q(kind__in=kinds) if kinds else Q()
    incident.notices.pending().filter(chosen).update(cancelled_at=clock.now())


def withdraw_notices(incident: Incident, *kinds: str, reason: str) -> None:
    """Cancel the pending notices of those kinds, and the messages of earlier ones that have not gone out yet."""
    if not kinds:
        return
    cancel_notices(incident, *kinds)
    waiting = incident.deliveries.filter(purpose__in=kinds, status=DeliveryStatus.QUEUED)
    waiting.update(status=DeliveryStatus.CANCELLED, finished_at=clock.now(), not_sent_reason=reason)


def fire_notices(*, limit: int = 100) -> int:
    """Send every notice that is due; part of the cycle. Returns how many."""
    due = Notice.objects.due(clock.now()).order_by("due_at").values_list("pk", "incident_id")
    fired, failures = act_on_due(_fire, due, limit=limit)
    complain(failures)
    return sum(fired)


@transaction.atomic
def _fire(pk: int, incident_id: int) -> int:
    incident = claim_incident(incident_id)
    now = clock.now()
    notice = Notice.objects.due(now).filter(pk=pk).select_related("cause").first()
    if incident is None or notice is None:
        return 0
    if not _is_true_still(notice, incident):
        notice.cancelled_at = now
        notice.save(update_fields=["cancelled_at"])
        return 0
    notice.fired_at = now
    notice.save(update_fields=["fired_at"])
    _send(notice, incident)
    if notice.kind == NoticeKind.PROGRESS:
        schedule_notice(incident, NoticeKind.PROGRESS, after=PROGRESS_EVERY)
    return 1


def _send(notice: Notice, incident: Incident) -> None:
    """Promise the deliveries: to whom the table names, to whom the event concerns, or to the reporter."""
    if notice.kind in TO_REPORTERS:
        promise_to_reporter(
            incident=incident,
            purpose=notice.kind,
            key=f"notice:{notice.pk}",
            cause=notice.cause,
            wanted_at=notice.due_at,
        )
        return
    told = (
        _tell_colleagues(notice, incident) if notice.cause and notice.kind in READERS else _tell_table(notice, incident)
    )
    data = {"kind": notice.kind, "people": told, "clock": notice.cause.data.get("clock", "") if notice.cause else ""}
    if told:
        record_event(incident, "notify", actor=None, via=Via.SYSTEM, data=data)


def _tell_colleagues(notice: Notice, incident: Incident) -> list[str]:
    if notice.cause is None:
        return []
    people = readers_of(incident, notice.kind, notice.cause)
    promise(
        incident=incident,
        recipients=people,
        channels=[Channel.EMAIL],
        purpose=notice.kind,
        key=f"notice:{notice.pk}",
        cause=notice.cause,
        wanted_at=notice.due_at,
    )
    return [person.name for person in people]


def _tell_table(notice: Notice, incident: Incident) -> list[str]:
    """Every row of the table that speaks of this notice."""
    told: list[str] = []
    percent = notice.cause.data.get("percent", 0) if notice.cause else 0
    for rule in rows_for(incident.level_id, notice.kind, percent=percent):
        for people, is_copy in readers_of_row(rule, incident):
            promise(
                incident=incident,
                recipients=people,
                channels=rule.channels,
                purpose=notice.kind,
                key=f"notice:{notice.pk}",
                is_copy=is_copy,
                cause=notice.cause,
                wanted_at=notice.due_at,
            )
            told += [person.name for person in people if person.name not in told]
    return told


def _is_true_still(notice: Notice, incident: Incident) -> bool:
    """The incident may have moved on since the notice was set, and its level may have left the table."""
    if notice.kind not in TABLED:
        return True
    if not _rules_for(incident, notice.kind).exists():
        return False
    if notice.kind == NoticeKind.WARNING and notice.cause:
        return incident.clocks.running().filter(kind=notice.cause.data.get("clock", "")).exists()
    if notice.kind == NoticeKind.RECTIFIED:
        return incident.recovered_at is not None
    if notice.kind in (NoticeKind.INITIAL, NoticeKind.PROGRESS):
        return incident.recovered_at is None and incident.status not in OVER
    return True


def _rules_for(incident: Incident, kind: str) -> QuerySet[NotificationRule]:
    return NotificationRule.objects.filter(kind=kind, levels__contains=[incident.level_id])
