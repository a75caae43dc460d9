"""What every program does for the chat group of an incident. No database: values in, values out.

Every step may be repeated: an attempt that died half-way is followed by one that finds what is there.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils import translation

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import BUSY, Note
from outbound import Answer, OutboundError, request

TALK_SECONDS = 60.0
"""All that is said for one group in one attempt; the lease is longer."""


@dataclass(frozen=True)
class Guest:
    name: str
    email: str


@dataclass(frozen=True)
class Plan:
    """The group as it shall be. ``name`` is the same for an incident whenever it is asked for."""

    name: str
    topic: str
    is_private: bool
    guests: Sequence[Guest] = ()


@dataclass(frozen=True)
class Room:
    external_id: str
    url: str


@dataclass
class Talk:
    """The conversation of one attempt with a program; it ends in time."""

    ends: float = field(default_factory=lambda: time.monotonic() + TALK_SECONDS)
    token: str = field(default="", repr=False)
    """What the program gave us for this conversation."""

    def call(self, method: str, url: str, *, token: str = "", body: Any = None, query: Any = None) -> Answer:
        if time.monotonic() > self.ends:
            raise ChannelError("The chat program is too slow.", code="slow")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        raw = json.dumps(body).encode() if body is not None else b""
        try:
            return request(
                method, f"{url}?{urlencode(query)}" if query else url, headers=headers, body=raw, limit=1024 * 1024
            )
        except OutboundError as error:
            with translation.override("en"):
                raise ChannelError(str(error), code=error.code, permanent=error.permanent) from error


class WarRoomProgram(Protocol):
    def is_configured(self) -> bool:
        """Whether the site has an account for it."""

    def open(self, talk: Talk, plan: Plan) -> Room:
        """Make the group, or find the one that is there. Raises ChannelError."""

    def invite(self, talk: Talk, room: Room, plan: Plan) -> list[Guest]:
        """Bring everybody in and set the topic; returns who has no account there."""

    def write(self, talk: Talk, room: Room, note: Note, *, key: str, is_repeat: bool) -> None:
        """Write the note; ``key`` names it, ``is_repeat``: an earlier attempt may have written it."""


def busy(program: str, answer: Answer, header: str = "retry-after") -> ChannelError:
    value = answer.headers.get(header, "")
    wait = timedelta(seconds=min(int(value), 3600)) if value.isascii() and value.isdigit() else BUSY
    return ChannelError(f"{program} wants to be asked more slowly.", code="429", retry_after=wait)


def told(answer: Answer, program: str) -> Mapping[str, Any]:
    """The JSON of an answer; ChannelError where there is none."""
    found = answer.json()
    if not isinstance(found, dict):
        raise ChannelError(f"{program} gave no answer to make sense of.", code=str(answer.status))
    return found
