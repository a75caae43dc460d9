"""What every channel is: one class, one way to send, one type of error."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Fault(StrEnum):
    """What is the cause where a carrier does not take or does not deliver a message."""

    CARRIER = "carrier"
    """Overloaded, erring, silent: another provider, or the same one later."""
    ACCOUNT = "account"
    """The carrier has locked our account or refuses our credentials: another provider, and an operator must know."""
    NUMBER = "number"
    """That number cannot be reached this way: another channel."""
    INVALID = "invalid"
    """There is no such number."""
    STOPPED = "stopped"
    """Its owner refuses texts."""
    FILTERED = "filtered"
    """Carriers take our texts for spam."""
    CALLBACK = "callback"
    """The carrier refuses our callback address: without it we would never learn what became of the message."""
    SETTING = "setting"
    """The provider is not configured."""


OF_THE_CARRIER = (Fault.CARRIER, Fault.ACCOUNT)
"""Faults that speak against the carrier, and say nothing of the message."""
NUMBER = re.compile(r"(?<!\w)(?:\+\d{7,15}|\d{11,15})(?!\w)")
"""A phone number in what a carrier says: its words stand on the timeline, where other teams read them."""
UNSURE_CODES = ("unreachable", "internal")


def _masked(number: re.Match[str]) -> str:
    return f"{number[0][:3]} •••• {number[0][-4:]}"


class ChannelError(Exception):
    """The carrier did not take the message. ``permanent``: trying again the same way is useless.

    ``is_unsure``: it may have taken it all the same. ``retry_after``: the carrier said when to come again.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str = "",
        permanent: bool = False,
        fault: Fault | None = None,
        is_unsure: bool | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(NUMBER.sub(_masked, text))
        self.code = code
        self.fault = fault or (Fault.NUMBER if permanent else Fault.CARRIER)
        self.is_unsure = code in UNSURE_CODES if is_unsure is None else is_unsure
        self.retry_after = retry_after

    @property
    def permanent(self) -> bool:
        return self.fault not in OF_THE_CARRIER


@dataclass(frozen=True)
class ChatAddress:
    """A group in a chat program, its secrets still sealed; ``now`` is the database's time, which signatures carry."""

    kind: str
    sealed_url: str = field(repr=False)
    sealed_secret: str = field(repr=False)
    now: datetime


@dataclass(frozen=True)
class Message:
    """All that a channel needs, read from the database beforehand: sending itself touches no row."""

    token: str
    reference: str
    purpose: str
    destination: str
    subject: str
    body: str
    language: str
    link: str = ""
    reply_to: str = ""
    chat: ChatAddress | None = None


@dataclass(frozen=True)
class Report:
    """What a carrier says about a message that it took, in its own words."""

    status: str
    error_code: str = ""
    answered_by: str = ""


class Channel(Protocol):
    def send(self, message: Message) -> str:
        """Hand it to the carrier; returns the carrier's id. Raises ChannelError."""

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """After a crash in mid-send: the carrier's id of this message if it did go out, else None.

        ``known`` holds the ids that belong to other messages.
        """


class ReportingChannel(Channel, Protocol):
    """A channel whose carrier can be asked later what became of a message."""

    def fetch(self, provider_id: str) -> Report | None:
        """Where the message stands; None where the carrier does not know it. Raises ChannelError."""
