"""The editor of a schedule: its zone, its layers and what was changed when."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Team
from lifecycle import clock
from lifecycle.models import Event
from lifecycle.transitions import InputRefused
from notifications.forms_of_duty import CalendarFileForm, CalendarLayerForm, RotationForm, ZoneForm
from notifications.models import LayerKind, Schedule, ScheduleLayer
from notifications.schedule_history import describe_event
from notifications.services.calendars import follow_calendar, import_calendar
from notifications.services.scheduling import (
    Plan,
    add_layer,
    change_layer,
    move_layer,
    remove_layer,
    state_schedule,
)
from notifications.views.oncall import colleague, editor, tabs

SHOWN_EVENTS = 30


@require_http_methods(["GET", "POST"])
@login_required
def edit_schedule(request: HttpRequest, team: str) -> HttpResponse:
    """The zone, and the layers from the highest down. A team without a schedule gets one by its zone."""
    person = editor(request)
    chosen = get_object_or_404(Team, slug=team)
    schedule = Schedule.objects.filter(team=chosen).first()
    zone = schedule.time_zone if schedule else person.time_zone
    form = ZoneForm(request.POST or None, initial={"time_zone": zone})
    if request.method == "POST" and form.is_valid():
        state_schedule(actor=person, team=chosen, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, _("The schedule is saved."))
        return redirect("notifications:schedule", chosen.slug)
    context = {
        "tabs": tabs("duty"),
        "team": chosen,
        "schedule": schedule,
        "form": form,
        "piles": _piles(schedule),
        "history": _history(schedule),
        "now": clock.now(),
    }
    return render(request, "notifications/schedule.html", context, status=400 if form.errors else 200)


def _piles(schedule: Schedule | None) -> list[tuple[str, list[ScheduleLayer]]]:
    """The layers of each role, those that win first."""
    layers = list(schedule.layers.prefetch_related("places__person", "shifts")) if schedule else []
    layers.sort(key=lambda layer: (-layer.position, -layer.pk))
    roles = [("primary", _("Primary")), ("secondary", _("Secondary"))]
    return [(label, [layer for layer in layers if layer.role == role]) for role, label in roles]


def _history(schedule: Schedule | None) -> list[dict[str, Any]]:
    if schedule is None:
        return []
    events = Event.objects.about(schedule).select_related("actor").order_by("-id")[:SHOWN_EVENTS]
    return [{"event": event, "lines": describe_event(event)} for event in events]


@require_http_methods(["GET", "POST"])
@login_required
def new_layer(request: HttpRequest, team: str) -> HttpResponse:
    """A rotation, or with ?kind=calendar a calendar."""
    person = editor(request)
    schedule = get_object_or_404(Schedule.objects.select_related("team"), team__slug=team)
    if request.GET.get("kind") == LayerKind.CALENDAR:
        return _new_calendar(request, schedule)
    start = {"starts_on": clock.now().date(), "handover_at": "09:00"}
    form = RotationForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            add_layer(schedule, actor=person, plan=form.plan)
        except InputRefused as refused:
            show_errors(form, refused)
        else:
            messages.success(request, _("The layer is laid on top."))
            return redirect("notifications:schedule", schedule.team.slug)
    context = {"tabs": tabs("duty"), "schedule": schedule, "form": form, "layer": None}
    return render(request, "notifications/layer.html", context, status=400 if form.errors else 200)


def _new_calendar(request: HttpRequest, schedule: Schedule) -> HttpResponse:
    person = editor(request)
    form = CalendarLayerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        plan = Plan(starts_on=now.date(), handover_at=now.time(), kind=LayerKind.CALENDAR, **form.cleaned_data)
        try:
            layer = add_layer(schedule, actor=person, plan=plan)
        except InputRefused as refused:
            show_errors(form, refused)
        else:
            return redirect("notifications:layer", layer.pk)
    context = {"tabs": tabs("duty"), "schedule": schedule, "form": form, "layer": None, "is_calendar": True}
    return render(request, "notifications/layer_calendar.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def edit_layer(request: HttpRequest, pk: int) -> HttpResponse:
    person = editor(request)
    layer = _layer(pk)
    if layer.kind == LayerKind.CALENDAR:
        return _edit_calendar(request, layer)
    form = RotationForm(_reordered(request) if request.method == "POST" else None, layer=layer)
    if request.method == "POST" and form.is_valid():
        try:
            change_layer(layer, actor=person, plan=form.plan)
        except InputRefused as refused:
            show_errors(form, refused)
        else:
            messages.success(request, _("The layer is saved."))
            stays = "move" in request.POST
            return redirect("notifications:layer", layer.pk) if stays else _to_schedule(layer)
    context = {"tabs": tabs("duty"), "schedule": layer.schedule, "form": form, "layer": layer}
    return render(request, "notifications/layer.html", context, status=400 if form.errors else 200)


def _reordered(request: HttpRequest) -> Any:
    """What was sent, after the button that moves a member up or down or takes them out."""
    data = request.POST.copy()
    verb, _dash, place = data.get("move", "").partition("-")
    if not place.isascii() or not place.isdigit() or len(place) > 3:
        return data
    here, there = f"member_{place}", f"member_{int(place) + (-1 if verb == 'up' else 1)}"
    if verb == "out":
        data[here] = ""
    elif verb in ("up", "down") and here in data and there in data:
        moved, displaced = str(data[here]), str(data[there])
        data[here], data[there] = displaced, moved
    return data


def _edit_calendar(request: HttpRequest, layer: ScheduleLayer) -> HttpResponse:
    person = editor(request)
    is_sent = request.method == "POST"
    form = CalendarFileForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent and form.is_valid():
        try:
            if form.cleaned_data["file"]:
                import_calendar(layer, actor=person, content=form.cleaned_data["file"].read())
            else:
                follow_calendar(layer, actor=person, url=form.cleaned_data["url"])
        except InputRefused as refused:
            show_errors(form, refused)
        else:
            messages.success(request, _("The calendar is taken."))
            return redirect("notifications:layer", layer.pk)
    context = {
        "tabs": tabs("duty"),
        "schedule": layer.schedule,
        "form": form,
        "layer": layer,
        "shifts": layer.shifts.select_related("person").filter(ends_at__gt=clock.now())[:50],
    }
    return render(request, "notifications/layer_calendar.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def act_on_layer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    person = editor(request)
    layer = _layer(pk)
    if verb in ("up", "down"):
        move_layer(layer, actor=person, up=verb == "up")
    elif verb == "remove":
        remove_layer(layer, actor=person)
        messages.success(request, _("The layer is removed."))
    else:
        raise Http404
    return _to_schedule(layer)


@require_GET
@login_required
def history(request: HttpRequest, team: str) -> HttpResponse:
    """What was changed in a schedule, for every colleague."""
    colleague(request)
    schedule = get_object_or_404(Schedule.objects.select_related("team"), team__slug=team)
    context = {"tabs": tabs("duty"), "schedule": schedule, "history": _history(schedule)}
    return render(request, "notifications/schedule_history.html", context)


def _layer(pk: int) -> ScheduleLayer:
    return get_object_or_404(ScheduleLayer.objects.select_related("schedule__team"), pk=pk)


def _to_schedule(layer: ScheduleLayer) -> HttpResponse:
    return redirect("notifications:schedule", layer.schedule.team.slug)


def show_errors(form: Form, refused: InputRefused) -> None:
    for name, sentence in refused.errors.items():
        form.add_error(name if name in form.fields else None, ValidationError(sentence))
