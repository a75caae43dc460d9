"""Is paging alive: for people and for outside monitors."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from catalog.access import PersonRequest, for_colleagues
from catalog.permissions import administers
from notifications.health import read_health
from notifications.models import PagingSettings
from notifications.services.settings import set_paging
from notifications.settings_form import PagingSettingsForm
from notifications.vitals import read_vitals


@require_GET
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while the cycle beats, nothing is late and the queues answer, else 503: watch it from outside.

    Without the broker people are paged all the same: then ``alive`` is still true (docs/pager-health.md).
    """
    health = read_health()
    return JsonResponse(health.figures, status=200 if health.is_whole else 503)


@require_GET
@for_colleagues
def health_page(request: PersonRequest) -> HttpResponse:
    context = {**read_vitals(request.user), "has_monitors": bool(settings.DEADMAN_URLS)}
    return render(request, "notifications/pager.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def settings_page(request: PersonRequest) -> HttpResponse:
    """Every colleague may look, only administrators may post."""
    if request.method == "POST" and not administers(request.user):
        raise Http404
    form = PagingSettingsForm(request.POST or None, instance=PagingSettings.objects.get(pk=1))
    if request.method == "POST" and form.is_valid():
        set_paging(actor=request.user, **form.cleaned_data)
        messages.success(request, _("The settings of paging are changed."))
        return redirect("notifications:pager")
    if not administers(request.user):
        form.lock()
    context = {"form": form, "may_change": administers(request.user), "back": reverse("notifications:pager")}
    return render(request, "notifications/settings.html", context, status=400 if form.errors else 200)
