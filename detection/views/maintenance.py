"""Pages of maintenance windows: what is planned and on, one window with what it keeps quiet."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.alert_forms import ExtendForm, MaintenanceForm
from detection.models import MaintenanceWindow
from detection.services import end_maintenance, extend_maintenance, plan_maintenance
from detection.views.frame import EDITED, attempt, for_editors, save, show
from incidents.views.asking import moment_of
from lifecycle.models import Via

SHOWN = 100


@require_safe
@for_colleagues
def maintenance_list(request: PersonRequest) -> HttpResponse:
    now = moment_of(request)
    windows = MaintenanceWindow.objects.select_related("made_by").prefetch_related("services", "business_lines")
    found = windows.annotate(kept=Count("alerts"))[:SHOWN]
    rows = [_row(window, now) for window in found]
    rows.sort(key=lambda row: ("on", "planned", "over").index(row["status"]))
    return show(request, "maintenance.html", rows=rows)


def _row(window: MaintenanceWindow, now: Any) -> dict[str, Any]:
    """status: on, planned or over; and from when to when it holds or holds next."""
    current = window.occurrence(now)
    coming = window.next_occurrence(now)
    status = "on" if current else "planned" if coming else "over"
    return {"window": window, "status": status, "span": current or coming or (window.starts_at, window.ends_at)}


@require_http_methods(EDITED)
@for_editors
def new_maintenance(request: PersonRequest) -> HttpResponse:
    form = MaintenanceForm(request.POST or None, initial={"services": request.GET.getlist("service")})
    window = save(form, lambda: plan_maintenance(actor=request.user, via=Via.WEB, **form.cleaned_data))
    if window is not None:
        messages.success(request, _("Planned. Its alerts are recorded, and nobody is told."))
        return redirect(window)
    context = {"form": form, "title": _("Plan maintenance"), "here": "maintenance"}
    return show(request, "alert_form.html", status=400 if form.errors else 200, **context)


@require_safe
@for_colleagues
def maintenance_window_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _show(request, _found(pk), None)


@require_POST
@for_editors
def extend_maintenance_page(request: PersonRequest, pk: int) -> HttpResponse:
    window, form = _found(pk), ExtendForm(request.POST)

    def act() -> MaintenanceWindow:
        return extend_maintenance(window, actor=request.user, via=Via.WEB, **form.cleaned_data)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect(window)
    return _show(request, _found(pk), form, status=400)


@require_POST
@for_editors
def end_maintenance_page(request: PersonRequest, pk: int) -> HttpResponse:
    window = _found(pk)
    done = _("It is over. What still fires opens an incident now.")
    attempt(request, lambda: end_maintenance(window, actor=request.user, via=Via.WEB), done)
    return redirect(window)


def _show(
    request: PersonRequest, window: MaintenanceWindow, form: ExtendForm | None, status: int = 200
) -> HttpResponse:
    form = form or ExtendForm(initial=ExtendForm.initial_of(window))
    alerts = window.alerts.visible_to(request.user).for_list()[:50]
    context = {**_row(window, moment_of(request)), "form": form, "alerts": alerts}
    context["state"] = context.pop("status")
    return show(request, "maintenance_window.html", status=status, **context)


def _found(pk: int) -> MaintenanceWindow:
    windows = MaintenanceWindow.objects.select_related("made_by").prefetch_related("services", "business_lines")
    return get_object_or_404(windows, pk=pk)
