"""Tells the fake carrier whose phones and groups it plays, so that its page shows names instead of numbers."""

import json
import logging
from typing import Any

from django.conf import settings

from catalog.models import Person
from catalog.sealing import unseal
from notifications.models import ChatHook
from outbound import OutboundError, request

logger = logging.getLogger(__name__)


def introduce() -> None:
    """Every phone and every chat. The carrier may still be starting: then only the names are missing."""
    try:
        for person in Person.objects.exclude(phone="").filter(is_active=True):
            _tell("phones", {"number": person.phone, "name": person.name})
        for chat in ChatHook.objects.filter(is_active=True):
            _introduce_group(chat)
    except OutboundError as error:
        logger.warning("The fake carrier did not take a name: %s", error)


def _introduce_group(chat: ChatHook) -> None:
    base, _, key = unseal(chat.sealed_url).rpartition("/")
    if base == f"{settings.FAKE_CARRIER_URL}/chats/{chat.kind}":
        group = {"kind": chat.kind, "key": key, "name": chat.name, "secret": unseal(chat.sealed_secret)}
        _tell("groups", group)


def _tell(what: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json", "X-Control-Token": settings.TWILIO_AUTH_TOKEN}
    request("POST", f"{settings.FAKE_CARRIER_URL}/control/{what}", headers=headers, body=json.dumps(body).encode())
