"""A Twilio account that cannot work as configured is told at start, not by a call that nobody can answer."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

NEEDED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER")


@register
def check_twilio(**_options: Any) -> list[CheckMessage]:
    """All of the account or nothing of it; and a public https address, over which Twilio signs its callbacks."""
    missing = [name for name in NEEDED if not getattr(settings, name)]
    if len(missing) == len(NEEDED):
        return []
    found: list[CheckMessage] = []
    if missing:
        text = f"{', '.join(missing)} must be set too: without them nothing is sent, and every callback is refused."
        found.append(Error(text, id="notifications.E020"))
    if not settings.TWILIO_API_URL and not _is_public(settings.PUBLIC_URL):
        text = (
            "MAINSTAY_PUBLIC_URL must be the https address at which Twilio reaches this installation: its signatures "
            "are computed over it. `manage.py check_callbacks` tries it out."
        )
        found.append(Warning(text, id="notifications.W021"))
    return found


def _is_public(url: str) -> bool:
    return url.startswith("https://") and not url.startswith(("https://localhost", "https://127."))
