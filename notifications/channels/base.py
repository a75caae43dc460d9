"""What every channel is: one class, one way to send, one type of error."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ChannelError(Exception):
    """The carrier did not take the message. ``permanent``: trying again the same way is useless."""

    def __init__(self, text: str, *, code: str = "", permanent: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.permanent = permanent


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


class Channel(Protocol):
    def send(self, message: Message) -> str:
        """Hand it to the carrier; returns the carrier's id. Raises ChannelError."""

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """After a crash in mid-send: the carrier's id of this message if it did go out, else None.

        ``known`` holds the ids that belong to other messages.
        """
