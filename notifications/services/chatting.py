"""Messages to groups in chat programs: what the sender needs to know of them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_noop

from lifecycle import clock
from notifications.channels.base import ChatAddress
from notifications.channels.chats import PROGRAMS
from notifications.models import Delivery

MINUTE = timedelta(minutes=1)
CHAT_IS_FULL = gettext_noop("The chat program takes only so many messages a minute.")


def chat_address(delivery: Delivery) -> ChatAddress | None:
    """Where a message to a chat goes; None for messages to people."""
    chat = delivery.chat
    return ChatAddress(chat.kind, chat.sealed_url, chat.sealed_secret, clock.now()) if chat else None


def page_of(delivery: Delivery) -> str:
    """The incident's page, where the message speaks of one."""
    return f"{settings.PUBLIC_URL}{delivery.incident.get_absolute_url()}" if delivery.incident else ""


def chat_is_full_until(delivery: Delivery) -> datetime | None:
    """When the chat takes the next message, where its program has had all it takes a minute; None: now."""
    if delivery.chat is None:
        return None
    now, most = clock.now(), PROGRAMS[delivery.chat.kind].per_minute
    tried = Delivery.objects.filter(chat=delivery.chat, claimed_at__gt=now - MINUTE).exclude(pk=delivery.pk)
    latest = list(tried.order_by("-claimed_at").values_list("claimed_at", flat=True)[:most])
    return latest[-1] + MINUTE if len(latest) == most and latest[-1] else None
