"""The routing tree, and a debugger that says which policies an incident gets, and by which route."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models import Incident
from lifecycle.transitions import InputRefused
from notifications.models import EscalationPolicy, Route
from notifications.policy_forms import LabelsForm, RouteForm
from notifications.presentation import shown_labels
from notifications.routing import Labels
from notifications.services.editing.routes import add_route, change_route, delete_route
from notifications.services.routing import explain, labels_of
from notifications.views.frame import for_editors, save, show

EDITED = ["GET", "HEAD", "POST"]


@require_safe
@for_colleagues
def routes_page(request: PersonRequest) -> HttpResponse:
    form = LabelsForm(request.GET if "ask" in request.GET else None)
    context: dict[str, Any] = {"rows": _tree(), "form": form}
    if form.is_bound and form.is_valid():
        context |= _answer(request, form)
    status = 400 if form.errors else 200
    return show(request, "routes.html", "routes", status=status, **context)


def _tree() -> list[dict[str, Any]]:
    """The routes in the order in which they are asked, with their depth."""
    rows = list(Route.objects.select_related("policy"))
    below: dict[int | None, list[Route]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)

    def walk(parent: int | None, depth: int) -> list[dict[str, Any]]:
        found = []
        for row in below.get(parent, []):
            found += [{"route": row, "depth": depth, "conditions": conditions_of(row)}, *walk(row.pk, depth + 1)]
        return found

    return walk(None, 0)


def conditions_of(route: Route) -> list[str]:
    lines = [f"{label} = {value}" for label, value in route.match.items()]
    return lines + [f"{label} =~ {value}" for label, value in route.match_re.items()]


def _answer(request: PersonRequest, form: LabelsForm) -> dict[str, Any]:
    labels: Labels = form.cleaned_data["labels"]
    if number := form.cleaned_data["incident"]:
        incident = Incident.objects.visible_to(request.user).filter(pk=min(number, 2**62)).first()
        if incident is None:
            form.add_error("incident", _("There is no such incident."))
            return {}
        labels = labels_of(incident)
    return {"answers": explain(labels), "labels": shown_labels(labels)}


@require_http_methods(EDITED)
@for_editors
def add_route_page(request: PersonRequest) -> HttpResponse:
    asked = request.GET.get("parent", "")
    parents = Route.objects.all()
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 10
    parent = get_object_or_404(parents, pk=asked) if is_number else parents.get(parent=None)
    return _edit(request, None, parent)


@require_http_methods(EDITED)
@for_editors
def route_page(request: PersonRequest, pk: int) -> HttpResponse:
    route = get_object_or_404(Route, pk=pk)
    return _edit(request, route, route.parent)


@require_POST
@for_editors
def delete_route_page(request: PersonRequest, pk: int) -> HttpResponse:
    try:
        delete_route(get_object_or_404(Route, pk=pk), actor=request.user)
    except InputRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The route is removed, with those below it."))
    return redirect("notifications:routes")


def _edit(request: PersonRequest, route: Route | None, parent: Route | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = RouteForm(data, initial=RouteForm.of(route) if route else None)
    if data is not None and form.is_valid() and save(form, lambda: _store(form, route, parent, request)) is not None:
        messages.success(request, _("The routes are saved. Running escalations go on as they are."))
        return redirect("notifications:routes")
    status = 400 if form.errors else 200
    has_policies = EscalationPolicy.objects.exists()
    context = {"form": form, "route": route, "parent": parent, "has_policies": has_policies}
    return show(request, "route.html", "routes", status=status, **context)


def _store(form: RouteForm, route: Route | None, parent: Route | None, request: PersonRequest) -> Route:
    if route is not None:
        return change_route(route, form.values(), actor=request.user)
    if parent is None:
        raise InputRefused(match=_("There is no route to put it under."))
    return add_route(parent, form.values(), actor=request.user)
