"""The verbs of handling: each performs one declared transition and keeps the clocks true, in one transaction.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Team
from incidents.models import CauseClass, ClockKind, Incident
from incidents.models.status import OVER
from incidents.services import clocks
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, lock, perform


@transaction.atomic
def acknowledge_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """Somebody starts handling it; meets the response clock."""
    at = clock.now()
    _perform(incident, "acknowledge", actor, via, expected_version, note=note, handler=actor, at=at)
    clocks.stop_clocks(incident, ClockKind.RESPONSE, at=at)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def recover_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    workaround: str = "",
    note: str = "",
    recovered_at: datetime | None = None,
    expected_version: int | None = None,
) -> Incident:
    """The service works again; meets the recovery clock, and the response clock where nobody had acknowledged."""
    now = clock.now()
    at = recovered_at or now
    if not incident.occurred_at <= at <= now:
        raise InputRefused(recovered_at=_("It must have recovered between its occurrence and now."))
    _perform(
        incident,
        "recover",
        actor,
        via,
        expected_version,
        note=note or workaround,
        occurred_at=recovered_at,
        at=at,
        workaround=workaround,
    )
    clocks.resume_clocks(incident, at=now)
    clocks.stop_clocks(incident, ClockKind.RECOVERY, ClockKind.RESPONSE, ClockKind.UPDATE, at=at)
    clocks.record_late_stops(incident)
    incident.impacts.filter(ended_at=None, started_at__lte=at).update(ended_at=at)
    return incident


@transaction.atomic
def transfer_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    team: Team | None,
    hand_over: str,
    expected_version: int | None = None,
) -> Incident:
    """Hand it to developers: ends the O&M resolution clock, starts the developers' own."""
    if team is None:
        raise InputRefused(team=_("Say which team takes it over."))
    _require(hand_over=hand_over)
    at = clock.now()
    data = {"team": team.name}
    _perform(incident, "transfer", actor, via, expected_version, note=hand_over, data=data, team=team, at=at)
    clocks.stop_clocks(incident, ClockKind.RESOLUTION, at=at)
    clocks.start_transfer_clocks(incident, at=at)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def accept_incident(
    incident: Incident, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Incident:
    """A developer takes the transferred incident over."""
    at = clock.now()
    _perform(incident, "accept", actor, via, expected_version, handler=actor, at=at)
    clocks.stop_clocks(incident, ClockKind.ACCEPTANCE, at=at)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def refuse_incident(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Incident:
    """The developers send it back: the O&M resolution clock goes on as if it had never stopped."""
    _require(reason=reason)
    at = clock.now()
    _perform(incident, "refuse", actor, via, expected_version, note=reason)
    clocks.stop_clocks(incident, ClockKind.ACCEPTANCE, at=at)
    clocks.stop_clocks(incident, ClockKind.DEVELOPMENT, at=at, is_void=True)
    clocks.unstop_clock(incident, ClockKind.RESOLUTION)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def hold_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    reason: str,
    waiting_for: str = "",
    expected_version: int | None = None,
) -> Incident:
    """Wait for somebody: pauses the clocks whose level allows it."""
    _require(reason=reason)
    data = {"waiting_for": waiting_for}
    _perform(
        incident, "hold", actor, via, expected_version, note=reason, data=data, reason=reason, waiting_for=waiting_for
    )
    clocks.pause_clocks(incident, at=clock.now(), reason=reason)
    return incident


@transaction.atomic
def resume_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """The waiting is over: the paused clocks run on."""
    _perform(incident, "resume", actor, via, expected_version, note=note)
    clocks.resume_clocks(incident, at=clock.now())
    return incident


@transaction.atomic
def resolve_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    resolution: str,
    cause_class: str,
    expected_version: int | None = None,
) -> Incident:
    """The cause is handled: ends every clock."""
    _require(resolution=resolution)
    if cause_class not in CauseClass.values:
        raise InputRefused(cause_class=_("Say what is known of the cause."))
    at = clock.now()
    data = {"cause_class": cause_class}
    _perform(
        incident,
        "resolve",
        actor,
        via,
        expected_version,
        note=resolution,
        data=data,
        at=at,
        resolution=resolution,
        cause_class=cause_class,
    )
    clocks.stop_clocks(incident, at=at)
    clocks.record_late_stops(incident)
    incident.impacts.filter(ended_at=None).update(ended_at=at)
    return incident


@transaction.atomic
def confirm_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """The reporter confirms; an engineer who writes it down says how and when they said so."""
    if actor is not None and actor.pk != incident.reporter_id:
        _require(note=note)
    _perform(incident, "confirm", actor, via, expected_version, note=note, at=clock.now())
    return incident


@transaction.atomic
def close_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """Close what the reporter has confirmed."""
    _perform(incident, "close", actor, via, expected_version, note=note, at=clock.now())
    return incident


@transaction.atomic
def reopen_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    reason: str,
    is_down: bool = False,
    expected_version: int | None = None,
) -> Incident:
    """It was not over: the resolution clock goes on, and the recovery clock too where the service is down again.

    The time between the end and the reopening counts as a pause of both. It is in the hands of O&M again, so a clock
    of the developers that still runs ends without a verdict.
    """
    _require(reason=reason)
    at = clock.now()
    _perform(incident, "reopen", actor, via, expected_version, note=reason, data={"is_down": is_down}, is_down=is_down)
    kinds = [ClockKind.RESOLUTION] if incident.recovered_at else [ClockKind.RESOLUTION, ClockKind.RECOVERY]
    clocks.stop_clocks(incident, ClockKind.DEVELOPMENT, ClockKind.ACCEPTANCE, at=at, is_void=True)
    clocks.restart_clocks(incident, *kinds, at=at, reason=reason)
    if incident.recovered_at is None:
        clocks.start_next_update(incident, at=at)
    return incident


@transaction.atomic
def cancel_incident(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Incident:
    """A false alarm: the clocks stop without a verdict."""
    _require(reason=reason)
    at = clock.now()
    _perform(incident, "cancel", actor, via, expected_version, note=reason, at=at)
    clocks.stop_clocks(incident, at=at, is_void=True)
    return incident


@transaction.atomic
def merge_incident(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    target: Incident | None,
    expected_version: int | None = None,
) -> Incident:
    """A duplicate of ``target``, which goes on; this one becomes read-only."""
    if target is not None and target.pk != incident.pk:
        # Two incidents that are merged into each other at once must not both end; in one order nothing deadlocks.
        for row in sorted((incident, target), key=lambda each: each.pk):
            lock(row)
    if target is None or target.pk == incident.pk or target.status in OVER:
        raise InputRefused(target=_("Choose another incident that is still open."))
    at = clock.now()
    data = {"target": target.pk}
    _perform(incident, "merge", actor, via, expected_version, data=data, note=str(target), target=target, at=at)
    clocks.stop_clocks(incident, at=at, is_void=True)
    return incident


@transaction.atomic
def unmerge_incident(
    incident: Incident, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Incident:
    """Take a merge back within the minutes that the handling policy gives: its clocks go on as if nothing had been."""
    lock(incident)
    since, data = incident.cancelled_at, {"target": incident.merged_into_id}
    _perform(incident, "unmerge", actor, via, expected_version, data=data)
    if since is not None:
        clocks.unvoid_clocks(incident, since=since)
    return incident


@transaction.atomic
def lapse_acknowledgement(incident: Incident) -> Incident:
    """Nobody has followed up the acknowledgement in the time that the level gives: paging begins anew."""
    _perform(incident, "lapse", None, Via.SYSTEM, None)
    return incident


def _perform(
    incident: Incident,
    verb: str,
    actor: Person | None,
    via: str,
    expected_version: int | None,
    *,
    note: str = "",
    data: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    **arguments: Any,
) -> None:
    perform(
        incident,
        verb,
        actor=actor,
        via=via,
        note=note,
        data=data,
        occurred_at=occurred_at,
        expected_version=expected_version,
        arguments=arguments,
    )


def _require(**texts: str) -> None:
    """Refuse blank texts by field name."""
    missing = {name: _("Please write something here.") for name, text in texts.items() if not text.strip()}
    if missing:
        raise InputRefused(**missing)
