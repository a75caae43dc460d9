"""The verbs of the end: resolved, confirmed, closed, cancelled, and back again.

All take ``actor`` (None: the product itself), ``via``, and optionally ``expected_version``. All raise
TransitionRefused, VersionConflict, NotPermitted or InputRefused, and then nothing has changed.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import CauseClass, ClockKind, Incident
from incidents.services import clocks
from incidents.services.closing import ask_for_confirmation
from incidents.services.family import cascades
from incidents.services.major_reports import open_report_if_major
from incidents.services.performing import lock_and_time, perform_on, require
from incidents.services.searching import index_note
from lifecycle.transitions import InputRefused


@cascades("resolve")
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
    require(resolution=resolution)
    if cause_class not in CauseClass.values:
        raise InputRefused(cause_class=_("Say what is known of the cause."))
    at = lock_and_time(incident)
    data = {"cause_class": cause_class}
    perform_on(
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
    ask_for_confirmation(incident, at=at)
    open_report_if_major(incident)
    index_note(incident, resolution)
    return incident


@transaction.atomic
def confirm_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """The reporter confirms; an engineer who writes it down says how and when they said so."""
    if actor is not None and actor.pk != incident.reporter_id:
        require(note=note)
    perform_on(incident, "confirm", actor, via, expected_version, note=note, at=lock_and_time(incident))
    return incident


@transaction.atomic
def close_incident(
    incident: Incident, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Incident:
    """Close what the reporter has confirmed."""
    perform_on(incident, "close", actor, via, expected_version, note=note, at=lock_and_time(incident))
    return incident


@cascades("reopen")
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
    require(reason=reason)
    data = {"is_down": is_down}
    event = perform_on(incident, "reopen", actor, via, expected_version, note=reason, data=data, is_down=is_down)
    at = event.recorded_at
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
    require(reason=reason)
    at = lock_and_time(incident)
    perform_on(incident, "cancel", actor, via, expected_version, note=reason, at=at)
    clocks.stop_clocks(incident, at=at, is_void=True)
    return incident
