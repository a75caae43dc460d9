"""Twilio's own library, pointed at Twilio or at a stand-in that speaks its protocol."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notifications.channels.base import ChannelError

# The number or the wish of its owner is the cause: the same message again cannot succeed (Twilio's error list).
PERMANENT = {"21211", "21214", "21217", "21610", "21614", "30003", "30004", "30005", "30006", "30007", "20003", "30002"}


class RedirectingHttpClient(TwilioHttpClient):  # type: ignore[misc]  # Twilio's library is untyped
    """Sends what is meant for Twilio's host to ``base`` instead."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=settings.CARRIER_TIMEOUT)
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        url = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        return super().request(method, url, *args, **kwargs)


@cache
def _client(sid: str, token: str, base: str) -> Client:
    http = RedirectingHttpClient(base) if base else TwilioHttpClient(timeout=settings.CARRIER_TIMEOUT)
    return Client(sid, token, http_client=http)


def client() -> Client:
    """The configured client; ChannelError where Twilio is not configured."""
    if not (settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM_NUMBER):
        raise ChannelError("Twilio is not configured.", code="unconfigured", permanent=True)
    return _client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_API_URL)


def refused(error: Exception) -> ChannelError:
    """Twilio's exception as ours."""
    if isinstance(error, TwilioRestException):
        code = str(error.code or error.status)
        return ChannelError(str(error.msg)[:300], code=code, permanent=code in PERMANENT)
    return ChannelError(f"{type(error).__name__}: {error}"[:300], code="unreachable")


# Everything that the library lets through when the carrier cannot be talked to.
FAILURES = (TwilioException, OSError, ValueError)


def callback_url(token: str, action: str) -> str:
    """The public address of a callback of one message; signatures are computed over exactly this."""
    return f"{settings.PUBLIC_URL}/twilio/{token}/{action}/"
