"""Where the password of a source comes from, and where it may go.

What people type goes nowhere else than it was given for. What the environment holds was given by whoever runs the
product and not by whoever names it: so the environment says where it may go, too (docs/decisions/017).
"""

import os
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.sealing import SealBroken, unseal
from detection.models import Source
from detection.sources import SourceError

BOUND_BY = "_HOST"
ENCRYPTED = "tls://"


class Place(NamedTuple):
    host: str
    port: int
    is_encrypted: bool


def secret_of(source: Source) -> str:
    """Raises SourceError where there is none to be had, or where it may not go."""
    if source.secret_env:
        found = os.environ.get(source.secret_env)
        if found is None or not source.secret_env.startswith(settings.SOURCE_SECRETS):
            sentence = _("The variable %(name)s with the password is not set where the workers run.")
            raise SourceError(sentence % {"name": source.secret_env})
        bound = os.environ.get(source.secret_env + BOUND_BY)
        if not bound:
            sentence = _(
                "The variable %(name)s, which says where the password may go, is not set where the workers run."
            )
            raise SourceError(sentence % {"name": source.secret_env + BOUND_BY})
        if not _is_meant_for(source, bound):
            raise SourceError(_elsewhere(source.secret_env), permanent=True)
        return found
    try:
        return unseal(source.sealed_secret)
    except SealBroken:
        raise SourceError(_("The password cannot be read any more: give it again."), permanent=True) from None


def refusal_of(source: Source) -> str:
    """What is wrong with the variable that a source names, as far as this process knows; empty where nothing is."""
    if not source.secret_env:
        return ""
    if not source.secret_env.startswith(settings.SOURCE_SECRETS):
        sentence = _("Only variables whose names begin with %(prefix)s may be named.")
        return sentence % {"prefix": settings.SOURCE_SECRETS}
    bound = os.environ.get(source.secret_env + BOUND_BY)  # the workers' may hold more than ours: they ask once more
    return _elsewhere(source.secret_env) if bound and not _is_meant_for(source, bound) else ""


def way_of(source: Source) -> tuple[Any, ...]:
    """Where its password goes, how, and as whose: a password is not taken along where any of it changes."""
    return tuple(source.options.get(name) or None for name in ("host", "port", "url", "tls", "auth", "user"))


def place_of(source: Source) -> Place:
    """Raises ValueError for an address that is none."""
    options = source.options
    if url := options.get("url"):
        parts = urlsplit(str(url))
        is_encrypted = parts.scheme == "https"
        return Place(_plain(parts.hostname or ""), parts.port or (443 if is_encrypted else 80), is_encrypted)
    return Place(_plain(str(options.get("host") or "")), int(options.get("port") or 0), bool(options.get("tls")))


def _is_meant_for(source: Source, bound: str) -> bool:
    """``bound``: places with commas between, each ``host`` or ``host:port``, with tls:// only if encrypted."""
    try:
        place = place_of(source)
        return bool(place.host) and any(_fits(place, one.strip()) for one in bound.split(",") if one.strip())
    except ValueError:
        return False


def _fits(place: Place, one: str) -> bool:
    if one.startswith(ENCRYPTED) and not place.is_encrypted:
        return False
    parts = urlsplit(f"//{one.removeprefix(ENCRYPTED)}")
    return _plain(parts.hostname or "") == place.host and parts.port in (None, place.port)


def _plain(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")


def _elsewhere(name: str) -> str:
    return _("The password in %(name)s is not meant for this place: %(bound)s says where it may go.") % {
        "name": name,
        "bound": name + BOUND_BY,
    }
