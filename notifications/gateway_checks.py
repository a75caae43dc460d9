"""A misspelt SMS gateway is told at start, not at the first page."""

import json
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

CHOICES = {
    "SMS_GATEWAY_METHOD": ("GET", "POST", "PUT"),
    "SMS_GATEWAY_FORMAT": ("json", "form"),
    "SMS_GATEWAY_NUMBERS": ("e164", "digits", "national"),
}


@register
def check_gateway(**_options: Any) -> list[CheckMessage]:
    wrong: list[CheckMessage] = [
        Error(f"{name} must be one of {', '.join(choices)}.", id="notifications.E010")
        for name, choices in CHOICES.items()
        if getattr(settings, name) not in choices
    ]
    if settings.SMS_GATEWAY_FORMAT == "json" and settings.SMS_GATEWAY_BODY and not _is_json(settings.SMS_GATEWAY_BODY):
        wrong.append(Error("SMS_GATEWAY_BODY is no JSON.", id="notifications.E011"))
    return wrong


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
