"""Incidents: the new ones, the open majors, clocks that are missed or nearly so, and late acknowledgements."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.models import Clock, ClockKind, Incident, Status
from reports.meeting.entries import MOST, Entry, Facts, Window, iso, section
from reports.meeting.states import incident_state


@section("numbers", _("Since the last meeting"), rank=10, minutes=3, is_home=False)
def new_incidents(window: Window) -> list[Entry]:
    """What was reported since the last meeting; the figures stand above them."""
    found = _real(window).filter(reported_at__gt=window.since, merged_into=None)
    return [entry_of(incident, window) for incident in found.order_by("level", "reported_at")[:MOST]]


@section("majors", _("Open major incidents"), rank=20, minutes=5)
def open_majors(window: Window) -> list[Entry]:
    found = _real(window).open().major().order_by("reported_at")  # type: ignore[attr-defined]
    return [entry_of(incident, window) for incident in found[:MOST]]


@section("clocks", _("SLA clocks missed and at risk"), rank=30, minutes=4)
def clocks_in_danger(window: Window) -> list[Entry]:
    in_danger = Q(next_due_at__lte=window.now) | Q(at_risk_at__lte=window.now)
    running = Clock.objects.running().filter(due_at__isnull=False).order_by("due_at")
    found = _real(window).open().filter(in_danger).order_by("next_due_at", "pk")  # type: ignore[attr-defined]
    found = found.prefetch_related(Prefetch("clocks", running, to_attr="running"))
    return [entry_of(incident, window, _danger(incident, window)) for incident in found[:MOST]]


@section("late", _("Not acknowledged in time"), rank=40, minutes=3)
def late_acknowledgements(window: Window) -> list[Entry]:
    """Those that still wait beyond their target, and those that were acknowledged too late since the last meeting."""
    response = Clock.objects.filter(incident=OuterRef("pk"), kind=ClockKind.RESPONSE, is_void=False)
    waits = Exists(response.filter(stopped_at=None, due_at__lte=window.now))
    was_late = Exists(response.filter(breached_at__gt=window.since, breached_at__lte=window.now))
    clocks = Clock.objects.filter(kind=ClockKind.RESPONSE).order_by("-ordinal")
    found = _real(window).filter(Q(status=Status.REPORTED) & waits | was_late).order_by("reported_at", "pk")
    found = found.prefetch_related(Prefetch("clocks", clocks, to_attr="response"))
    return [entry_of(incident, window, _lateness(incident)) for incident in found[:MOST]]


def entry_of(incident: Incident, window: Window, facts: Facts | None = None) -> Entry:
    return Entry(
        subject=f"incident:{incident.pk}",
        title=incident.title,
        reference=incident.reference,
        url=incident.get_absolute_url(),
        incident=incident.pk,
        state=incident_state(incident),
        facts={"service": incident.service.name, "reported_at": iso(incident.reported_at), **(facts or {})},
        times=window.times.get(f"incident:{incident.pk}", 0),
    )


def _real(window: Window) -> QuerySet[Incident]:
    rows: Any = Incident.objects.filter(is_drill=False, reported_at__lte=window.now).exclude(status=Status.CANCELLED)
    return rows.select_related("owner", "service", "level")  # type: ignore[no-any-return]


def _danger(incident: Any, window: Window) -> Facts:
    """The clocks of the incident that are over, or else the one that will be over first."""
    over = [clock for clock in incident.running if clock.due_at <= window.now]
    shown = over or incident.running[:1]
    return {"danger": "missed" if over else "at_risk", "clocks": [[clock.kind, iso(clock.due_at)] for clock in shown]}


def _lateness(incident: Any) -> Facts:
    due_at = next((clock.breached_at or clock.due_at for clock in incident.response), None)
    return {"response_due_at": iso(due_at), "acknowledged_at": iso(incident.acknowledged_at)}
