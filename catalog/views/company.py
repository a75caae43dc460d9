"""Business lines with their services, and teams."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import permissions, services
from catalog.access import PersonRequest, for_administrators, for_colleagues
from catalog.descriptions import described
from catalog.forms import AudienceForm, NewServiceForm, ServiceForm, TeamForm
from catalog.models import BusinessLine, Service, Team
from catalog.views.saving import save, show_form
from lifecycle import clock

RECENT = 10


@require_safe
@for_colleagues
def services_page(request: PersonRequest) -> HttpResponse:
    """The tree of business lines, each with its services."""
    inside: Prefetch[Any, Any, Any] = Prefetch("services", queryset=described(Service.objects.all()))
    lines = BusinessLine.objects.prefetch_related(inside)
    names = {line.pk: line.name for line in lines}
    for line in lines:
        above = [names[int(pk)] for pk in line.path.split("/")[:-2]]
        line.trail = " › ".join([*above, ""])  # type: ignore[attr-defined]
    context = {"lines": lines, "may_add": permissions.administers(request.user)}
    return render(request, "catalog/services.html", context)


@require_safe
@for_colleagues
def service_page(request: PersonRequest, slug: str) -> HttpResponse:
    return _show_service(request, _service(slug), AudienceForm(initial={"valid_from": clock.now().date()}))


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def audience_page(request: PersonRequest, slug: str) -> HttpResponse:
    """Set a new audience from a day on."""
    service = _service(slug)
    if not permissions.measures(service, request.user):
        raise Http404
    if request.method != "POST":
        return redirect(service)
    form = AudienceForm(request.POST)
    if save(form, services.set_audience, service=service, actor=request.user) is None:
        return _show_service(request, service, form, status=400)
    messages.success(request, _("The new audience is set."))
    return redirect(service)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_service_page(request: PersonRequest) -> HttpResponse:
    form = NewServiceForm(request.POST if request.method == "POST" else None)
    service = save(form, services.add_service, actor=request.user) if request.method == "POST" else None
    if service is None:
        return show_form(request, form, title=_("New service"), back=reverse("catalog:services"))
    messages.success(request, _("The service is added. State its audience, so that its stability can be told."))
    return redirect(service)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change_service_page(request: PersonRequest, slug: str) -> HttpResponse:
    service = _service(slug)
    form = ServiceForm(request.POST if request.method == "POST" else None, instance=_service(slug))
    is_posted = request.method == "POST"
    if not is_posted or save(form, services.change_service, service, actor=request.user) is None:
        title = _("Change %(name)s") % {"name": service.name}
        return show_form(request, form, title=title, back=reverse("catalog:service", args=[slug]))
    messages.success(request, _("The service is changed."))
    return redirect(service)


@require_safe
@for_colleagues
def teams_page(request: PersonRequest) -> HttpResponse:
    teams = Team.objects.select_related("leader").annotate(
        member_count=Count("members", distinct=True), service_count=Count("services_run", distinct=True)
    )
    context = {"teams": teams, "may_add": permissions.administers(request.user)}
    return render(request, "catalog/teams.html", context)


@require_safe
@for_colleagues
def team_page(request: PersonRequest, slug: str) -> HttpResponse:
    team = get_object_or_404(Team.objects.select_related("leader"), slug=slug)
    context = {
        "team": team,
        "members": team.members.all(),
        "services_run": described(team.services_run.all()),
        "services_developed": described(team.services_developed.all()),
        "may_change": permissions.administers(request.user),
    }
    return render(request, "catalog/team.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_team_page(request: PersonRequest) -> HttpResponse:
    form = TeamForm(request.POST if request.method == "POST" else None)
    team = save(form, services.add_team, actor=request.user) if request.method == "POST" else None
    if team is None:
        return show_form(request, form, title=_("New team"), back=reverse("catalog:teams"))
    messages.success(request, _("The team is added."))
    return redirect("catalog:team", team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change_team_page(request: PersonRequest, slug: str) -> HttpResponse:
    team = get_object_or_404(Team, slug=slug)
    form = TeamForm(request.POST if request.method == "POST" else None, instance=Team.objects.get(pk=team.pk))
    is_posted = request.method == "POST"
    if not is_posted or save(form, services.change_team, team, actor=request.user) is None:
        title = _("Change %(name)s") % {"name": team.name}
        return show_form(request, form, title=title, back=reverse("catalog:team", args=[slug]))
    messages.success(request, _("The team is changed."))
    return redirect("catalog:team", team.slug)


def _service(slug: str) -> Service:
    return get_object_or_404(described(Service.objects.all()), slug=slug)


def _show_service(request: PersonRequest, service: Service, form: AudienceForm, *, status: int = 200) -> HttpResponse:
    today = clock.now().date()
    current = service.audience_on(today)
    audiences = [
        {"audience": audience, "is_current": audience == current, "is_ahead": audience.valid_from > today}
        for audience in service.audiences.all()
    ]
    context = {
        "service": service,
        "audiences": audiences,
        "incidents": service.incidents.select_related("level")[:RECENT],
        "form": form,
        "may_change": permissions.administers(request.user),
        "may_measure": permissions.measures(service, request.user),
    }
    return render(request, "catalog/service.html", context, status=status)
