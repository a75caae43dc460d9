"""The verbs of handling: each performs one declared transition and keeps the clocks true, in one transaction.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Team
from incidents.models import ClockKind, Incident
from incidents.services import clocks
from incidents.services.family import cascades
from incidents.services.lapsing import watch_acknowledgement
from incidents.services.performing import lock_and_time, perform_on, require
from incidents.services.searching import index_note
from lifecycle.transitions import InputRefused


@transaction.atomic
def acknowledge_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """Somebody starts handling it; meets the response clock."""
    at = lock_and_time(incident)
    perform_on(incident, "acknowledge", actor, via, expected_version, note=note, handler=actor, at=at)
    clocks.stop_clocks(incident, ClockKind.RESPONSE, at=at)
    clocks.record_late_stops(incident)
    watch_acknowledgement(incident, since=at)
    return incident


@cascades("recover")
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
    now = lock_and_time(incident)
    at = recovered_at or now
    if not incident.occurred_at <= at <= now:
        raise InputRefused(recovered_at=_("It must have recovered between its occurrence and now."))
    perform_on(
        incident,
        "recover",
        actor,
        via,
        expected_version,
        note=note or workaround,
        occurred_at=recovered_at,
        recorded_at=now,
        at=at,
        workaround=workaround,
    )
    clocks.resume_clocks(incident, at=now)
    clocks.stop_clocks(incident, ClockKind.RECOVERY, ClockKind.RESPONSE, ClockKind.UPDATE, at=at)
    clocks.record_late_stops(incident)
    incident.impacts.filter(ended_at=None, started_at__lte=at).update(ended_at=at)
    index_note(incident, workaround)
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
    require(hand_over=hand_over)
    at = lock_and_time(incident)
    data = {"team": team.name}
    perform_on(incident, "transfer", actor, via, expected_version, note=hand_over, data=data, team=team, at=at)
    clocks.stop_clocks(incident, ClockKind.RESOLUTION, at=at)
    clocks.start_transfer_clocks(incident, at=at)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def accept_incident(
    incident: Incident, *, actor: Person | None, via: str, expected_version: int | None = None
) -> Incident:
    """A developer takes the transferred incident over."""
    at = lock_and_time(incident)
    perform_on(incident, "accept", actor, via, expected_version, handler=actor, at=at)
    clocks.stop_clocks(incident, ClockKind.ACCEPTANCE, at=at)
    clocks.record_late_stops(incident)
    return incident


@transaction.atomic
def refuse_incident(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Incident:
    """The developers send it back: the O&M resolution clock goes on as if it had never stopped."""
    require(reason=reason)
    at = perform_on(incident, "refuse", actor, via, expected_version, note=reason).recorded_at
    clocks.stop_clocks(incident, ClockKind.ACCEPTANCE, at=at)
    clocks.stop_clocks(incident, ClockKind.DEVELOPMENT, at=at, is_void=True)
    clocks.unstop_clock(incident, ClockKind.RESOLUTION)
    clocks.record_late_stops(incident)
    return incident


@cascades("hold")
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
    require(reason=reason)
    data = {"waiting_for": waiting_for}
    event = perform_on(
        incident, "hold", actor, via, expected_version, note=reason, data=data, reason=reason, waiting_for=waiting_for
    )
    clocks.pause_clocks(incident, at=event.recorded_at, reason=reason)
    return incident


@cascades("resume")
def resume_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """The waiting is over: the paused clocks run on."""
    event = perform_on(incident, "resume", actor, via, expected_version, note=note)
    clocks.resume_clocks(incident, at=event.recorded_at)
    return incident
