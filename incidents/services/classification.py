"""Level and major declaration."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents import permissions
from incidents.models import Incident, Level
from incidents.models.status import OVER
from incidents.services.clocks import retarget_clocks
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, lock, offers, record_event


@transaction.atomic
def change_level(
    incident: Incident,
    *,
    actor: Person | None,
    via: str,
    level: Level,
    reason: str,
    expected_version: int | None = None,
) -> Incident:
    """Raise or lower the level: every running clock is derived anew from its origin, earned pauses kept."""
    if actor is not None and not permissions.handles(incident, actor):
        raise NotPermitted("change_level")
    _begin(incident, "change_level", reason=reason, expected_version=expected_version)
    if level.pk == incident.level_id:
        raise InputRefused(level=_("It has this level already."))
    data = {"from": incident.level_id, "to": level.pk}
    incident.level = level
    incident.version += 1
    incident.save(update_fields=["level", "version"])
    retarget_clocks(incident, at=clock.now())
    record_event(incident, "change_level", actor=actor, via=via, note=reason, data=data)
    return incident


@transaction.atomic
def declare_major(
    incident: Incident, *, actor: Person | None, via: str, reason: str, expected_version: int | None = None
) -> Incident:
    """Handle it as a major incident whatever its level; the declarer becomes its incident manager."""
    if actor is not None and not permissions.manages(incident, actor):
        raise NotPermitted("declare_major")
    _begin(incident, "declare_major", reason=reason, expected_version=expected_version)
    if incident.is_declared_major:
        raise InputRefused(reason=_("It is a major incident already."))
    incident.is_declared_major = True
    incident.manager = actor or incident.manager
    incident.version += 1
    incident.save(update_fields=["is_declared_major", "manager", "version"])
    record_event(incident, "declare_major", actor=actor, via=via, note=reason)
    return incident


def _begin(incident: Incident, verb: str, *, reason: str, expected_version: int | None) -> None:
    if not reason.strip():
        raise InputRefused(reason=_("Please write something here."))
    lock(incident, expected_version=expected_version)
    if incident.status in OVER:
        allowed = [offer.verb for offer in offers(incident, None) if offer.is_allowed]
        raise TransitionRefused(status=incident.status, verb=verb, reason=_("The incident is over."), allowed=allowed)
