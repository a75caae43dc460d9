"""Pages of alerts: the list with its filters, and one alert with everything that is known of it."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.alert_forms import AlertFilter
from detection.models import Alert
from detection.models.alert import AlertQuerySet
from detection.views.frame import PAGE_SIZE, show


@require_safe
@for_colleagues
def alert_list(request: PersonRequest) -> HttpResponse:
    form = AlertFilter(request.GET or None)
    alerts = Alert.objects.live().visible_to(request.user).for_list()
    if form.is_bound:
        alerts = filtered(alerts, form.cleaned_data) if form.is_valid() else alerts.none()
    page = Paginator(alerts, PAGE_SIZE).get_page(request.GET.get("page"))
    is_filtered = form.is_bound and any(form.cleaned_data.values()) if form.is_valid() else form.is_bound
    return show(request, "alert_list.html", page=page, form=form, is_filtered=is_filtered)


def filtered(alerts: AlertQuerySet, asked: dict[str, Any]) -> AlertQuerySet:
    """``asked``: q, status (open, suppressed, ended), origin, severity, service; what is empty filters nothing."""
    match asked.get("status"):
        case "open":
            alerts = alerts.open()
        case "suppressed":
            alerts = alerts.filter(suppressed_by__isnull=False)
        case "ended":
            alerts = alerts.filter(ended_at__isnull=False)
    for name in ("origin", "severity", "service"):
        if asked.get(name):
            alerts = alerts.filter(**{name: asked[name]})
    return alerts.filter(title__icontains=asked["q"]) if asked.get("q") else alerts


@require_safe
@for_colleagues
def alert_page(request: PersonRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.visible_to(request.user).for_list(), pk=pk)
    alike = Alert.objects.visible_to(request.user).for_list().filter(dedup_key=alert.dedup_key).exclude(pk=pk)
    others = alike[:20] if alert.dedup_key else []
    return show(request, "alert.html", alert=alert, others=others)
