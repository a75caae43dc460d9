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
from notifications.models import Delivery, Heartbeat

LOOK_BACK = timedelta(hours=1)


@require_GET
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the cycle beats and nothing is late, else 503: watch it from outside."""
    health = read_health()
    figures = {
        "alive": health.is_alive,
        "beat_age_seconds": health.beat_age.total_seconds() if health.beat_age else None,
        "lag_seconds": health.lag.total_seconds(),
        "waiting": health.waiting,
    }
    return JsonResponse(figures, status=200 if health.is_alive else 503)


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
        "now": now,
    }
    return render(request, "notifications/pager.html", context)
