"""Requests from the carrier to the product, signed as Twilio signs them."""

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

TIMEOUT_SECONDS = 15
BODY_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What the product said; ``status`` 0 means that nobody answered."""

    status: int
    body: str

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def may_recover(self) -> bool:
        """Whether asking again later makes sense: nobody there, overloaded, or an error of the server."""
        return self.status == 0 or self.status == 429 or self.status >= 500


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


# No proxies from the environment: the product under test is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def sign(auth_token: str, url: str, params: dict[str, str]) -> str:
    """The X-Twilio-Signature over the exact URL and every form parameter."""
    signature: str = RequestValidator(auth_token).compute_signature(url, params)
    return signature


def call_product(*, auth_token: str, url: str, method: str, params: dict[str, str]) -> Answer:
    """Sends the parameters as a form (POST) or in the query (GET); never raises for what the network does."""
    # Checked here, which is why S310 is silenced below.
    if urlsplit(url).scheme not in {"http", "https"}:
        return Answer(400, "")
    if method.upper() == "GET":
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        request = urllib.request.Request(url, headers={"X-Twilio-Signature": sign(auth_token, url, {})})  # noqa: S310
    else:
        headers = {
            "X-Twilio-Signature": sign(auth_token, url, params),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        request = urllib.request.Request(url, data=urlencode(params).encode(), headers=headers)  # noqa: S310
    request.add_header("User-Agent", "TwilioProxy/1.1")
    return _send(request)


def _send(request: urllib.request.Request) -> Answer:
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return Answer(response.status, response.read(BODY_LIMIT).decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, "")
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(0, "")
