"""Keeps an incident's clock rows true to its history. Every deadline is derived from the clock's origin."""

from datetime import datetime, timedelta

from django.db import transaction

from incidents import sla
from incidents.models import Breach, Clock, ClockKind, Incident, Status
from lifecycle import clock as time
from lifecycle.models import Via
from lifecycle.transitions import record_event


def start_clocks(incident: Incident) -> None:
    """Start the three O&M clocks, each from its own origin."""
    origins = {
        ClockKind.RESPONSE: incident.reported_at,
        ClockKind.RECOVERY: incident.occurred_at,
        ClockKind.RESOLUTION: incident.reported_at,
    }
    targets = {row.kind: row for row in incident.level.targets.all()}
    for kind, origin in origins.items():
        if kind in targets:
            row = targets[kind]
            _start(incident, kind, origin, row.target, row.is_pausable)


def start_development_clock(incident: Incident, *, at: datetime) -> None:
    """The developers' own clock, from the transfer.

    A further transfer lets it go on; one that was never really theirs (refused, or reopened meanwhile) starts anew.
    """
    row = incident.level.targets.filter(kind=ClockKind.DEVELOPMENT).first()
    if row is None:
        return
    old = incident.clocks.filter(kind=ClockKind.DEVELOPMENT).first()
    if old is None:
        _start(incident, ClockKind.DEVELOPMENT, at, row.target, row.is_pausable)
    elif old.stopped_at is not None:
        if old.is_void:
            old.origin_at = old.stopped_at = at
        _go_on(incident, old, at=at, reason=incident.reference)


def stop_clocks(incident: Incident, *kinds: str, at: datetime, is_void: bool = False) -> None:
    """Stop those clocks that still run; a pause that is open ends with them."""
    for row in incident.clocks.running().filter(kind__in=kinds or list(ClockKind)):
        row.pauses.filter(ended_at=None).update(ended_at=at)
        row.stopped_at = at
        row.is_void = is_void
        _derive(row)


def pause_clocks(incident: Incident, *, at: datetime, reason: str) -> None:
    """Pause the running clocks whose level allows it and whose deadline has not passed."""
    for row in incident.clocks.running().filter(is_pausable=True, due_at__gt=at):
        row.pauses.create(started_at=at, reason=reason)
        _derive(row)


def resume_clocks(incident: Incident, *, at: datetime) -> None:
    """End the open pauses: what they lasted is added to the deadlines."""
    for row in incident.clocks.running():
        if row.pauses.filter(ended_at=None).update(ended_at=at):
            _derive(row)


def restart_clocks(incident: Incident, *kinds: str, at: datetime, reason: str) -> None:
    """Let stopped clocks go on after a reopen; the time in between counts as a pause."""
    for row in incident.clocks.filter(kind__in=kinds).exclude(stopped_at=None):
        _go_on(incident, row, at=at, reason=reason)


def unstop_clock(incident: Incident, kind: str) -> None:
    """Take a stop back as if it had never been: the time since then counts."""
    for row in incident.clocks.filter(kind=kind).exclude(stopped_at=None):
        row.stopped_at = None
        _aim(incident, row)
        _derive(row)


def retarget_clocks(incident: Incident, *, at: datetime) -> None:
    """After a level change: new targets from the original origins, with the pauses kept.

    A clock that has stopped keeps the verdict of the level it stopped under, until it goes on. A pause that the new
    level does not allow ends now; one that it allows for the first time begins now.
    """
    for row in incident.clocks.running():
        _aim(incident, row)
        if not row.is_pausable:
            row.pauses.filter(ended_at=None).update(ended_at=at)
        _derive(row)
    if incident.status == Status.PENDING:
        pause_clocks(incident, at=at, reason=incident.pending_reason)


def record_breaches(*, limit: int = 200) -> int:
    """Write down every deadline that has passed; part of the cycle. Returns how many were recorded.

    Raises an ExceptionGroup of the rows that failed once all the others are done.
    """
    recorded = 0
    failures: list[Exception] = []
    overdue = Clock.objects.breaching(time.now()).order_by("due_at", "pk").values_list("pk", "incident_id")
    while True:
        failed = len(failures)
        # Rows that fail stay in front: the next batch begins behind them.
        for pk, incident_id in list(overdue[failed : failed + limit]):
            try:
                recorded += _record_breach(pk, incident_id)
            except Exception as failure:
                failures.append(failure)
        if len(failures) == failed:
            break
    if failures:
        raise ExceptionGroup("Some breaches could not be recorded", failures)
    return recorded


@transaction.atomic
def _record_breach(pk: int, incident_id: int) -> int:
    """One breach in one transaction, under the incident's lock so that it cannot race a transition.

    An incident that somebody else holds waits for the next cycle.
    """
    free = Incident.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    incident = free.filter(pk=incident_id).first()
    row = Clock.objects.breaching(time.now()).filter(pk=pk).first()
    if incident is None or row is None or row.due_at is None:
        return 0
    _write_breach(incident, row, row.due_at)
    return 1


def record_late_stops(incident: Incident) -> None:
    """Clocks that stopped after their deadline before the cycle saw it are breached too."""
    for row in incident.clocks.filter(breached_at=None, is_void=False).exclude(stopped_at=None):
        if row.due_at is not None and row.stopped_at is not None and row.stopped_at > row.due_at:
            _write_breach(incident, row, row.due_at)


def _write_breach(incident: Incident, row: Clock, due_at: datetime) -> None:
    row.breached_at = due_at
    row.save(update_fields=["breached_at"])
    Breach.objects.create(clock=row, due_at=due_at, recorded_at=time.now(), level=incident.level_id)
    data = {"clock": row.kind, "due_at": due_at.isoformat()}
    record_event(incident, "breach", actor=None, via=Via.SYSTEM, data=data)


def _start(incident: Incident, kind: str, origin: datetime, target: timedelta, is_pausable: bool) -> None:
    row = Clock(incident=incident, kind=kind, origin_at=origin, target=target, is_pausable=is_pausable)
    row.due_at = sla.deadline(origin=origin, target=row.target, pauses=[])
    row.save()


def _go_on(incident: Incident, row: Clock, *, at: datetime, reason: str) -> None:
    if row.stopped_at is not None and row.stopped_at < at:
        row.pauses.create(started_at=row.stopped_at, ended_at=at, reason=reason)
    row.stopped_at, row.is_void = None, False
    _aim(incident, row)
    _derive(row)


def _aim(incident: Incident, row: Clock) -> None:
    """Give the clock the target of the incident's present level; the level may have changed while it stood."""
    new = incident.level.targets.filter(kind=row.kind).first()
    if new is not None:
        row.target, row.is_pausable = new.target, new.is_pausable


def _derive(row: Clock) -> None:
    row.due_at = sla.deadline(
        origin=row.origin_at,
        target=row.target,
        pauses=[sla.Interval(pause.started_at, pause.ended_at) for pause in row.pauses.all()],
    )
    row.save()
