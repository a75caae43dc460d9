"""What an incident did to customers, as metrics and people state it; every change is told on the timeline."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Impact, ImpactSource, Incident
from incidents.services.majors import propose_if_large
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event


@transaction.atomic
def record_impact(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    affected_users: int = 0,
    affected_page_views: int = 0,
    is_down: bool = False,
    source: str = ImpactSource.PERSON,
    is_estimate: bool = True,
) -> Impact:
    """State what customers lost from ``started_at`` (the occurrence by default) to ``ended_at``."""
    if actor is not None:
        _require(incident, actor, "record_impact")
    lock(incident)  # a recovery at the same moment ends what has no end yet
    start, end = _stretch(incident, started_at, ended_at)
    impact = Impact.objects.create(
        incident=incident,
        started_at=start,
        ended_at=end,
        affected_users=affected_users,
        affected_page_views=affected_page_views,
        is_down=is_down,
        source=source,
        is_estimate=is_estimate,
        recorded_by=actor,
    )
    data = _told(impact)
    record_event(incident, "record_impact", actor=actor, via=via, data=data)
    propose_if_large(incident)
    return impact


@transaction.atomic
def revise_impact(
    impact: Impact,
    *,
    affected_users: int,
    affected_page_views: int,
    via: str,
    is_down: bool = False,
    tell: bool = False,
) -> Impact:
    """Correct what a metric states while the fault goes on; ``tell``: on the timeline, for the last one."""
    incident = impact.incident
    lock(incident)
    impact.affected_users, impact.affected_page_views, impact.is_down = affected_users, affected_page_views, is_down
    impact.save(update_fields=["affected_users", "affected_page_views", "is_down"])
    if tell:
        record_event(incident, "record_impact", actor=None, via=via, data=_told(impact))
    propose_if_large(incident)
    return impact


@transaction.atomic
def change_impact(
    impact: Impact,
    *,
    actor: Person,
    via: str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    affected_users: int = 0,
    affected_page_views: int = 0,
    is_down: bool = False,
    is_estimate: bool = True,
) -> Impact:
    """State it anew. From then on it is what a person says, and metrics leave it alone."""
    incident = impact.incident
    _require(incident, actor, "change_impact")
    lock(incident)
    impact = Impact.objects.get(pk=impact.pk)
    before = _told(impact)
    impact.started_at, impact.ended_at = _stretch(incident, started_at, ended_at)
    impact.affected_users, impact.affected_page_views = affected_users, affected_page_views
    impact.is_down, impact.is_estimate = is_down, is_estimate
    impact.source, impact.recorded_by = ImpactSource.PERSON, actor
    impact.save()
    record_event(incident, "change_impact", actor=actor, via=via, data=_told(impact) | {"before": before})
    propose_if_large(incident)
    return impact


@transaction.atomic
def remove_impact(impact: Impact, *, actor: Person, via: str, reason: str) -> None:
    """Take back what was wrong; what it said stays on the timeline, and metrics do not state it again."""
    incident = impact.incident
    _require(incident, actor, "remove_impact")
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    lock(incident)
    before = _told(impact)
    impact.delete()
    record_event(incident, "remove_impact", actor=actor, via=via, note=reason.strip(), data={"before": before})


def _require(incident: Incident, actor: Person, verb: str) -> None:
    if not permissions.resolves(incident, actor):
        raise NotPermitted(verb)


def _stretch(incident: Incident, started_at: datetime | None, ended_at: datetime | None) -> tuple[Any, Any]:
    """From the occurrence to the recovery, where nothing else is said."""
    start = started_at or incident.occurred_at
    end = ended_at or incident.recovered_at
    if start > clock.now():
        raise InputRefused(started_at=_("That lies in the future."))
    if end is not None and end < start:
        raise InputRefused(ended_at=_("It cannot end before it starts."))
    return start, end


def _told(impact: Impact) -> dict[str, Any]:
    return {
        "users": impact.affected_users,
        "page_views": impact.affected_page_views,
        "from": impact.started_at.isoformat(),
        "to": impact.ended_at.isoformat() if impact.ended_at else None,
        "is_down": impact.is_down,
        "source": impact.source,
        "is_estimate": impact.is_estimate,
    }
