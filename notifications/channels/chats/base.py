"""What every chat program is: how a note is put and signed, and how its answer tells whether the chat has it.

Pure: values in, values out. Nothing in a note is ever markup: titles and descriptions come from anybody.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from notifications.channels.base import ChannelError
from outbound import Answer

BUSY = timedelta(seconds=60)
"""How long to stay away from a program that says "too often" and not for how long."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
ZERO_WIDTH = "\u200b"


@dataclass(frozen=True)
class Note:
    """What a chat is told."""

    title: str
    text: str
    link: str = ""
    link_text: str = ""
    language: str = "en"

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]

    def plain(self, *, limit: int) -> str:
        """All of it in at most ``limit`` bytes, for programs that show words as they are. The link comes whole."""
        tail = f"\n{self.link}" if self.link else ""
        words = "\n".join(part for part in (self.title, *self.lines) if part)
        return shorten_bytes(words, limit - len(tail.encode())) + tail


@dataclass(frozen=True)
class Post:
    url: str
    payload: dict[str, Any]


class ChatProgram(Protocol):
    per_minute: int
    """Messages a minute that one webhook takes."""

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        """The request, signed where there is a secret."""

    def judge(self, answer: Answer) -> ChannelError | None:
        """None: the chat has it."""


def clean(text: str) -> str:
    """Without characters that hide or turn round what is shown."""
    return CONTROLS.sub("", text)


def shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def shorten_bytes(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, no character cut in two."""
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore") + "…"


def judge_status(answer: Answer, program: str) -> ChannelError | None:
    """What the HTTP status alone says. A redirect is a refusal: whoever moved has to be entered anew."""
    if answer.is_success:
        return None
    if answer.status == 429:
        return too_often(program, str(answer.status), answer.retry_after)
    if answer.status == 408 or answer.status >= 500:
        return ChannelError(f"{program} has trouble of its own.", code=str(answer.status))
    return refusal(program, str(answer.status))


def refusal(program: str, code: str) -> ChannelError:
    """What was said is never repeated: it comes from outside."""
    text = f"{program} refuses the message: is the address still valid, and the secret right?"
    return ChannelError(text, code=code, permanent=True)


def too_often(program: str, code: str, seconds: int | None = None) -> ChannelError:
    wait = BUSY if seconds is None else timedelta(seconds=seconds)
    return ChannelError(f"{program} takes no more messages for a while.", code=code, retry_after=wait)


def judge_code(answer: Answer, program: str, *, name: str, busy: set[int], broken: set[int]) -> ChannelError | None:
    """For programs that answer 200 whatever happened and say in the JSON what it was."""
    told = answer.json()
    code = told.get(name) if isinstance(told, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        return judge_status(answer, program) or ChannelError(
            f"{program} gave no answer to make sense of.", code="garbled"
        )
    if code == 0:
        return judge_status(answer, program)
    if code in busy:
        return too_often(program, str(code), answer.retry_after)
    if code in broken or 400 <= answer.status < 500:
        return refusal(program, str(code))
    return ChannelError(f"{program} has trouble of its own.", code=str(code))
