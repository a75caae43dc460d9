"""What the incident page shows about postmortems."""

from typing import Any

from django.http import HttpRequest

from incidents import panels
from incidents.models import Incident
from postmortems import permissions
from postmortems.models import Postmortem

ENDED = ("recovered", "resolved", "closed")


@panels.register("aside", 30, "postmortems/incident_panel.html")
def postmortem_of(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """The incident's postmortems; where it has none and was big enough, the button that starts one."""
    person: Any = request.user
    postmortems = list(Postmortem.objects.visible_to(person).filter(incidents=incident))
    is_due = incident.status in ENDED and (incident.level_id <= 2 or incident.is_major)
    may_start = not postmortems and is_due and permissions.leads(None, person)
    if not postmortems and not may_start:
        return None
    return {"incident": incident, "postmortems": postmortems, "may_start": may_start}
