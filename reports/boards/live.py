"""Answers to pages that ask again every few seconds (static/mainstay.js): the parts, or 304 if nothing changed."""

import hashlib
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

# What differs in every answer though nothing happened: masked tokens of forms, and texts that count by themselves.
VOLATILE = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*|(<time[^>]* data-countdown="[^"]*"[^>]*>)[^<]*')


def is_live(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "live"


def answer(request: HttpRequest, page: str, parts: str, context: dict[str, Any]) -> HttpResponseBase:
    """``page`` is the template of the whole page, ``parts`` the one that holds the parts marked data-live."""
    text = render_to_string(parts if is_live(request) else page, context, request)
    response = HttpResponse(text)
    patch_vary_headers(response, ("X-Requested-With", "Cookie", "Accept-Language"))
    patch_cache_control(response, private=True, no_cache=True)
    if not is_live(request):
        return response
    response.headers["ETag"] = etag_of(text, secret=request.META.get("CSRF_COOKIE") or "")
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response


def etag_of(text: str, *, secret: str) -> str:
    """Weak: two answers with the same one say the same. ``secret``: that of the forms, whose tokens end with it."""
    lasting = VOLATILE.sub(lambda found: found[1] or found[2], text)
    return f'W/"{hashlib.sha256(f"{secret}{lasting}".encode()).hexdigest()[:32]}"'
