"""One proposal of a major incident, and what the incident page says of major incidents."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from incidents import panels
from incidents.models import Incident, MajorProposal, MajorReport
from incidents.presentation import actions_of, faces_of
from incidents.presentation.actions import open_action
from incidents.views.asking import colleague_of, moment_of, visible_proposal
from incidents.views.commanding import Refusal
from incidents.views.deciding import run_verb


@login_required
@require_safe
def proposal_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_proposal(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST decides; GET shows the page."""
    return run_verb(request, lambda: visible_proposal(request, pk), verb, _render_page)


@panels.register("top", 10, "incidents/major.html")
def major_panel(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    """A proposal that waits, an approval that is late, the report that is owed."""
    person, now = colleague_of(request), moment_of(request)
    proposal = incident.undecided_proposal
    late = [solution for solution in incident.solutions.all() if solution.is_late(now)]
    report: MajorReport | None = getattr(incident, "major_report", None)
    if not (proposal or late or report):
        return None
    return {
        "proposal": proposal,
        "actions": actions_of(proposal, person) if proposal else [],
        "late": late,
        "report": report,
        "report_is_overdue": report is not None and report.is_overdue(now),
    }


def _render_page(
    request: HttpRequest, proposal: MajorProposal, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    now = moment_of(request)
    actions = {action.verb: action for action in actions_of(proposal, colleague_of(request))}
    context = {
        "proposal": proposal,
        "incident": proposal.incident,
        "actions": list(actions.values()),
        "opened": open_action(actions.values(), open_verb, proposal),
        "refusal": refusal,
        "impacts": proposal.incident.impacts.all(),
        "others": proposal.incident.major_proposals.exclude(pk=proposal.pk).select_related("proposed_by"),
        "clocks": [face for face in faces_of(proposal.incident, now) if face.due_at],
        "now": now,
    }
    return render(request, "incidents/proposal.html", context, status=refusal.status if refusal else 200)
