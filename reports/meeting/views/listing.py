"""All meetings, the next one first; and when they are held."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import access
from catalog.access import PersonRequest, for_colleagues
from catalog.models import Person
from incidents.views.settings.frame import save
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted
from reports.meeting import permissions, services
from reports.meeting.forms import PolicyForm
from reports.meeting.keeping import next_day
from reports.models import LEFT_OVER, HandOver, Meeting, MeetingPolicy

ROWS_A_PAGE = 30


def may_plan(person: Person) -> bool:
    return permissions.plans(None, person)


@require_safe
@for_colleagues
def list_meetings(request: PersonRequest) -> HttpResponse:
    upcoming = Meeting.objects.filter(status__in=("planned", "running")).select_related("chair").order_by("day")
    counted = Meeting.objects.exclude(status__in=("planned", "running")).select_related("chair")
    rows = (
        counted.annotate(
            decision_count=Count("decisions", distinct=True),
            item_count=Count("items", distinct=True),
            left_count=Count("items", filter=Q(items__status__in=LEFT_OVER), distinct=True),
        )
        .defer("agenda")
        .order_by("-day")
    )
    context = {
        "upcoming": list(upcoming.defer("agenda")[:7]),
        "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "policy": MeetingPolicy.current(),
        "may_plan": may_plan(request.user),
        "waiting": HandOver.objects.exclude(status="accepted").count(),
    }
    return render(request, "reports/meeting/list.html", context)


@require_POST
@for_colleagues
def plan(request: PersonRequest) -> HttpResponse:
    """Plan today's meeting, or that of the next day on which one is held."""
    policy, now = MeetingPolicy.current(), clock.now()
    today = now.astimezone(ZoneInfo(policy.time_zone)).date()
    is_taken = Meeting.objects.filter(day=today).exists()
    day = next_day(policy, now + timedelta(days=1)) if is_taken else None
    try:
        meeting = services.plan_meeting(day.date() if day else today, actor=request.user, via=Via.WEB)
    except NotPermitted:
        raise Http404 from None
    messages.success(request, _("The meeting is on the calendar."))
    return redirect(meeting)


@require_http_methods(["GET", "HEAD", "POST"])
@access.colleagues_look(may_plan)
def settings_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = PolicyForm(request.POST if is_posted else None, instance=MeetingPolicy.current())
    may_change = may_plan(request.user)
    if is_posted and save(form, services.set_meeting_policy, actor=request.user, via=Via.WEB) is not None:
        messages.success(request, _("The calendar of meetings is changed."))
        return redirect("meetings:settings")
    for field in form.fields.values():
        field.disabled = not may_change
    context: dict[str, Any] = {"form": form, "may_change": may_change}
    return render(request, "reports/meeting/settings.html", context, status=400 if form.errors else 200)
