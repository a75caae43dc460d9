"""Who is on call, how escalation goes, and who is notified of what."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from catalog.models import Person, Team
from lifecycle import clock
from lifecycle.transitions import InputRefused
from notifications.forms import ScheduleForm
from notifications.models import EscalationPolicy, NotificationRule, Schedule
from notifications.rosters import Rota, read_rotas
from notifications.services.scheduling import may_schedule, set_schedule

WEEKS = 6


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    person = _colleague(request)
    now = clock.now()
    rotas = read_rotas(Schedule.objects.select_related("team"), now, now + timedelta(weeks=WEEKS))
    scheduled = {rota.schedule.team_id for rota in rotas}
    running = Team.objects.filter(services_run__is_active=True).distinct()
    context = {
        "schedules": [_rota(rota, now) for rota in rotas],
        "gaps": [team for team in running if team.pk not in scheduled],
        "policies": EscalationPolicy.objects.select_related("fallback").prefetch_related("steps"),
        "rules": NotificationRule.objects.all(),
        "may_edit": may_schedule(person),
        "now": now,
    }
    return render(request, "notifications/oncall.html", context)


def _rota(rota: Rota, now: datetime) -> dict[str, Any]:
    """A schedule with who is on call now and the weeks to come."""
    duties = rota.duties_between(now, now + timedelta(weeks=WEEKS))
    rows = [{"duty": duty, "primary": rota.who(duty.primary), "secondary": rota.who(duty.secondary)} for duty in duties]
    return {"schedule": rota.schedule, "now": rows[0], "weeks": rows}


@require_http_methods(["GET", "POST"])
@login_required
def edit_schedule(request: HttpRequest, team: str) -> HttpResponse:
    person = _editor(request)
    chosen = get_object_or_404(Team, slug=team)
    schedule = Schedule.objects.filter(team=chosen).first()
    form = ScheduleForm(request.POST or None, schedule=schedule, initial={"time_zone": person.time_zone})
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ("starts_on", "handover_at", "time_zone")}
        try:
            set_schedule(actor=person, team=chosen, members=form.members, **fields)
        except InputRefused as refused:
            _show_errors(form, refused)
        else:
            messages.success(request, _("The schedule is saved."))
            return redirect("notifications:oncall")
    status = 400 if form.errors else 200
    return render(request, "notifications/schedule.html", {"form": form, "team": chosen}, status=status)


def _show_errors(form: Form, refused: InputRefused) -> None:
    for name, sentence in refused.errors.items():
        form.add_error(name if name in form.fields else None, ValidationError(sentence))


def _colleague(request: HttpRequest) -> Person:
    if not (isinstance(request.user, Person) and request.user.is_colleague):
        raise Http404
    return request.user


def _editor(request: HttpRequest) -> Person:
    person = _colleague(request)
    if not may_schedule(person):
        raise Http404
    return person
