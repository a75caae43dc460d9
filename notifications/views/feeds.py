"""Duty for calendar programs: the reader's own secret addresses, and what lies behind them."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.calendars import Entry, write_calendar
from notifications.duty import Duty
from notifications.models import CalendarFeed, DutyRole, Schedule
from notifications.rosters import Rota, read_rotas
from notifications.services.feeds import find_feed, make_feed, revoke_feed, rotate_feed
from notifications.views.oncall import colleague, tabs

BEHIND, AHEAD = timedelta(days=31), timedelta(days=184)


@require_http_methods(["GET", "POST"])
@login_required
def feeds(request: HttpRequest) -> HttpResponse:
    """The reader's own addresses. A new one is shown once, in the answer to the form that makes it."""
    person = colleague(request)
    secret, error = "", ""
    if request.method == "POST":
        slug = request.POST.get("schedule", "").replace("\0", "")
        schedule = get_object_or_404(Schedule, team__slug=slug) if slug else None
        try:
            _feed, secret = make_feed(actor=person, schedule=schedule)
        except InputRefused as refused:
            error = str(refused)
    return _show(request, secret, error)


@require_POST
@login_required
def act_on_feed(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Revoke an address, or put a new one in its place. Nobody else's can be found here."""
    person = colleague(request)
    feed = get_object_or_404(CalendarFeed, pk=pk, owner=person, revoked_at=None)
    if verb == "revoke":
        revoke_feed(feed, actor=person)
        return redirect("notifications:feeds")
    if verb != "rotate":
        raise Http404
    try:
        _new, secret = rotate_feed(feed, actor=person)
    except (InputRefused, NotPermitted):
        raise Http404 from None
    return _show(request, secret, "")


def _show(request: HttpRequest, secret: str, error: str) -> HttpResponse:
    person = colleague(request)
    address = request.build_absolute_uri(reverse("notifications:calendar", args=[secret])) if secret else ""
    context = {
        "tabs": tabs("feeds"),
        "feeds": person.calendar_feeds.filter(revoked_at=None).select_related("schedule__team"),
        "schedules": Schedule.objects.select_related("team"),
        "address": address,
        "error": error,
    }
    return render(request, "notifications/feeds.html", context, status=400 if error else 200)


@require_GET
@never_cache
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar program reads. Whoever knows the secret sees it; nobody else can."""
    feed = find_feed(secret)
    if feed is None:
        raise Http404
    now = clock.now()
    with override(feed.owner.language):
        name = _("On call: %(whose)s") % {"whose": feed.schedule or feed.owner}
        content = write_calendar(_entries(feed, now), name=name, made_at=now)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _entries(feed: CalendarFeed, now: datetime) -> list[Entry]:
    schedules = Schedule.objects.select_related("team")
    if feed.schedule_id is not None:
        schedules = schedules.filter(pk=feed.schedule_id)
    start, end = now - BEHIND, now + AHEAD
    rotas = read_rotas(schedules, start, end)
    found = [(rota, duty) for rota in rotas for duty in _whole(rota.duties_between(start, end))]
    return [entry for rota, duty in found for entry in _of(feed, rota, duty)]


def _whole(duties: list[Duty]) -> list[Duty]:
    """The first is cut by where we began to look, and would change its name in calendars every hour: it is shown from
    its shift's beginning, or left out where an override makes that unknown."""
    first, *others = duties
    if first.changes or first.shift is None:
        return others
    return [replace(first, start=first.shift), *others]


def _of(feed: CalendarFeed, rota: Rota, duty: Duty) -> list[Entry]:
    """One entry for each person and role of the duty that the feed speaks of."""
    roles = {DutyRole.PRIMARY: duty.primary, DutyRole.SECONDARY: duty.secondary}
    return [
        _entry(feed, rota, duty, role, number)
        for role, numbers in roles.items()
        for number in numbers
        if feed.schedule_id is not None or number == feed.owner_id
    ]


def _entry(feed: CalendarFeed, rota: Rota, duty: Duty, role: DutyRole, number: int) -> Entry:
    words = {"team": rota.schedule, "role": role.label, "person": rota.people[number]}
    text = _("%(team)s: %(person)s, %(role)s") if feed.schedule_id is not None else _("On call: %(team)s, %(role)s")
    return Entry(
        uid=f"{rota.schedule.pk}-{role}-{number}-{int(duty.start.timestamp())}@mainstay",
        starts_at=duty.start,
        ends_at=duty.end,
        summary=text % words,
    )
