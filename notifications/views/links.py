"""The one-time link of a mail: acknowledge, or page the next. Mail scanners fetch links: GET only shows, POST acts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lifecycle.transitions import NotPermitted, TransitionRefused
from notifications.models import OneTimeLink
from notifications.services.links import find_link, follow_link, is_usable


@never_cache
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, secret: str) -> HttpResponse:
    link = find_link(secret)
    if link is None:
        raise Http404
    with translation.override(link.delivery.person.language):
        if request.method == "POST" and is_usable(link):
            return _follow(request, link)
        return _show(request, link, "ready" if is_usable(link) else "used")


def _follow(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    try:
        is_escalation = request.POST.get("do") == "escalate"
        is_done = follow_link(link, is_escalation=is_escalation)
    except TransitionRefused:
        return _show(request, link, "late", status=409)
    except NotPermitted:
        return _show(request, link, "forbidden", status=403)
    except OneTimeLink.DoesNotExist:
        return _show(request, link, "used", status=409)
    if is_escalation:
        return _show(request, link, "escalated" if is_done else "late", status=200 if is_done else 409)
    return _show(request, link, "done")


def _show(request: HttpRequest, link: OneTimeLink, outcome: str, status: int = 200) -> HttpResponse:
    incident = link.delivery.incident
    if incident is not None:
        incident.refresh_from_db()
    context = {"incident": incident, "outcome": outcome, "person": link.delivery.person}
    return render(request, "notifications/link.html", context, status=status)
