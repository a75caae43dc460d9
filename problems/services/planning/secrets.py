"""The headers of HTTP calls: their values lie encrypted, and nobody reads them again."""

import json
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from catalog.sealing import SealBroken, seal, unseal
from lifecycle.transitions import InputRefused
from problems.models import PlanStep
from problems.plan_steps import KEPT, StepSpec


def open_headers(step: PlanStep) -> dict[str, str]:
    """Name -> value. Raises InputRefused where no configured key opens them."""
    try:
        opened: dict[str, str] = json.loads(unseal(step.sealed_headers) or "{}")
    except SealBroken as broken:
        raise InputRefused(headers=_("The stored headers cannot be opened any more. Type them anew.")) from broken
    return opened


def seal_headers(headers: dict[str, str]) -> str:
    return seal(json.dumps(headers, sort_keys=True)) if headers else ""


def merge_headers(spec: StepSpec, stored: dict[str, str], stored_for: str) -> dict[str, str]:
    """What was typed, with the stored value where it says KEPT. A value that was typed for one server goes to no other:
    whoever changes the address types it anew. Raises InputRefused."""
    headers = {}
    for name, value in spec.headers.items():
        if value != KEPT:
            headers[name] = value
        elif name not in stored or _server(stored_for) != _server(spec.url):
            raise InputRefused(
                headers=_("Type the value of “%(name)s” anew: the address has changed.") % {"name": name}
            )
        else:
            headers[name] = stored[name]
    return headers


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
