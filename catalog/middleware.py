"""Shows every page in the language and the time zone of the person who reads it."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone, translation


class PersonPreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if person.is_authenticated:
            language, zone = person.language, person.time_zone
        else:
            language, zone = _asked_language(request), settings.TIME_ZONE
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo(zone)):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if person.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _asked_language(request: HttpRequest) -> str:
    """The cookie's language, else the browser's, else English."""
    return translation.get_language_from_request(request)


class OneTimePasswordMiddleware:
    """Whoever signed in with a one-time password changes it before anything else."""

    ALLOWED = frozenset({"catalog:password", "logout", "login", "set_language", "set_theme", "alive"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if person.is_authenticated and person.must_change_password and not self._is_allowed(request):
            return redirect("catalog:password")
        return self.get_response(request)

    def _is_allowed(self, request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).view_name in self.ALLOWED
        except Resolver404:
            return True
