"""The WSGI application: Django's own machinery with this page's three middlewares, whatever settings are active.

A test runs the carrier inside the product's process, so nothing here may take its URLs, middleware or templates from
the settings.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

logger = logging.getLogger(__name__)

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SAFETY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LANGUAGES = ("en", "zh-hans")
LANGUAGE_COOKIE = "fake_carrier_language"
GetResponse = Callable[[HttpRequest], HttpResponse]


class CarrierRequest(WSGIRequest):
    carrier: "Carrier"
    urlconf = "notifications.fake_carrier.urls"

    def get_host(self) -> str:
        """The Host header, which `refuse_strange_hosts` has checked against the carrier's own list."""
        return str(self.META.get("HTTP_HOST", ""))


class CarrierHandler(WSGIHandler):
    request_class = CarrierRequest

    def __init__(self, carrier: "Carrier", *, public_url: str = "") -> None:
        self.carrier = carrier
        self.hosts = LOOPBACK_NAMES | {urlsplit(public_url).hostname or "localhost"}
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        """The page's middlewares instead of those in the settings."""
        view = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        csrf = CsrfViewMiddleware(view)  # type: ignore[arg-type]
        self._view_middleware = [csrf.process_view]
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = choose_language(convert_exception_to_response(csrf))  # type: ignore[arg-type]
        self._middleware_chain = convert_exception_to_response(self.guard(chain))

    def guard(self, get_response: GetResponse) -> GetResponse:
        def guarded(request: HttpRequest) -> HttpResponse:
            if urlsplit(f"//{request.META.get('HTTP_HOST', '')}").hostname not in self.hosts:
                return HttpResponseBadRequest("The fake carrier answers on the loopback only.")
            request.carrier = self.carrier  # type: ignore[attr-defined]
            response = get_response(request)
            for name, value in SAFETY_HEADERS.items():
                response.setdefault(name, value)
            return response

        return guarded


def choose_language(get_response: GetResponse) -> GetResponse:
    """`?lang=` wins and is remembered, then the cookie, then what the browser asks for."""

    def translated(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = next((code for code in (asked, request.COOKIES.get(LANGUAGE_COOKIE, "")) if code in LANGUAGES), "")
        with translation.override(language or _browser_language(request)):
            response = get_response(request)
        if asked in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, asked, samesite="Lax", httponly=True)
        return response

    return translated


def _browser_language(request: HttpRequest) -> str:
    first = request.headers.get("Accept-Language", "").split(",")[0].strip().lower()
    return "zh-hans" if first.startswith("zh") else "en"
