"""Rows of the outbox as the cycle meets them, and a carrier that does what it is told."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from catalog.models import Person
from incidents.models import Incident
from notifications.channels import ChannelError, Message
from notifications.models import Delivery
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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Message) -> str:
        self.script(message)
        return self.take(message)

    def take(self, message: Message) -> str:
        with self._lock:
            self.taken.append(message)
            sid = f"SM{len(self.taken):032}"
            self.sids[sid] = message.token
        return sid

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        self.asked += 1
        return next((sid for sid, token in self.sids.items() if token == message.token and sid not in known), None)

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
