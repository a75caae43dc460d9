"""The dead man's switch: a sign of life to monitors outside, only after an audit that found nothing wrong.

Whoever watches them wakes somebody when it stays away, whatever of ours is broken: this machine, its network, paging.
"""

from urllib.parse import urlsplit

from django.conf import settings

from lifecycle import clock
from notifications.models import AlarmKind, Audit
from notifications.services.alarming import end_alarm, raise_alarm
from outbound.client import request
from outbound.errors import OutboundError


def report_out(audit: Audit) -> None:
    """Tell every monitor, and keep what came of it. Nothing where none is configured."""
    if not settings.DEADMAN_URLS:
        return
    failures = {_place(url): why for url in settings.DEADMAN_URLS if (why := _call(url))}
    for place, why in failures.items():
        raise_alarm(AlarmKind.DEAD_MAN, about=place, detail=why)
    for place in {_place(url) for url in settings.DEADMAN_URLS} - set(failures):
        end_alarm(AlarmKind.DEAD_MAN, about=place)
    audit.report_error = "; ".join(f"{place}: {why}" for place, why in failures.items())[:200]
    audit.reported_out_at = None if failures else clock.now()
    audit.save(update_fields=["report_error", "reported_out_at"])


def _call(url: str) -> str:
    """Why it was not taken; empty where it was."""
    try:
        answer = request("GET", url)
    except OutboundError as error:
        return str(error)
    return "" if answer.is_success else f"HTTP {answer.status}"


def _place(url: str) -> str:
    """Its host alone: the rest of such an address is a secret."""
    return urlsplit(url).hostname or "?"
