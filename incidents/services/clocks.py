"""Keeps an incident's clock rows true to its history. Every deadline is derived from the clock's origin.

Clocks are aimed by the targets that were in force when the incident was reported or its level last changed; the event
of that carries them. What an administrator edits later holds for new incidents and from the next change of level on.
``incidents.sla_history`` works the same rows out anew from the events.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents import sla, sla_history
from incidents.models import Breach, Clock, ClockKind, Incident, Level, Status
from incidents.models.clock import AT_RISK
from incidents.services.claiming import act_on_due, claim_incident, complain
from incidents.sla_history import Target
from lifecycle import clock as time
from lifecycle.models import Event, Via
from lifecycle.transitions import record_event

Policy = Mapping[str, Target]


def targets_in_force(level: Level) -> dict[str, Any]:
    """The level's targets as events keep them, by kind (``sla_history.Target.as_json``)."""
    return {kind: target.as_json() for kind, target in policy_now(level).items()}


def policy_now(level: Level) -> Policy:
    """What an administrator asks of the level at present, by kind."""
    year = time.now().year
    return {row.kind: row.in_force(year=year) for row in level.targets.select_related("calendar")}


def policy_of_incident(incident: Incident) -> Policy:
    """What was in force at its report or its last change of level; the present targets where no event says."""
    verbs = ("report", "import", "change_level")
    stating = Event.objects.about(incident).filter(verb__in=verbs, data__has_key="targets")
    event = stating.order_by("-pk").first()
    return sla_history.policy_of(event) if event else policy_now(incident.level)


def start_clocks(incident: Incident) -> None:
    """Start the clocks of a report, each from its own origin."""
    origins = {
        ClockKind.RESPONSE: incident.reported_at,
        ClockKind.RECOVERY: incident.occurred_at,
        ClockKind.RESOLUTION: incident.reported_at,
        ClockKind.UPDATE: incident.reported_at,
    }
    policy = policy_now(incident.level)
    for kind, origin in origins.items():
        _start(incident, kind, policy, origin=origin)
    summarise_clocks(incident)


def start_transfer_clocks(incident: Incident, *, at: datetime) -> None:
    """The developers' own clock, and the one of their acceptance, both from the transfer.

    A further transfer lets the developers' clock go on; one that was never really theirs (refused, or reopened
    meanwhile) starts anew.
    """
    policy = policy_of_incident(incident)
    _start(incident, ClockKind.ACCEPTANCE, policy, origin=at)
    old = incident.clocks.filter(kind=ClockKind.DEVELOPMENT).first()
    if old is None:
        _start(incident, ClockKind.DEVELOPMENT, policy, origin=at)
    elif old.stopped_at is not None:
        if old.is_void:
            old.origin_at = old.stopped_at = at
        _go_on(old, policy, at=at, reason=incident.reference)
    summarise_clocks(incident)


def start_next_update(incident: Incident, *, at: datetime) -> None:
    """Those affected have news (or the service is down again): the present period ends, the next one begins."""
    for row in incident.clocks.running().filter(kind=ClockKind.UPDATE):
        _stop(row, at=at)
    _start(incident, ClockKind.UPDATE, policy_of_incident(incident), origin=at)
    summarise_clocks(incident)


def stop_clocks(incident: Incident, *kinds: str, at: datetime, is_void: bool = False) -> None:
    """Stop those clocks that still run; a pause that is open ends with them."""
    for row in incident.clocks.running().filter(kind__in=kinds or list(ClockKind)):
        _stop(row, at=max(at, row.origin_at), is_void=is_void)
    summarise_clocks(incident)


def pause_clocks(incident: Incident, *, at: datetime, reason: str) -> None:
    """Pause the running clocks whose level allows it and whose deadline has not passed."""
    for row in incident.clocks.running().filter(is_pausable=True, due_at__gt=at):
        row.pauses.create(started_at=at, reason=reason)
        _derive(row)
    summarise_clocks(incident)


def resume_clocks(incident: Incident, *, at: datetime) -> None:
    """End the open pauses: what they lasted is added to the deadlines."""
    for row in incident.clocks.running():
        if row.pauses.filter(ended_at=None).update(ended_at=at):
            _derive(row)
    summarise_clocks(incident)


def restart_clocks(incident: Incident, *kinds: str, at: datetime, reason: str) -> None:
    """Let stopped clocks go on after a reopen; the time in between counts as a pause."""
    policy = policy_of_incident(incident)
    for row in incident.clocks.filter(kind__in=kinds).exclude(stopped_at=None):
        _go_on(row, policy, at=at, reason=reason)
    summarise_clocks(incident)


def unstop_clock(incident: Incident, kind: str) -> None:
    """Take a stop back as if it had never been: the time since then counts."""
    policy = policy_of_incident(incident)
    for row in incident.clocks.filter(kind=kind).exclude(stopped_at=None):
        row.stopped_at = None
        _aim(row, policy)
        _derive(row)
    summarise_clocks(incident)


def unvoid_clocks(incident: Incident, *, since: datetime) -> None:
    """Undo that the clocks ended without a verdict at ``since``, the pauses that ended with them included."""
    for row in incident.clocks.filter(is_void=True, stopped_at=since):
        row.stopped_at, row.is_void = None, False
        if incident.status == Status.PENDING:
            row.pauses.filter(ended_at=since).update(ended_at=None)
        _derive(row)
    summarise_clocks(incident)


def retarget_clocks(incident: Incident, policy: Policy, *, at: datetime) -> None:
    """After a level change: the new level's targets from the original origins, with the pauses kept.

    A clock that has stopped keeps the verdict of the level it stopped under, until it goes on. A pause that the new
    level does not allow ends now; one that it allows for the first time begins now. Progress updates that the new
    level asks for begin now; those that it does not ask for end without a verdict.
    """
    for row in incident.clocks.running():
        _aim(row, policy)
        if not row.is_pausable:
            row.pauses.filter(ended_at=None).update(ended_at=at)
        _derive(row)
    if incident.status == Status.PENDING:
        pause_clocks(incident, at=at, reason=incident.pending_reason)
    _retarget_updates(incident, policy, at=at)
    summarise_clocks(incident)


def _retarget_updates(incident: Incident, policy: Policy, *, at: datetime) -> None:
    running = incident.clocks.running().filter(kind=ClockKind.UPDATE)
    is_wanted = ClockKind.UPDATE in policy and incident.recovered_at is None
    if is_wanted and not running.exists():
        _start(incident, ClockKind.UPDATE, policy, origin=at)
    for row in running if not is_wanted else ():
        _stop(row, at=at, is_void=True)


def summarise_clocks(incident: Incident) -> None:
    """Write the deadlines that lists sort and filter by: one column each, so that no list reads the clocks."""
    rows = [row for row in incident.clocks.running() if row.due_at is not None]
    incident.next_due_at = min((row.due_at for row in rows if row.due_at), default=None)
    incident.at_risk_at = min((row.due_at - row.target * (1 - AT_RISK) for row in rows if row.due_at), default=None)
    Incident.objects.filter(pk=incident.pk).update(next_due_at=incident.next_due_at, at_risk_at=incident.at_risk_at)


def record_breaches(*, limit: int = 200) -> int:
    """Write down every deadline that has passed; part of the cycle. Returns how many were recorded.

    Raises an ExceptionGroup of the rows that failed once all the others are done.
    """
    overdue = Clock.objects.breaching(time.now()).order_by("due_at", "pk").values_list("pk", "incident_id")
    recorded, failures = act_on_due(_record_breach, overdue, limit=limit)
    complain(failures)
    return sum(recorded)


@transaction.atomic
def _record_breach(pk: int, incident_id: int) -> int:
    """One breach in one transaction, under the incident's lock so that it cannot race a transition.

    An incident that somebody else holds waits for the next cycle.
    """
    incident = claim_incident(incident_id)
    row = Clock.objects.breaching(time.now()).filter(pk=pk).first()
    if incident is None or row is None or row.due_at is None:
        return 0
    _write_breach(incident, row, row.due_at)
    return 1


def record_warnings(*, limit: int = 200) -> int:
    """Say of every clock that has come to a warning; part of the cycle. Returns how many were said."""
    warning = Clock.objects.warning(time.now()).order_by("warn_due_at", "pk").values_list("pk", "incident_id")
    recorded, failures = act_on_due(_record_warning, warning, limit=limit)
    complain(failures)
    return sum(recorded)


@transaction.atomic
def _record_warning(pk: int, incident_id: int) -> int:
    """One warning, the latest that is due: after a standstill nobody is told of 75 and 90 percent in one breath."""
    incident, now = claim_incident(incident_id), time.now()
    row = Clock.objects.warning(now).filter(pk=pk).first()
    if incident is None or row is None:
        return 0
    used = row.read(now).fraction
    _set_warning(row, row.intervals, after=now)
    row.save(update_fields=["warn_due_at"])
    data = {
        "clock": row.kind,
        "percent": int(used * 100),
        "due_at": row.due_at.isoformat() if row.due_at else None,
    }
    record_event(incident, "warn", actor=None, via=Via.SYSTEM, data=data)
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


def _start(incident: Incident, kind: str, policy: Policy, *, origin: datetime) -> None:
    """A new clock of that kind, where the level has a target for it."""
    if (target := policy.get(kind)) is None:
        return
    ordinal = incident.clocks.filter(kind=kind).count() + 1
    row = Clock(incident=incident, kind=kind, ordinal=ordinal, origin_at=origin)
    _copy_target(row, target)
    row.save()
    _derive(row)


def _stop(row: Clock, *, at: datetime, is_void: bool = False) -> None:
    row.pauses.filter(ended_at=None).update(ended_at=at)
    row.stopped_at = at
    row.is_void = is_void
    _derive(row)


def _go_on(row: Clock, policy: Policy, *, at: datetime, reason: str) -> None:
    if row.stopped_at is not None and row.stopped_at < at:
        row.pauses.create(started_at=row.stopped_at, ended_at=at, reason=reason)
    row.stopped_at, row.is_void = None, False
    _aim(row, policy)
    _derive(row)


def _aim(row: Clock, policy: Policy) -> None:
    """Give the clock the target of the incident's present level; the level may have changed while it stood."""
    if target := policy.get(row.kind):
        _copy_target(row, target)


def _copy_target(row: Clock, target: Target) -> None:
    row.target, row.is_pausable = target.target, target.is_pausable
    row.calendar = target.calendar.as_json() if target.calendar else None
    row.warn_at, row.overdue_repeat = list(target.warn_at), target.overdue_repeat


def _derive(row: Clock) -> None:
    """The deadline and the next warning, from the origin."""
    pauses = [sla.Interval(pause.started_at, pause.ended_at) for pause in row.pauses.all()]
    row.due_at = sla.deadline(calendar=row.hours, origin=row.origin_at, target=row.target, pauses=pauses)
    _set_warning(row, pauses, after=time.now())
    row.save()


def _set_warning(row: Clock, pauses: list[sla.Interval], *, after: datetime) -> None:
    """At 100 percent the breach itself speaks, so that only what comes before and after it is a warning."""
    row.warn_due_at = None
    if row.stopped_at is None:
        following = sla.next_warning(
            calendar=row.hours,
            origin=row.origin_at,
            target=row.target,
            pauses=pauses,
            percents=[percent for percent in row.warn_at if percent != 100],
            repeat=row.overdue_repeat,
            after=after,
        )
        row.warn_due_at = following.at if following else None
