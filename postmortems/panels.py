"""What the incident page shows about postmortems."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from incidents import origins, panels
from incidents.models import Incident
from postmortems import permissions
from postmortems.matching import lessons_for
from postmortems.models import Postmortem
from postmortems.triggers import looks_of

origins.register(Postmortem, "postmortem", _("Postmortem"))
ENDED = ("recovered", "resolved", "closed")


@panels.register("aside", 30, "postmortems/incident_panel.html")
def postmortem_of(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """The incident's postmortems, and why one was proposed or not; where it has none and is over, the button that
    starts one."""
    person: Any = request.user
    if not person.is_colleague:
        return None
    postmortems = list(Postmortem.objects.visible_to(person).filter(incidents=incident))
    looks = looks_of(incident.postmortem_looks.select_related("postmortem")[:1])
    may_start = not postmortems and incident.status in ENDED and permissions.leads(None, person)
    was_large = incident.level_id <= 2 or incident.is_major
    if not postmortems and not looks and not (may_start and was_large):
        return None
    return {"incident": incident, "postmortems": postmortems, "may_start": may_start, "looks": looks}


@panels.register("aside", 22, "postmortems/lessons_panel.html")
def lessons_of(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """What was learned from incidents like this one, while it is handled."""
    return None if incident.is_over else _lessons(request, incident)


@panels.register("report", 21, "postmortems/lessons_panel.html")
def lessons_for_the_report(request: HttpRequest, draft: Incident) -> dict[str, Any] | None:
    return _lessons(request, draft)


def _lessons(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    person: Any = request.user
    found = lessons_for(incident, person=person)
    return {"lessons": found} if found else None


@panels.register("top", 6, "incidents/copies_panel.html")
def postmortems_that_tell_of_it(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """Beside the form that restricts it: what holds words of it, and who goes on reading them."""
    person: Any = request.user
    if request.resolver_match is None or request.resolver_match.kwargs.get("verb") != "restrict":
        return None
    others = Incident.objects.public().exclude(pk=incident.pk).order_by().values("pk")
    links = Postmortem.incidents.through.objects.filter(postmortem=OuterRef("pk"), incident__in=others)
    rows = (
        Postmortem.objects.visible_to(person).filter(incidents=incident).annotate(is_read=Exists(links)).order_by("pk")
    )
    return {"records": rows, "icon": "nav-postmortems", "title": _("Postmortems that tell of it")} if rows else None
