"""One action item with its history, and its verbs. A GET changes nothing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from incidents.action_filters import today
from incidents.models import ActionItem
from incidents.presentation import actions_of
from incidents.presentation.action_items import row_of
from incidents.presentation.actions import open_action
from incidents.presentation.timeline import entries_of
from incidents.views.actions import visible_action
from incidents.views.asking import colleague_of, moment_of
from incidents.views.commanding import Refusal
from incidents.views.deciding import run_verb

MOST_ENTRIES = 200


@login_required
@require_safe
def action_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_action(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb; GET shows the page with its form open."""
    return run_verb(request, lambda: visible_action(request, pk), verb, _render_page)


def _render_page(
    request: HttpRequest, action: ActionItem, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    person = colleague_of(request)
    actions = {each.verb: each for each in actions_of(action, person)}
    events = action.events.select_related("actor").order_by("-occurred_at", "-pk")[:MOST_ENTRIES]
    context = {
        "item": action,
        "row": row_of(action, person, today()),
        "actions": list(actions.values()),
        "opened": open_action(actions.values(), open_verb, action),
        "refusal": refusal,
        "entries": entries_of(events, person),
        "is_own": person.pk in (action.owner_id, action.completed_by_id),
        "now": moment_of(request),
    }
    return render(request, "incidents/actions/page.html", context, status=refusal.status if refusal else 200)
