"""Business calendars."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_administrators, for_colleagues
from incidents.forms.settings import CalendarForm
from incidents.models import Calendar, LevelTarget
from incidents.presentation.calendars import coming_days, week_in_words
from incidents.services import settings
from incidents.views.settings.frame import colleagues_look, save, show, show_form
from lifecycle import clock
from lifecycle.transitions import InputRefused


@require_safe
@for_colleagues
def calendars_page(request: PersonRequest) -> HttpResponse:
    calendars = Calendar.objects.annotate(uses=Count("targets"))
    rows = [{"calendar": calendar, "week": week_in_words(calendar)} for calendar in calendars]
    return show(request, "calendars.html", "calendars", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def add_calendar_page(request: PersonRequest) -> HttpResponse:
    is_posted = request.method == "POST"
    form = CalendarForm(request.POST if is_posted else None)
    calendar = save(form, settings.add_calendar, actor=request.user) if is_posted else None
    if calendar is None:
        return show_form(request, form, here="calendars", title=_("New business calendar"))
    messages.success(request, _("The calendar is added. Look at the coming days below, then choose it for a target."))
    return redirect("incidents:settings-calendar", calendar.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@colleagues_look
def calendar_page(request: PersonRequest, pk: int) -> HttpResponse:
    calendar = get_object_or_404(Calendar, pk=pk)
    is_posted = request.method == "POST"
    form = CalendarForm.of(calendar, request.POST if is_posted else None)
    if is_posted and save(form, settings.change_calendar, calendar, actor=request.user) is not None:
        messages.success(request, _("The calendar is changed. It holds for new incidents."))
        return redirect("incidents:settings-calendar", pk)
    return _show(request, get_object_or_404(Calendar, pk=pk), form)


@require_POST
@for_administrators
def delete_calendar_page(request: PersonRequest, pk: int) -> HttpResponse:
    calendar = get_object_or_404(Calendar, pk=pk)
    try:
        settings.delete_calendar(calendar, actor=request.user)
    except InputRefused as refused:
        messages.error(request, refused.errors["calendar"])
        return redirect("incidents:settings-calendar", pk)
    messages.success(request, _("The calendar is deleted."))
    return redirect("incidents:settings-calendars")


def _show(request: PersonRequest, calendar: Calendar, form: CalendarForm) -> HttpResponse:
    users = LevelTarget.objects.filter(calendar=calendar).select_related("level")
    return show_form(
        request,
        form,
        here="calendars",
        title=str(calendar),
        template="calendar.html",
        calendar=calendar,
        days=coming_days(calendar, now=clock.now()),
        users=users,
    )
