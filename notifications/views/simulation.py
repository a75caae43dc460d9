"""The simulation, drills, and who changed what."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.models import Incident
from incidents.presentation.sentences import sentence_of
from incidents.views.asking import visible_incident
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from notifications.changes import changes_of
from notifications.policy_forms import DrillForm, SimulationForm
from notifications.services.drilling import end_drill, run_drill
from notifications.services.editing import VERBS
from notifications.services.simulating import simulate
from notifications.views.frame import for_editors, save, show

A_PAGE = 50


@require_safe
@for_colleagues
def simulation_page(request: PersonRequest) -> HttpResponse:
    form = SimulationForm(request.GET if "service" in request.GET else None)
    context: dict[str, Any] = {"form": form, "entries": None}
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        at = asked["at"] or clock.now()
        context |= {"entries": simulate(service=asked["service"], level=asked["level"], at=at), "at": at}
    return show(request, "simulation.html", "simulation", status=400 if form.errors else 200, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_editors
def drill_page(request: PersonRequest) -> HttpResponse:
    form = DrillForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        incident = save(form, lambda: run_drill(actor=request.user, **form.cleaned_data))
        if incident is not None:
            messages.success(request, _("The drill runs. Its messages go to the log; end it with one click."))
            return redirect(incident.get_absolute_url())
    drills = Incident.objects.visible_to(request.user).open().filter(is_drill=True)
    return show(request, "drill.html", "drill", status=400 if form.errors else 200, form=form, drills=drills[:20])


@require_POST
@for_editors
def end_drill_page(request: PersonRequest, pk: int) -> HttpResponse:
    incident = visible_incident(request, pk)
    try:
        end_drill(incident, actor=request.user)
    except (InputRefused, TransitionRefused) as refused:
        messages.error(request, str(refused))
    except NotPermitted:
        messages.error(request, _("You may not end this drill."))
    else:
        messages.success(request, _("The drill is over."))
    return redirect(incident.get_absolute_url())


@require_safe
@for_colleagues
def changes_page(request: PersonRequest) -> HttpResponse:
    events = Event.objects.filter(verb__in=VERBS).select_related("actor").order_by("-pk")
    page = Paginator(events, A_PAGE).get_page(request.GET.get("page"))
    entries = [
        {"event": event, "text": sentence_of(event).write(event), "changes": changes_of(event)} for event in page
    ]
    return show(request, "changes.html", "changes", entries=entries, page=page)
