"""A misspelt entry of MAINSTAY_OUTBOUND_ALLOW is told at start, by name, instead of allowing nothing in silence."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from outbound.allowing import parse_entry


@register
def check_allowed(**_options: Any) -> list[CheckMessage]:
    return [
        Error(f"MAINSTAY_OUTBOUND_ALLOW: {entry!r} is no host, address or network.", id="outbound.E001")
        for entry in settings.OUTBOUND_ALLOW
        if not _is_readable(entry)
    ]


def _is_readable(entry: str) -> bool:
    try:
        return bool(parse_entry(entry))
    except ValueError:
        return False
