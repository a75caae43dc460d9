"""The memory of the fake carrier: every change happens under one lock and wakes whoever waits for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from notifications.fake_carrier.groups import ChatGroup
from notifications.fake_carrier.records import Call, CallbackAttempt, Email, Message, Modes, PhoneCard

Found = TypeVar("Found")


class Exchange:
    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.is_closed = False
        self.forget()

    def forget(self) -> None:
        """Empties the memory; numbers of revisions go on, so that an open page notices."""
        with self.changed:
            self.modes = Modes()
            self.phones: dict[str, PhoneCard] = {}
            self.messages: dict[str, Message] = {}
            self.calls: dict[str, Call] = {}
            # The same records by phone, in the order of their arrival: a storm has ten thousand of them.
            self._messages_of: dict[str, list[Message]] = {}
            self._calls_of: dict[str, list[Call]] = {}
            self.emails: dict[str, Email] = {}
            self.groups: dict[tuple[str, str], ChatGroup] = {}
            # E-mail addresses of people who have no account in any chat program; everybody else has one.
            self.strangers: set[str] = set()
            self.callbacks: list[CallbackAttempt] = []
            self.revision = getattr(self, "revision", 0) + 1
            self.changed.notify_all()

    @contextmanager
    def changing(self, number: str = "") -> Iterator[None]:
        """Holds the lock while the caller changes records; ``number`` is the phone whose card must be redrawn."""
        with self.changed:
            yield
            self.revision += 1
            if number:
                self.phone(number).revision = self.revision
            self.changed.notify_all()

    def phone(self, number: str) -> PhoneCard:
        """The card of a number; numbers are learned when they are first seen."""
        with self.changed:
            if number not in self.phones:
                self.phones[number] = PhoneCard(number, revision=self.revision)
            return self.phones[number]

    def wait_for(self, find: Callable[[], Found | None], *, timeout: float) -> Found | None:
        """Whatever ``find`` returns once that is truthy, or None after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not (found := find()):
                remaining = deadline - time.monotonic()
                if remaining <= 0 or self.is_closed:
                    return None
                self.changed.wait(remaining)
            return found

    def add_message(self, message: Message) -> None:
        with self.changing(message.phone_number):
            self.messages[message.sid] = message
            self._messages_of.setdefault(message.phone_number, []).append(message)

    def add_call(self, call: Call) -> None:
        with self.changing(call.to_number):
            self.calls[call.sid] = call
            self._calls_of.setdefault(call.to_number, []).append(call)

    def messages_of(self, number: str) -> list[Message]:
        with self.changed:
            return list(self._messages_of.get(number, ()))

    def calls_of(self, number: str) -> list[Call]:
        with self.changed:
            return list(self._calls_of.get(number, ()))

    def emails_of(self, address: str) -> list[Email]:
        with self.changed:
            return [email for email in self.emails.values() if email.recipient == address.lower()]

    def close(self) -> None:
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()
