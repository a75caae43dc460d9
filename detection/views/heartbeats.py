"""Pages of heartbeats: which beat, which are silent."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.alert_forms import HeartbeatForm
from detection.models import Heartbeat
from detection.services import (
    add_heartbeat,
    edit_heartbeat,
    pause_heartbeat,
    resume_heartbeat,
    rotate_heartbeat_key,
)
from detection.views.asking import number_of
from detection.views.frame import EDITED, for_editors, save, show
from incidents.views.asking import moment_of
from lifecycle.models import Via

VERBS = {"pause": pause_heartbeat, "resume": resume_heartbeat}


@require_safe
@for_colleagues
def heartbeat_list(request: PersonRequest) -> HttpResponse:
    now = moment_of(request)
    found = Heartbeat.objects.select_related("service", "level")
    return show(request, "heartbeats.html", rows=[{"heartbeat": each, "status": each.status_at(now)} for each in found])


@require_http_methods(EDITED)
@for_editors
def new_heartbeat(request: PersonRequest) -> HttpResponse:
    form = HeartbeatForm(request.POST or None)
    made = save(form, lambda: add_heartbeat(actor=request.user, via=Via.WEB, **form.cleaned_data))
    if made is not None:
        return _show(request, *made)
    context = {"form": form, "title": _("Add heartbeat"), "here": "heartbeats"}
    return show(request, "alert_form.html", status=400 if form.errors else 200, **context)


@require_safe
@for_colleagues
def heartbeat_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _show(request, _found(pk))


@require_http_methods(EDITED)
@for_editors
def edit_heartbeat_page(request: PersonRequest, pk: int) -> HttpResponse:
    heartbeat = _found(pk)
    form = HeartbeatForm(request.POST or None, initial=HeartbeatForm.initial_of(heartbeat))
    version = number_of(request.POST.get("version", ""))

    def act() -> Heartbeat:
        values = form.cleaned_data
        return edit_heartbeat(heartbeat, actor=request.user, via=Via.WEB, expected_version=version, **values)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect(heartbeat)
    context = {"form": form, "record": _found(pk), "title": heartbeat.name, "here": "heartbeats"}
    return show(request, "alert_form.html", status=400 if form.errors else 200, **context)


@require_POST
@for_editors
def act_on_heartbeat(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """``pause``, ``resume`` or ``rotate`` (a new key)."""
    heartbeat = _found(pk)
    if verb == "rotate":
        return _show(request, heartbeat, rotate_heartbeat_key(heartbeat, actor=request.user, via=Via.WEB))
    if verb not in VERBS:
        raise Http404
    VERBS[verb](heartbeat, actor=request.user, via=Via.WEB)
    return redirect(heartbeat)


def _show(request: PersonRequest, heartbeat: Heartbeat, key: str = "") -> HttpResponse:
    """``key`` is shown this once."""
    alerts = heartbeat.alerts.visible_to(request.user).for_list()[:20]
    state, address = heartbeat.status_at(moment_of(request)), request.build_absolute_uri("/")
    return show(request, "heartbeat.html", heartbeat=heartbeat, key=key, alerts=alerts, address=address, state=state)


def _found(pk: int) -> Heartbeat:
    return get_object_or_404(Heartbeat.objects.select_related("service", "level"), pk=pk)
