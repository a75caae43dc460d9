"""Who is on call: now, in the week, the month and as a list; and what is wrong with the rota."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from catalog.models import Person, Team
from incidents import panels
from lifecycle import clock
from notifications.duty.walltime import wall_clock
from notifications.forms_of_duty import day_of
from notifications.models import Delivery, Schedule
from notifications.rosters import Rota, read_rotas
from notifications.rota_view import days_of, month_days, now_band, rows_of, week_lines
from notifications.services.coverage import weak_spots
from notifications.services.scheduling import may_schedule

WEEK = timedelta(weeks=1)
VIEWS = {"week": timedelta(weeks=1), "month": timedelta(days=42), "list": timedelta(weeks=6)}
MARGIN = timedelta(days=45)


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    person = colleague(request)
    now = clock.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "week"
    day = day_of(request.GET.get("week", ""), now.date())
    rotas = _rotas(request, now, day)
    scheduled = set(Schedule.objects.values_list("team_id", flat=True))
    running = Team.objects.filter(services_run__is_active=True).distinct()
    context = {
        "tabs": tabs("duty"),
        "panels": panels.fill_page(request, "oncall"),
        "views": _view_tabs(view, day, request.GET.get("team", "")),
        "view": view,
        "bands": [now_band(rota, now, person) for rota in rotas],
        "rotas": [_drawn(rota, view, day, now) for rota in rotas],
        "tested": _last_tests(rotas),
        "unscheduled": [team for team in running if team.pk not in scheduled],
        "may_edit": may_schedule(person),
        "viewer": person,
        "now": now,
        "day": day,
        "earlier": _shifted(day, view, -1),
        "later": _shifted(day, view, 1),
    }
    return render(request, "notifications/oncall.html", context)


def _rotas(request: HttpRequest, now: Any, day: date) -> list[Rota]:
    schedules = Schedule.objects.select_related("team").prefetch_related("team__members")
    if team := request.GET.get("team"):
        schedules = schedules.filter(team__slug=team.replace("\0", ""))
    shown = now.replace(year=day.year, month=day.month, day=min(day.day, 28))
    return read_rotas(schedules, min(now, shown) - MARGIN, max(now, shown) + MARGIN * 2)


def _drawn(rota: Rota, view: str, day: date, now: Any) -> dict[str, Any]:
    """One schedule in the view that is asked for."""
    drawn: dict[str, Any] = {"schedule": rota.schedule, "local_now": wall_clock(now, rota.zone)}
    if view == "month":
        return drawn | {"weeks": month_days(rota, day, now)}
    monday = day - timedelta(days=day.weekday())
    days = days_of(rota, monday, 7, now)
    if view == "list":
        start = max(days[0].start, now) if days[0].start <= now < days[-1].end else days[0].start
        return drawn | {"rows": rows_of(rota, start, days[0].start + VIEWS["list"])}
    return drawn | {"days": days, "lines": week_lines(rota, days)}


def _last_tests(rotas: list[Rota]) -> dict[int, Any]:
    """When a test page last reached each of the people."""
    people = {number for rota in rotas for number in rota.people}
    tests = Delivery.objects.filter(purpose="test", recipient__in=people, reached_at__isnull=False)
    return dict(tests.order_by().values_list("recipient").annotate(last=Max("reached_at")))


def _shifted(day: date, view: str, by: int) -> date:
    if view == "month":
        return (day.replace(day=15) + timedelta(days=30 * by)).replace(day=1)
    return day + WEEK * by


def _view_tabs(view: str, day: date, team: str) -> list[dict[str, Any]]:
    labels = {"week": _("Week"), "month": _("Month"), "list": _("List")}
    of_team = f"&team={team}" if team.replace("-", "").isalnum() else ""
    return [
        {"label": labels[name], "url": f"?view={name}&week={day}{of_team}", "is_current": name == view, "count": None}
        for name in VIEWS
    ]


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages about on-call; those of other areas where they exist."""
    pages = [
        ("duty", _("Duty"), "oncall"),
        ("coverage", _("Coverage"), "coverage"),
        ("swaps", _("Swaps"), "swaps"),
        ("feeds", _("Calendars"), "feeds"),
        ("policies", _("Escalation policies"), "policies"),
        ("table", _("Notification table"), "table"),
        ("simulation", _("Simulation"), "simulation"),
    ]
    found = [(name, label, _address(view)) for name, label, view in pages]
    return [
        {"label": label, "url": url, "is_current": name == current, "count": None} for name, label, url in found if url
    ]


def _address(view: str) -> str:
    try:
        return reverse(f"notifications:{view}")
    except NoReverseMatch:
        return ""


@require_GET
@login_required
def coverage(request: HttpRequest) -> HttpResponse:
    """Gaps, shares and unreachable people of the year ahead."""
    colleague(request)
    now = clock.now()
    context = {"tabs": tabs("coverage"), "reports": weak_spots(now), "now": now}
    return render(request, "notifications/coverage.html", context)


def colleague(request: HttpRequest) -> Person:
    if not (isinstance(request.user, Person) and request.user.is_colleague):
        raise Http404
    return request.user


def editor(request: HttpRequest) -> Person:
    person = colleague(request)
    if not may_schedule(person):
        raise Http404
    return person
