"""The addresses that mails to us bear: ``incidents@``, ``incidents+svc-<slug>@`` and, unguessable, one an incident.

The token of an incident's address is its number and a keyed digest of it; in lower case, since mail servers may change
the case of what they pass on. Nothing is stored.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare

from incidents.models import Incident

SALT = b"incidents.reply-address"
TOKEN = re.compile(r"(\d{1,18})-([a-z2-7]{26})\Z", re.ASCII)
SERVICE = re.compile(r"svc-([\w-]{1,50})\Z", re.ASCII)


def reply_address(incident: Incident) -> str:
    """Where answers about this incident go; the plain sender's address where mail intake is not set up."""
    local, _, domain = str(settings.MAIL_ADDRESS).rpartition("@")
    return f"{local}+{_token(incident.pk, settings.SECRET_KEY)}@{domain}" if local else settings.DEFAULT_FROM_EMAIL


def find_tokens(addresses: Iterable[str]) -> tuple[set[int], bool]:
    """The incidents whose addresses are among them, and whether some address only looks like one of ours."""
    found, is_forged = set(), False
    for detail in _details(addresses):
        if SERVICE.match(detail):
            continue
        pk = _incident_of(detail)
        if pk is None:
            is_forged = True
        else:
            found.add(pk)
    return found, is_forged


def find_services(addresses: Iterable[str]) -> list[str]:
    """The slugs of the services that were written to."""
    return [match[1] for detail in _details(addresses) if (match := SERVICE.match(detail))]


def own_addresses() -> frozenset[str]:
    """The addresses that we send from and receive at."""
    senders = (str(settings.MAIL_ADDRESS), parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    return frozenset(address.lower() for address in senders if address)


def own_domain() -> str:
    """The domain in the identities of our mails."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()


def _details(addresses: Iterable[str]) -> Iterable[str]:
    """What stands behind the plus of our own address."""
    local, _, domain = str(settings.MAIL_ADDRESS).lower().rpartition("@")
    for address in addresses:
        here, _, there = address.lower().rpartition("@")
        name, plus, detail = here.partition("+")
        if local and plus and name == local and there == domain:
            yield detail


def _incident_of(detail: str) -> int | None:
    match = TOKEN.match(detail)
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if match and any(constant_time_compare(detail, _token(int(match[1]), str(key))) for key in keys):
        return int(match[1])
    return None


def _token(pk: int, key: str) -> str:
    digest = hmac.new(key.encode(), SALT + str(pk).encode(), hashlib.sha256).digest()[:16]
    return f"{pk}-{base64.b32encode(digest).decode().lower().rstrip('=')}"
