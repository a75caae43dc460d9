"""Tries out whether Twilio's callbacks get through the proxy with their signature intact."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from twilio.request_validator import RequestValidator

from outbound import OutboundError, request

PATH = "/twilio/sms/"


class Command(BaseCommand):
    help = "Calls this installation at its public address as Twilio would: once signed rightly, once wrongly."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.TWILIO_AUTH_TOKEN and settings.TWILIO_ACCOUNT_SID):
            raise CommandError("Twilio is not configured: every callback is refused.")
        right, wrong = _call(settings.TWILIO_AUTH_TOKEN), _call("not the token")
        self.stdout.write(f"signed with our token: {right} (200 is right)\nsigned with another: {wrong} (403 is right)")
        if right != 200:
            raise CommandError(
                f"{settings.PUBLIC_URL}{PATH} does not take what Twilio signs. MAINSTAY_PUBLIC_URL must be the address "
                "that callers use, and a proxy must hand on path and query unchanged."
            )
        if wrong != 403:
            raise CommandError("What Twilio did not sign is believed. Is this address really ours?")
        self.stdout.write(self.style.SUCCESS("Twilio's callbacks get through."))


def _call(token: str) -> int:
    """A text message from nobody: whoever answers it does nothing."""
    url = f"{settings.PUBLIC_URL}{PATH}"
    form = {"AccountSid": settings.TWILIO_ACCOUNT_SID, "From": "", "Body": "self-test"}
    headers = {
        "X-Twilio-Signature": RequestValidator(token).compute_signature(url, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        return request("POST", url, headers=headers, body=urlencode(form).encode()).status
    except OutboundError as error:
        raise CommandError(f"{url}: {error} An internal address has to stand in MAINSTAY_OUTBOUND_ALLOW.") from error
