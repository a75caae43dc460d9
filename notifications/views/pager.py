"""Is paging alive: for people and for outside monitors."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from catalog.models import Person
from incidents.models import Incident
from lifecycle import clock
from notifications.health import read_health
from notifications.models import Delivery, Heartbeat, StoppedNumber

LOOK_BACK = timedelta(hours=1)


def _seconds(age: timedelta | None) -> float | None:
    return round(age.total_seconds(), 3) if age is not None else None


@require_GET
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the cycle beats, nothing is late and the queues answer, else 503: watch it from outside.

    Without the broker people are paged all the same: then ``alive`` is still true (docs/pager-health.md).
    """
    health = read_health()
    figures = {
        "state": health.state,
        "alive": health.is_alive,
        "weaknesses": health.weaknesses,
        "beat_age_seconds": _seconds(health.beat_age),
        "lag_seconds": _seconds(health.lag),
        "canary_age_seconds": _seconds(health.canary_age),
        "audit_age_seconds": _seconds(health.audit_age),
        "audit_clean": health.is_clean,
        "outside_age_seconds": _seconds(health.report_age),
        "clock_skew_seconds": _seconds(health.skew),
        "waiting": health.waiting,
        "alarms": health.alarms,
    }
    return JsonResponse(figures, status=200 if health.is_whole else 503)


@require_GET
@login_required
def health_page(request: HttpRequest) -> HttpResponse:
    if not (isinstance(request.user, Person) and request.user.is_colleague):
        raise Http404
    now = clock.now()
    recent = Delivery.objects.filter(created_at__gte=now - LOOK_BACK)
    seen = Incident.objects.visible_to(request.user).order_by().values("pk")
    counts = recent.values("channel", "status").annotate(number=Count("id")).order_by("channel", "status")
    unverified = Person.objects.filter(is_active=True, phone_verified_at=None, duty_places__isnull=False).distinct()
    context = {
        "health": read_health(),
        "heartbeats": Heartbeat.objects.order_by("-beat_at")[:10],
        "results": [(Delivery(channel=row["channel"], status=row["status"]), row["number"]) for row in counts],
        "troubled": recent.filter(status__in=("failed", "not_sent"), incident__in=seen).select_related(
            "recipient", "incident"
        )[:20],
        "unverified": unverified,
        "stopped": Person.objects.filter(is_active=True, phone__in=StoppedNumber.objects.values("phone")),
        "now": now,
    }
    return render(request, "notifications/pager.html", context)
