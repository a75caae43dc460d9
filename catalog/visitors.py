"""Who is asking."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The network address of the visitor; behind a proxy (MAINSTAY_BEHIND_PROXY) what the proxy itself has added.

    Of X-Forwarded-For only the last entry is the proxy's; those before it may be the visitor's invention.
    """
    if settings.BEHIND_PROXY:
        last: str = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if last:
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
