"""Approvals, and one solution with what may be decided about it. A GET never decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from incidents.commands import label_of
from incidents.models import Solution, SolutionStatus
from incidents.models.status import OVER
from incidents.presentation import actions_of, faces_of, round_words
from incidents.presentation.actions import open_action
from incidents.views.asking import colleague_of, moment_of, visible_solution
from incidents.views.commanding import Refusal, command_named, run_posted


@dataclass(frozen=True)
class Waiting:
    solution: Solution
    deadline: datetime | None
    is_overdue: bool
    waiting_text: str


@login_required
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the nearest deadline first."""
    colleague_of(request)
    now = moment_of(request)
    rows = [_waiting(solution, now) for solution in awaiting_decision()]
    return render(request, "incidents/approvals.html", {"rows": rows, "now": now})


@login_required
@require_safe
def solution_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_solution(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def solution_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST decides; GET shows the page."""
    solution = visible_solution(request, pk)
    command = command_named(solution, verb)
    if request.method != "POST":
        return _render_page(request, solution, open_verb=verb)
    refusal = run_posted(request, solution, command)
    if refusal is not None:
        return _render_page(request, visible_solution(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Solution, verb)})
    return HttpResponseRedirect(solution.get_absolute_url())


def awaiting_decision() -> Any:
    """Proposed for an open incident, or applied in an emergency and not approved yet; by deadline."""
    is_proposed = Q(status=SolutionStatus.PROPOSED) & ~Q(incident__status__in=OVER)
    running = Q(incident__clocks__stopped_at=None)
    return (
        Solution.objects.filter(is_proposed | Q(status=SolutionStatus.BYPASSED))
        .select_related("incident__service", "incident__level", "proposed_by")
        .annotate(deadline=Coalesce("approval_due_at", Min("incident__clocks__due_at", filter=running)))
        .order_by("deadline", "pk")
    )


def _waiting(solution: Any, now: datetime) -> Waiting:
    return Waiting(
        solution=solution,
        deadline=solution.deadline,
        is_overdue=solution.deadline is not None and solution.deadline < now,
        waiting_text=round_words(now - solution.proposed_at),
    )


def _render_page(
    request: HttpRequest, solution: Solution, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    now = moment_of(request)
    actions = {action.verb: action for action in actions_of(solution, colleague_of(request))}
    earlier = Solution.objects.filter(incident=solution.incident_id).exclude(pk=solution.pk)
    context = {
        "solution": solution,
        "incident": solution.incident,
        "actions": list(actions.values()),
        "opened": open_action(actions.values(), open_verb, solution),
        "refusal": refusal,
        "others": earlier.select_related("proposed_by", "decided_by"),
        "clocks": [face for face in faces_of(solution.incident, now) if face.due_at],
        "now": now,
    }
    return render(request, "incidents/solution.html", context, status=refusal.status if refusal else 200)
