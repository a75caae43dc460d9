"""Lets the phones of the fake carrier pick up and press a key, for a replay that nobody sits beside."""

import json
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings

from catalog.models import Person

ACKNOWLEDGE = "4"


class NoCarrierError(Exception):
    """There is no fake carrier to talk to; the message says why."""


def let_phones_answer(*, after_seconds: float = 2) -> int:
    """Every verified phone answers and presses 4 (acknowledge) from now on. Returns how many. Raises NoCarrierError."""
    if not settings.FAKE_CARRIER_URL:
        raise NoCarrierError("MAINSTAY_FAKE_CARRIER_URL is not set: real phones answer by themselves.")
    behaviour = {"kind": "answers", "after_seconds": after_seconds, "digits": ACKNOWLEDGE}
    people = Person.objects.filter(is_active=True, phone_verified_at__isnull=False).exclude(phone="")
    for person in people:
        _post("/control/phones", {"number": person.phone, "name": person.name, "behaviour": behaviour})
    return len(people)


def _post(path: str, body: dict[str, Any]) -> None:
    url = settings.FAKE_CARRIER_URL.rstrip("/") + path
    if not url.startswith(("http://", "https://")):
        raise NoCarrierError("MAINSTAY_FAKE_CARRIER_URL is no http address.")
    headers = {"Content-Type": "application/json", "X-Control-Token": settings.TWILIO_AUTH_TOKEN}
    request = Request(url, data=json.dumps(body).encode(), headers=headers, method="POST")  # noqa: S310 - checked above
    try:
        # The fake carrier stands beside us: a proxy meant for the outside has nothing to do with it.
        build_opener(ProxyHandler({})).open(request, timeout=5).close()
    except (URLError, OSError) as error:
        raise NoCarrierError(f"The fake carrier does not answer: {error}") from error
