"""The stepper Reported - Acknowledged - Recovered - Resolved - Closed, and the statuses beside that way."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Incident, Status
from lifecycle.models import Event, Via

WAY = (
    (Status.REPORTED, "reported_at", "report"),
    (Status.ACKNOWLEDGED, "acknowledged_at", "acknowledge"),
    (Status.RECOVERED, "recovered_at", "recover"),
    (Status.RESOLVED, "resolved_at", "resolve"),
    (Status.CLOSED, "closed_at", "close"),
)


@dataclass(frozen=True)
class Step:
    label: str
    state: str
    note: str


def steps_of(incident: Incident, events: Iterable[Event], now: datetime) -> list[Step]:
    """Steps done have a moment; the present one is the last that has one, except where the way has ended.

    After a relapse the status is behind moments that are still kept: those steps are to come again.
    """
    ways = {event.verb: event.via for event in events}
    statuses = [status for status, _field, _verb in WAY]
    furthest = statuses.index(Status(incident.status)) if incident.status in statuses else len(WAY)
    reached = [
        place for place, (_status, field, _verb) in enumerate(WAY) if getattr(incident, field) and place <= furthest
    ]
    present = max(reached)
    is_over = incident.status in (Status.CLOSED, Status.CANCELLED)
    today = timezone.localtime(now).date()
    return [
        Step(
            label=str(status.label),
            state=_state(place, reached, present, is_over),
            note=_note(getattr(incident, field), ways.get(verb, ""), today),
        )
        for place, (status, field, verb) in enumerate(WAY)
    ]


def _state(place: int, reached: list[int], present: int, is_over: bool) -> str:
    if place == present and not is_over:
        return "now"
    return "done" if place in reached else ""


def _note(moment: datetime | None, via: str, today: date) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    text = local.strftime("%H:%M" if local.date() == today else "%m-%d %H:%M")
    by = str(Via(via).label) if via and via not in (Via.WEB, Via.SYSTEM) else ""
    return f"{text} · {by}" if by else text


def side_notice(incident: Incident) -> str:
    """What the stepper cannot show: pending, transferred, cancelled, declared major."""
    if incident.status == Status.PENDING:
        return _("Pending: %(reason)s") % {"reason": incident.pending_reason}
    if incident.status == Status.TRANSFERRED:
        team = incident.transferred_to
        pattern = (
            _("With the developers of %(team)s.")
            if incident.accepted_at
            else _("Transferred to %(team)s, not yet accepted.")
        )
        return pattern % {"team": team}
    if incident.status == Status.CANCELLED and incident.merged_into_id:
        return _("Merged into another incident, which goes on.")
    if incident.status == Status.CANCELLED:
        return _("Cancelled: a false alarm.")
    if incident.status == Status.RESOLVED:
        confirmed = incident.confirmed_at is not None
        return "" if confirmed else _("Waiting for the reporter to confirm.")
    return ""
