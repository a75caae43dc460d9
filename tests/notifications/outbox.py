"""Rows of the outbox as the cycle meets them, and a carrier that does what it is told."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from catalog.models import Person
from incidents.models import Incident
from notifications import providers
from notifications.channels import ChannelError, Message, Report
from notifications.models import Delivery
from notifications.providers import Provider
from notifications.services import claiming, finishing
from notifications.services.promising import promise
from tests.factories import make_incident, make_person

Script = Callable[[Message], None]


@dataclass
class Carrier:
    """Takes what it gets. ``script`` runs before the yes and may raise; ``take`` alone is a yes that nobody heard."""

    script: Script = lambda message: None
    taken: list[Message] = field(default_factory=list)
    sids: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    reports: dict[str, Report] = field(default_factory=dict)
    looked_up: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Message) -> str:
        self.script(message)
        return self.take(message)

    def take(self, message: Message | None) -> str:
        assert message is not None
        with self._lock:
            self.taken.append(message)
            sid = f"SM{len(self.taken):032}"
            self.sids[sid] = message.token
        return sid

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        self.asked += 1
        return next((sid for sid, token in self.sids.items() if token == message.token and sid not in known), None)

    def fetch(self, provider_id: str) -> Report | None:
        self.looked_up += 1
        return self.reports.get(provider_id)

    @property
    def times_taken(self) -> Counter[str]:
        return Counter(message.token for message in self.taken)


def refuse(code: str, *, permanent: bool) -> Script:
    def script(_message: Message) -> None:
        raise ChannelError("no", code=code, permanent=permanent)

    return script


def make_page(
    *channels: str, incident: Incident | None = None, recipient: Person | None = None, key: str = "page"
) -> list[Delivery]:
    """The pages of one person by those channels (an SMS by default), waiting to be sent."""
    return promise(
        incident=incident or make_incident(),
        recipients=[recipient or make_person()],
        channels=channels or ("sms",),
        purpose="page",
        key=key,
    )


def stand_in(monkeypatch: pytest.MonkeyPatch, carrier: Carrier, *names: str) -> None:
    """Put the carrier in the place of the providers of those names, or of all."""
    real = providers.provider_of

    def provider_of(name: str, channel: str) -> Provider | None:
        found = real(name, channel)
        is_meant = found is not None and name not in (providers.LOG, providers.NOBODY) and (not names or name in names)
        return Provider(name, channel, carrier, reports=channel != "email") if is_meant else found

    for module in (providers, claiming, finishing):
        monkeypatch.setattr(module, "provider_of", provider_of)
