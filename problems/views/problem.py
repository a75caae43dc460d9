"""The problem's page and its verbs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from incidents.action_panel import actions_of_origin
from incidents.commands import label_of
from incidents.presentation import Step, actions_of, entries_of
from incidents.presentation.actions import Action, open_action
from incidents.views.asking import colleague_of
from incidents.views.commanding import Refusal, command_named, run_posted
from lifecycle import clock
from lifecycle.models import Event
from problems import permissions
from problems.models import KnownError, Problem, Status
from problems.views.analysis import VERBS, analysis_of, narrow

WAY = (
    Status.LOGGED,
    Status.INVESTIGATING,
    Status.KNOWN_ERROR,
    Status.FIX_PLANNED,
    Status.VERIFYING,
    Status.CLOSED,
)
MOST_ENTRIES = 200
MOST_INCIDENTS = 100


@login_required
@require_safe
def problem_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, _visible(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def problem_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb. GET shows the page with that verb's form open, and changes nothing."""
    problem = _visible(request, pk)
    command = command_named(problem, verb)
    if request.method != "POST":
        return _render_page(request, problem, open_verb=verb)
    refusal = run_posted(request, problem, command)
    if refusal is not None:
        return _render_page(request, _visible(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Problem, verb)})
    return redirect(problem)


def _visible(request: HttpRequest, pk: int) -> Problem:
    now = clock.now()
    problems = Problem.objects.visible_to(colleague_of(request)).with_incident_figures(now).with_impact(now)
    related = ("service__business_line", "owner", "raised_by", "outcome_by", "signed_by", "known_error")
    return get_object_or_404(problems.select_related(*related), pk=pk)


def _render_page(
    request: HttpRequest, problem: Problem, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    person, now = colleague_of(request), clock.now()
    known = KnownError.objects.filter(problem=problem).select_related("written_by").first()
    actions = actions_of(problem, person)
    own_place = {action.verb: action for action in actions if action.verb in VERBS}
    actions = [action for action in actions if action.verb not in VERBS]
    for action in actions:
        _fill_in(action.form, action.verb, problem, known)
    opened = _opened(request, problem, known, [*actions, *own_place.values()], open_verb)
    if refusal and refusal.form:
        narrow(refusal.form, problem)
    incidents = problem.incidents.visible_to(person).select_related("level", "service").order_by("-occurred_at")
    context = {
        "problem": problem,
        "known_error": known,
        "actions": actions,
        "own_place": own_place,
        "opened": opened,
        "refusal": refusal,
        "steps": steps_of(problem),
        "incidents": _with_evidence(problem, list(incidents[:MOST_INCIDENTS])),
        "unseen": problem.incidents.count() - incidents.count(),
        "entries": entries_of(_events(problem), person),
        "may_write": permissions.works(problem, person),
        "is_overdue": bool(problem.due_on and problem.due_on < now.date() and not problem.is_over),
        "days": max((now - problem.status_since).days, 0),
        "action_items": actions_of_origin(request, "problem", problem),
        **analysis_of(problem),
    }
    return render(request, "problems/problem.html", context, status=refusal.status if refusal else 200)


def _opened(
    request: HttpRequest, problem: Problem, known: KnownError | None, actions: list[Action], verb: str
) -> Action | None:
    """The form that the address asks for, filled in with what is known; ``?parent=12``: below which answer."""
    action = open_action(actions, verb, problem) if verb else None
    if action is not None:
        _fill_in(action.form, verb, problem, known)
        narrow(action.form, problem)
        parent = request.GET.get("parent", "")
        if verb == "add_why" and action.form is not None and parent.isascii() and parent.isdigit():
            action.form.initial = {"parent": int(parent[:18])}
    return action


def _with_evidence(problem: Problem, incidents: list[Any]) -> list[Any]:
    """Each with ``recurrence_kinds``: what it shares with the others, where the detector found it."""
    kinds = {row.incident_id: row.get_kind_display() for row in problem.evidence.all()}
    for incident in incidents:
        incident.recurrence_kinds = [kinds[incident.pk]] if incident.pk in kinds else []
    return incidents


def steps_of(problem: Problem) -> list[Step]:
    """The way of a problem; a rejected one has left it."""
    if problem.status == Status.REJECTED:
        return [Step(str(Status.LOGGED.label), "done", ""), Step(str(Status.REJECTED.label), "now", "")]
    present = WAY.index(Status(problem.status))
    is_closed = problem.status == Status.CLOSED
    return [
        Step(str(status.label), "done" if place < present or is_closed else "now" if place == present else "", "")
        for place, status in enumerate(WAY)
    ]


def _fill_in(form: Any, verb: str, problem: Problem, known: KnownError | None) -> None:
    """What is known already is not typed again."""
    if verb in ("mark_known_error", "update_known_error") and known is not None:
        form.initial = {name: getattr(known, name) for name in form.fields}
    elif verb in ("plan_fix", "record_outcome"):
        form.initial = {name: getattr(problem, name) for name in form.fields}
    elif verb == "assign" and problem.owner is not None:
        form.initial = {"owner": problem.owner.username}


def _events(problem: Problem) -> list[Event]:
    found = Event.objects.about(problem).select_related("actor")
    return list(found.order_by("-occurred_at", "-pk")[:MOST_ENTRIES])
