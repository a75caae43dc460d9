"""Drills: a whole escalation whose messages go to the log."""

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Service
from incidents.models import Incident, Level, Source
from incidents.services import cancel_incident, open_incident
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.services.scheduling import may_schedule


@transaction.atomic
def run_drill(*, service: Service, level: Level, actor: Person, title: str = "", via: str = Via.WEB) -> Incident:
    """Open an incident that is none: everything happens as if it were real, and nobody is woken."""
    if not may_schedule(actor):
        raise NotPermitted("run_drill")
    return open_incident(
        title=title.strip() or _("Drill: %(service)s") % {"service": service},
        service=service,
        level=level,
        source=Source.WEB,
        via=via,
        actor=actor,
        reporter=actor,
        is_drill=True,
        level_reason=_("A drill."),
    )


def end_drill(incident: Incident, *, actor: Person, via: str = Via.WEB) -> None:
    """One click: what was real of it, its paging, stops in the same transaction."""
    if not may_schedule(actor):
        raise NotPermitted("end_drill")
    if not incident.is_drill:
        raise InputRefused(incident=_("That is no drill."))
    cancel_incident(incident, actor=actor, via=via, reason=_("The drill is over."))
