"""One solution with what may be decided about it. A GET never decides."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents.models import Solution
from incidents.presentation import actions_of, faces_of
from incidents.presentation.actions import open_action
from incidents.presentation.differences import Part, differences
from incidents.presentation.timeline import entries_of
from incidents.views.asking import colleague_of, moment_of, visible_solution
from incidents.views.commanding import Refusal
from incidents.views.deciding import run_verb
from lifecycle.models import Event


@login_required
@require_safe
def solution_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_solution(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def solution_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST decides; GET shows the page."""
    return run_verb(request, lambda: visible_solution(request, pk), verb, _render_page)


def _render_page(
    request: HttpRequest, solution: Solution, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    now = moment_of(request)
    actions = {action.verb: action for action in actions_of(solution, colleague_of(request))}
    others = list(
        solution.incident.solutions.exclude(pk=solution.pk)
        .select_related("proposed_by")
        .order_by("-proposed_at", "-pk")
    )
    context = {
        "solution": solution,
        "incident": solution.incident,
        "actions": list(actions.values()),
        "opened": open_action(actions.values(), open_verb, solution),
        "refusal": refusal,
        "others": others,
        "changes": _changes(solution, others),
        "history": _history(solution, colleague_of(request)),
        "is_late": solution.is_late(now),
        "clocks": [face for face in faces_of(solution.incident, now) if face.due_at],
        "now": now,
    }
    return render(request, "incidents/solution.html", context, status=refusal.status if refusal else 200)


def _changes(solution: Solution, others: list[Solution]) -> list[tuple[str, list[Part]]]:
    """What is different from the proposal before it, by the name of the field; nothing where it is the first."""
    place = (solution.proposed_at, solution.pk)
    before = next((other for other in others if (other.proposed_at, other.pk) < place), None)
    if before is None:
        return []
    fields = ("text", "risk", "rollback")
    found = [(name, differences(getattr(before, name), getattr(solution, name))) for name in fields]
    labels = {name: str(Solution._meta.get_field(name).verbose_name) for name in fields}  # type: ignore[union-attr]
    return [(labels[name], parts) for name, parts in found if any(part.kind != "same" for part in parts)]


def _history(solution: Solution, reader: Person) -> list[Any]:
    """What was asked, answered and decided about it, the oldest first."""
    events = Event.objects.about(solution.incident).filter(data__solution=solution.pk)
    return entries_of(events.select_related("actor").order_by("occurred_at", "pk"), reader)
