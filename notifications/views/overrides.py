"""Overrides and swaps as pages: forms that make them, buttons that act on them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from notifications.forms_of_duty import OverrideForm, SwapForm, moment_of
from notifications.models import DutyRole, Override, OverrideKind, Schedule, SwapRequest, SwapStatus
from notifications.services.overriding import is_member, make_override, step_in, withdraw_override
from notifications.services.scheduling import may_schedule
from notifications.services.swapping import may_take, offer_swap, take_swap, withdraw_swap
from notifications.views.oncall import colleague, tabs
from notifications.views.schedules import show_errors

LENGTH = timedelta(hours=4)
SHOWN = 50


@require_http_methods(["GET", "POST"])
@login_required
def override(request: HttpRequest, team: str) -> HttpResponse:
    person, schedule = _member(request, team)
    form = OverrideForm(request.POST or None, schedule=schedule, initial=_asked_for(request, person))
    if request.method == "POST" and form.is_valid():
        try:
            make_override(schedule, actor=person, **form.cleaned_data)
        except InputRefused as refused:
            show_errors(form, refused)
        except NotPermitted:
            form.add_error(None, _("You may step in or be replaced yourself; other changes are the managers'."))
        else:
            messages.success(request, _("The override is made."))
            return redirect("notifications:oncall")
    now = clock.now()
    running = schedule.overrides.filter(withdrawn_at=None, ends_at__gt=now).select_related("person", "replaces")
    context = {
        "tabs": tabs("duty"),
        "schedule": schedule,
        "form": form,
        "overrides": [(each, may_schedule(person) or each.made_by_id == person.pk) for each in running[:SHOWN]],
    }
    return render(request, "notifications/override.html", context, status=400 if form.errors else 200)


def _asked_for(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the link says, such as a gap's moments; else the next four hours."""
    start = moment_of(request.GET.get("from", "")) or clock.now().replace(second=0, microsecond=0)
    end = moment_of(request.GET.get("to", "")) or start + LENGTH
    kind = request.GET.get("kind", "")
    known = kind if kind in OverrideKind else OverrideKind.REPLACE
    return {"starts_at": start, "ends_at": end, "kind": known, "person": person.pk, "role": DutyRole.PRIMARY}


@require_POST
@login_required
def take_over(request: HttpRequest, team: str) -> HttpResponse:
    """One click: the reader is on call for the next four hours."""
    person, schedule = _member(request, team)
    try:
        step_in(schedule, actor=person, length=LENGTH)
    except (InputRefused, NotPermitted) as refused:
        messages.error(request, _sentence(refused))
    else:
        messages.success(request, _("You are on call for the next four hours."))
    return redirect("notifications:oncall")


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    person = colleague(request)
    found = get_object_or_404(Override.objects.select_related("schedule__team", "person", "replaces"), pk=pk)
    try:
        withdraw_override(found, actor=person)
    except NotPermitted:
        raise Http404 from None
    except InputRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The override is withdrawn."))
    return redirect("notifications:oncall")


@require_GET
@login_required
def swaps(request: HttpRequest) -> HttpResponse:
    """Open offers, the reader's own and those that they may take first; then what became of the others."""
    person = colleague(request)
    found = SwapRequest.objects.select_related("schedule__team", "asker", "asked_of", "taker")
    is_open = Q(status=SwapStatus.OFFERED)
    context = {
        "tabs": tabs("swaps"),
        "open": [_row(swap, person) for swap in found.filter(is_open).order_by("starts_at")[:SHOWN]],
        "closed": found.exclude(is_open)[:SHOWN],
        "schedules": Schedule.objects.select_related("team"),
    }
    return render(request, "notifications/swaps.html", context)


def _row(swap: SwapRequest, person: Person) -> dict[str, Any]:
    may_withdraw = person == swap.asker or may_schedule(person)
    return {"swap": swap, "may_take": may_take(swap, person), "may_withdraw": may_withdraw}


@require_http_methods(["GET", "POST"])
@login_required
def offer(request: HttpRequest, team: str) -> HttpResponse:
    person = colleague(request)
    schedule = get_object_or_404(Schedule.objects.select_related("team"), team__slug=team)
    initial = _asked_for(request, person)
    form = SwapForm(request.POST or None, schedule=schedule, asker=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            offer_swap(schedule, actor=person, **form.cleaned_data)
        except InputRefused as refused:
            show_errors(form, refused)
        else:
            messages.success(request, _("The swap is offered; whoever is concerned is told."))
            return redirect("notifications:swaps")
    context = {"tabs": tabs("swaps"), "schedule": schedule, "form": form}
    return render(request, "notifications/swap_form.html", context, status=400 if form.errors else 200)


@require_POST
@login_required
def act_on_swap(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    person = colleague(request)
    swap = get_object_or_404(SwapRequest.objects.select_related("schedule__team", "asker", "asked_of"), pk=pk)
    services = {"take": take_swap, "withdraw": withdraw_swap}
    if verb not in services:
        raise Http404
    try:
        services[verb](swap, actor=person)
    except (InputRefused, TransitionRefused, NotPermitted) as refused:
        messages.error(request, _sentence(refused))
    else:
        messages.success(request, _("Done."))
    return redirect("notifications:swaps")


def _member(request: HttpRequest, team: str) -> tuple[Person, Schedule]:
    """Members of the schedule and whoever keeps it; to everybody else the form does not exist."""
    person = colleague(request)
    schedule = get_object_or_404(Schedule.objects.select_related("team"), team__slug=team)
    if not (may_schedule(person) or is_member(schedule, person)):
        raise Http404
    return person, schedule


def _sentence(refused: Exception) -> str:
    return _("Your role does not allow this.") if isinstance(refused, NotPermitted) else str(refused)
