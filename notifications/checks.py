"""What must hold before paging may start."""

from typing import Any

from django.conf import settings
from django.core import checks

from notifications.providers import unknown_names


def check_lease(**_given: Any) -> list[checks.CheckMessage]:
    """A sender asks the carrier for an earlier attempt and then sends: both must end within its lease."""
    if settings.PAGING_LEASE > 2 * settings.CARRIER_TIMEOUT:
        return []
    text = "MAINSTAY_PAGING_LEASE must be more than twice MAINSTAY_CARRIER_TIMEOUT, or messages are sent twice."
    return [checks.Error(text, id="notifications.E001")]


def check_providers(**_given: Any) -> list[checks.CheckMessage]:
    """A misspelt carrier would be noticed at the first page."""
    return [
        checks.Error(f"MAINSTAY_..._PROVIDERS names {unknown}, which is no provider.", id="notifications.E002")
        for unknown in unknown_names()
    ]
