"""What the fake carrier remembers: phones, messages, calls, mails, and how it was told to misbehave."""

import queue
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

BehaviourKind = Literal["manual", "answers", "voicemail", "busy", "never-answers", "fails"]
BEHAVIOURS: tuple[BehaviourKind, ...] = ("manual", "answers", "voicemail", "busy", "never-answers", "fails")
Refusal = Literal["", "429", "500", "suspended", "garbled", "hang", "accept-then-hang"]
SignalKind = Literal["answer", "decline", "digit", "silence", "ring-out", "hang-up", "stop"]
ChatRefusal = Literal["", "429", "500", "hang", "garbled"]
CHAT_REFUSALS: tuple[ChatRefusal, ...] = ("", "429", "500", "hang", "garbled")
REFUSALS: tuple[Refusal, ...] = ("", "429", "500", "suspended", "garbled", "hang", "accept-then-hang")
ENDED_CALL = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})


def now() -> datetime:
    """The carrier's own clock: it plays the outside world and knows no database."""
    return datetime.now(UTC)


def make_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True)
class Behaviour:
    """What a phone does when it rings; ``manual`` waits for a person at the page or in a test.

    ``digits`` are pressed ``after_seconds`` (real seconds) after the first menu starts; ``fails`` ends calls as failed
    and messages as undelivered with ``error_code``.
    """

    kind: BehaviourKind = "manual"
    after_seconds: float = 0
    digits: str = ""
    error_code: int = 30003


@dataclass
class Modes:
    """How the whole carrier misbehaves. ``refusal`` concerns Twilio's API, ``chat_refusal`` chats and the text
    gateway, the rest what happens after it said yes."""

    refusal: Refusal = ""
    chat_refusal: ChatRefusal = ""
    delay_seconds: float = 0
    duplicate_callbacks: bool = False
    reorder_callbacks: bool = False
    lose_callbacks: bool = False
    never_deliver: bool = False
    refuse_mail: bool = False


@dataclass
class PhoneCard:
    number: str
    name: str = ""
    behaviour: Behaviour = field(default_factory=Behaviour)
    # The carrier's numbers this phone said STOP to.
    opted_out_from: set[str] = field(default_factory=set)
    revision: int = 0


@dataclass
class Message:
    account_sid: str
    from_number: str
    to_number: str
    body: str
    direction: Literal["outbound-api", "outbound-reply", "inbound"] = "outbound-api"
    status: str = "queued"
    callback_url: str = ""
    messaging_service_sid: str = ""
    error_code: int | None = None
    # True once the phone at the other end shows it.
    is_delivered: bool = False
    # True once a test has asked for it, or when it is none of the product's doing.
    is_expected: bool = False
    trouble: Any = ""
    sid: str = field(default_factory=lambda: make_sid("SM"))
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    sent_at: datetime | None = None

    @property
    def phone_number(self) -> str:
        return self.from_number if self.direction == "inbound" else self.to_number


@dataclass(frozen=True)
class Signal:
    """Something the person at the phone, the API or a test does to a running call."""

    kind: SignalKind
    key: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a call's transcript; ``text`` may be a lazily translated string."""

    kind: Literal["said", "pressed", "note"]
    text: Any
    at: datetime = field(default_factory=now)


@dataclass
class Call:
    account_sid: str
    from_number: str
    to_number: str
    twiml: str = ""
    url: str = ""
    method: str = "POST"
    callback_url: str = ""
    callback_method: str = "POST"
    callback_events: Sequence[str] = ("completed",)
    ring_seconds: float = 60
    detects_machine: bool = False
    status: str = "queued"
    answered_by: str = ""
    sip_code: int | None = None
    is_listening: bool = False
    is_expected: bool = False
    callbacks_sent: int = 0
    transcript: list[Line] = field(default_factory=list)
    signals: "queue.SimpleQueue[Signal]" = field(default_factory=queue.SimpleQueue)
    sid: str = field(default_factory=lambda: make_sid("CA"))
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    answered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.status in ENDED_CALL

    @property
    def is_live(self) -> bool:
        return self.status in {"ringing", "in-progress"}

    @property
    def spoken(self) -> str:
        return " ".join(str(line.text) for line in self.transcript if line.kind == "said")

    @property
    def duration_seconds(self) -> int:
        if not (self.answered_at and self.ended_at):
            return 0
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))


@dataclass
class Email:
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    links: tuple[str, ...]
    headers: dict[str, str]
    is_expected: bool = False
    sid: str = field(default_factory=lambda: make_sid("EM"))
    received_at: datetime = field(default_factory=now)


@dataclass
class CallbackAttempt:
    """One request the carrier made to the product; ``status`` 0 means nobody answered."""

    url: str
    params: dict[str, str]
    status: int
    at: datetime = field(default_factory=now)
