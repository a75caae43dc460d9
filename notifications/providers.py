"""Who carries messages: of each channel the providers in the order in which they are tried.

A provider is an account with a carrier. Its name is what the settings say ("twilio", "twilio2", "smtp", "mailgun") and
what the rows remember: whoever took a message is asked what became of it, also when the order has changed meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from typing import cast

from django.conf import settings

from notifications.channels import Channel as Carrier
from notifications.channels import ChannelError, Fault, Message, ReportingChannel
from notifications.channels.chat import ChatChannel
from notifications.channels.email import EmailChannel
from notifications.channels.gateway import GatewayChannel
from notifications.channels.log import LogChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.voice import VoiceChannel
from notifications.models import Channel, ChatKind, Delivery

LOG, NOBODY = "log", "nobody"
TWILIO = ("twilio", "twilio2")
SMTP = ("smtp", "smtp2")

Maker = Callable[[str], Carrier]
_makers: dict[tuple[str, str], Maker] = {}


@dataclass(frozen=True)
class Provider:
    """``reports``: it tells later what became of a message, and can be asked."""

    name: str
    channel: str
    carrier: Carrier
    reports: bool = False

    @property
    def lane(self) -> tuple[str, str]:
        return self.name, self.channel

    @property
    def reporting(self) -> ReportingChannel:
        return cast(ReportingChannel, self.carrier)


class NobodyChannel:
    """Stands where no provider is configured: the message fails and goes on by the next channel."""

    def send(self, message: Message) -> str:
        raise ChannelError("No provider is configured.", code="unconfigured", fault=Fault.SETTING)

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        return None


def register(name: str, channel: str, maker: Maker) -> None:
    """Make a provider known. A carrier with a ``fetch`` is one that reports."""
    _makers[name, channel] = maker


for _name in TWILIO:
    register(_name, Channel.VOICE, VoiceChannel)
    register(_name, Channel.SMS, SmsChannel)
register("gateway", Channel.SMS, GatewayChannel)
for _name in SMTP:
    register(_name, Channel.EMAIL, EmailChannel)
for _name in ChatKind.values:
    register(_name, Channel.CHAT, lambda _name: ChatChannel())
for _channel in Channel.values:
    register(LOG, _channel, lambda _name: LogChannel())


for _channel in Channel.values:
    register(NOBODY, _channel, lambda _name: NobodyChannel())


def providers_of(channel: str) -> list[Provider]:
    """In the order in which they are tried; unknown names are refused at start (notifications/checks.py)."""
    found = (provider_of(name, channel) for name in names_of(channel))
    return [provider for provider in found if provider is not None]


def providers_for(delivery: Delivery) -> list[Provider]:
    """A message to a chat has one way to go: its program's."""
    if delivery.chat is None:
        return providers_of(delivery.channel)
    found = provider_of(delivery.chat.kind, delivery.channel)
    return [found] if found else []


def names_of(channel: str) -> list[str]:
    """What the settings say; a channel that they do not speak of has whoever is registered for it."""
    if channel == Channel.LOG:
        return [LOG]
    if channel in settings.PROVIDERS:
        return list(settings.PROVIDERS[channel])
    return [name for name, of in _makers if of == channel and name not in (LOG, NOBODY)]


@cache
def provider_of(name: str, channel: str) -> Provider | None:
    """The provider by its name; None where nothing of that name carries such messages."""
    maker = _makers.get((name, channel))
    if maker is None and channel == Channel.EMAIL and is_anymail(name):
        maker = EmailChannel
    if maker is None:
        return None
    carrier = maker(name)
    return Provider(name, channel, carrier, reports=hasattr(carrier, "fetch"))


def is_anymail(name: str) -> bool:
    """Whether django-anymail has a backend of that name."""
    return (
        name.isidentifier()
        and name not in ("base", "base_requests", "test", "console")
        and bool(find_spec(f"anymail.backends.{name}"))
    )


def unknown_names() -> list[str]:
    """What the settings name and nobody is."""
    return [
        f"{name} ({channel})"
        for channel, names in settings.PROVIDERS.items()
        for name in names
        if provider_of(name, channel) is None
    ]
