"""Pages that belong to no app: theme, language, errors."""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import defaults
from django.views.decorators.http import require_POST

from catalog.models import Language, Person, Theme
from reports.boards.first_page import first_address

YEAR = 365 * 24 * 3600
RETRY_AFTER = "5"  # seconds
WORDS = {
    400: "Bad request.",
    403: "Not permitted.",
    404: "Not found.",
    413: "The request is too large.",
    500: "The fault is ours.",
    503: "The database is away: nothing was stored. Please try again.",
}
"""What programs are told."""


def home(request: HttpRequest) -> HttpResponse:
    """Where a day begins (reports/boards/first_page.py); who is a stranger signs in on the way."""
    person = request.user
    return redirect(first_address(person) if isinstance(person, Person) else "incidents:list")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme on the person, and in a cookie for the pages before signing in."""
    theme = request.POST.get("theme", "")
    if theme not in Theme.values:
        return HttpResponseBadRequest("theme: auto, light or dark", content_type="text/plain")
    return _keep(request, "theme", theme, cookie="theme")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in Language.values:
        return HttpResponseBadRequest("language: en or zh-hans", content_type="text/plain")
    return _keep(request, "language", language, cookie=settings.LANGUAGE_COOKIE_NAME)


def _keep(request: HttpRequest, field: str, value: str, *, cookie: str) -> HttpResponse:
    if isinstance(request.user, Person):
        setattr(request.user, field, value)
        request.user.save(update_fields=[field])
    response = HttpResponseRedirect(_next(request))
    response.set_cookie(cookie, value, max_age=YEAR, secure=settings.TLS, httponly=True, samesite="Lax")
    return response


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=hosts, require_https=request.is_secure())
    return asked if is_ours else "/"


# --- Errors: problem JSON below /api/, a page elsewhere --------------------------------------------------


def refuse_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is too large is said to be so: the browser still holds what was typed."""
    if isinstance(exception, RequestDataTooBig):
        megabytes = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024**2
        return _problem(request, 413) or render(request, "413.html", {"megabytes": megabytes}, status=413)
    return _problem(request, 400) or defaults.bad_request(request, exception)


def refuse_permission(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 403) or defaults.permission_denied(request, exception)


def miss_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page never repeats the address it was asked for."""
    return _problem(request, 404) or render(request, "404.html", status=404)


def admit_fault(request: HttpRequest) -> HttpResponse:
    """While the database is away nothing was stored, and trying again helps: programs are told so by 503."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = _problem(request, 503) or HttpResponse(render_to_string("503.html"), status=503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    return _problem(request, 500) or defaults.server_error(request)


def _problem(request: HttpRequest, status: int) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    body: dict[str, Any] = {"detail": WORDS[status]}
    return JsonResponse(body, status=status, content_type="application/problem+json")
