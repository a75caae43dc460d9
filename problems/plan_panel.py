"""The emergency plans on the incident page."""

from typing import Any

from django.http import HttpRequest

from incidents import panels
from incidents.models import Incident
from problems import permissions
from problems.models import Plan, PlanRun, RunStatus
from problems.plan_checklist import checklists_of
from problems.plan_forms import AttachForm

MOST_RUNS = 10


@panels.register("main", 5, "problems/plans/incident_panel.html")
def plans_of_incident(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """What is attached, as checklists; and a form to attach another one while the incident is open."""
    person: Any = request.user
    runs = list(
        PlanRun.objects.filter(incident=incident)
        .exclude(status=RunStatus.DETACHED)
        .select_related("plan", "plan_version", "started_by", "incident__service")
        .order_by("pk")[:MOST_RUNS]
    )
    may_attach = not incident.is_over and permissions.runs_plans(incident, person)
    has_plans = may_attach and Plan.objects.usable().exists()
    if not runs and not has_plans:
        return None
    return {
        "incident": incident,
        "checklists": checklists_of(runs, person),
        "attach_form": AttachForm(auto_id="attach-plan-%s") if has_plans else None,
        "next": f"{incident.get_absolute_url()}#plans",
    }
