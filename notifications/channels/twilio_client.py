"""Twilio's own library, pointed at Twilio or at a stand-in that speaks its protocol; one client an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from notifications.channels.base import ChannelError, Fault
from notifications.channels.twilio_codes import fault_of

LINES = 64
"""Connections that are kept open; more than messages are ever on their way at once."""
LONGEST_RETRY_AFTER = 300


@dataclass(frozen=True)
class Account:
    """What the environment says of one account at Twilio: TWILIO_..., TWILIO2_..."""

    sid: str
    token: str
    from_number: str
    api_url: str

    @property
    def is_configured(self) -> bool:
        return bool(self.sid and self.token and self.from_number)


def account(name: str) -> Account:
    """The account of a provider ("twilio", "twilio2"); read anew each time, as tests change settings."""
    prefix = name.upper()
    fields = ("ACCOUNT_SID", "AUTH_TOKEN", "FROM_NUMBER", "API_URL")
    return Account(*(getattr(settings, f"{prefix}_{field}", "") for field in fields))


def accounts() -> Iterator[Account]:
    """Every account whose callbacks can be checked."""
    for name in ("twilio", "twilio2"):
        found = account(name)
        if found.sid and found.token:
            yield found


class CarrierHttpClient(TwilioHttpClient):  # type: ignore[misc]  # Twilio's library is untyped
    """Sends what is meant for Twilio's host to ``base`` instead, where one is given; minds "too many requests"."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=settings.CARRIER_TIMEOUT)
        self.base = urlsplit(base)
        for scheme in ("https://", "http://"):
            make_adapter = type(self.session.get_adapter(scheme))
            self.session.mount(scheme, make_adapter(pool_maxsize=LINES))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self.base.netloc:
            parts = urlsplit(url)
            url = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        response = super().request(method, url, *args, **kwargs)
        if response.status_code == 429:
            raise ChannelError("Too many requests", code="20429", retry_after=_retry_after(response))
        return response


def _retry_after(response: Response) -> timedelta | None:
    """The header in its form of seconds, the one that Twilio uses."""
    text = str((response.headers or {}).get("Retry-After", "")).strip()
    return timedelta(seconds=min(int(text), LONGEST_RETRY_AFTER)) if text.isdecimal() and len(text) < 9 else None


@cache
def _client(sid: str, token: str, base: str) -> Client:
    return Client(sid, token, http_client=CarrierHttpClient(base))


def client(of: Account) -> Client:
    """The account's client; ChannelError where it is not configured."""
    if not of.is_configured:
        raise ChannelError("Twilio is not configured.", code="unconfigured", fault=Fault.SETTING)
    return _client(of.sid, of.token, of.api_url)


def refused(error: Exception) -> ChannelError:
    """Twilio's exception as ours. An error of their server may come after the yes."""
    if isinstance(error, TwilioRestException):
        code = str(error.code or error.status)
        fault = fault_of(code, status=error.status)
        return ChannelError(str(error.msg)[:300], code=code, fault=fault, is_unsure=error.status >= 500)
    return ChannelError(f"{type(error).__name__}: {error}"[:300], code="unreachable")


# Everything that the library lets through when the carrier cannot be talked to.
FAILURES = (TwilioException, OSError, ValueError)


def callback_url(token: str, action: str) -> str:
    """The public address of a callback of one message; signatures are computed over exactly this."""
    return f"{settings.PUBLIC_URL}/twilio/{token}/{action}/"
