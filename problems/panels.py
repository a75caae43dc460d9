"""What the incident page shows about problems."""

from typing import Any

from django.http import HttpRequest

from incidents import panels
from incidents.models import CauseClass, Incident
from problems import permissions
from problems.forms import LinkForm
from problems.models import Problem


@panels.register("aside", 20, "problems/incident_panel.html")
def linked_problems(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """The problems behind the incident with their workarounds; where one is needed and missing, it says so."""
    person: Any = request.user
    problems = list(
        Problem.objects.visible_to(person).filter(incidents=incident).select_related("known_error", "owner")
    )
    may_write = permissions.works(None, person)
    if not problems and not may_write:
        return None
    needs_problem = incident.cause_class not in ("", CauseClass.KNOWN) and not problems
    return {
        "incident": incident,
        "problems": problems,
        "may_write": may_write,
        "needs_problem": needs_problem,
        "link_form": LinkForm(auto_id="link-problem-%s"),
    }
