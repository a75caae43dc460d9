"""The assertion language: `phone.expect_call("level one").press("4")`; every wait ends as soon as it may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Self

from notifications.fake_carrier.groups import unexpected_in
from notifications.fake_carrier.records import Behaviour, Call, Email, Message, PhoneCard, Signal, SignalKind

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

TIMEOUT_SECONDS = 5.0
# How long "nothing" is watched for.
QUIET_SECONDS = 0.3


def _contains(text: str, words: tuple[str, ...]) -> bool:
    return all(word.lower() in text.lower() for word in words)


def _quoted(words: tuple[str, ...]) -> str:
    return " and ".join(f"“{word}”" for word in words) or "anything"


class Phone:
    def __init__(self, carrier: "Carrier", number: str) -> None:
        self.carrier = carrier
        self.number = number

    # --- What this phone does by itself --------------------------------------------------------------

    def is_answered_by_hand(self) -> Self:
        return self._behave(Behaviour())

    def answers_and_presses(self, digits: str, *, after: float = 0) -> Self:
        """Answers every call and presses the keys ``after`` (real) seconds into the menu; "" presses nothing."""
        return self._behave(Behaviour("answers", after_seconds=after, digits=digits))

    def goes_to_voicemail(self) -> Self:
        return self._behave(Behaviour("voicemail"))

    def is_busy(self) -> Self:
        return self._behave(Behaviour("busy"))

    def never_answers(self) -> Self:
        return self._behave(Behaviour("never-answers"))

    def fails(self, error_code: int = 30003) -> Self:
        """Messages end as undelivered with the code, calls as failed."""
        return self._behave(Behaviour("fails", error_code=error_code))

    def _behave(self, behaviour: Behaviour) -> Self:
        self.carrier.learn_phone(self.number, behaviour=behaviour)
        return self

    # --- What must arrive ----------------------------------------------------------------------------

    def expect_sms(self, *words: str, timeout: float = TIMEOUT_SECONDS) -> Message:
        """The oldest delivered text with all the words that no expectation has taken yet."""

        def find() -> Message | None:
            texts = self.carrier.exchange.messages_of(self.number)
            fresh = [text for text in texts if text.is_delivered and not text.is_expected]
            return next((text for text in fresh if _contains(text.body, words)), None)

        message = self.carrier.exchange.wait_for(find, timeout=timeout)
        if message is None:
            self._miss(f"an SMS with {_quoted(words)}", timeout)
        message.is_expected = True
        return message

    def expect_ringing(self, *, timeout: float = TIMEOUT_SECONDS) -> "CallInHand":
        """The oldest call nobody has expected, ringing or past it, not answered by this."""

        def find() -> Call | None:
            fresh = (call for call in self.carrier.exchange.calls_of(self.number) if not call.is_expected)
            return next((call for call in fresh if call.is_live or call.is_over), None)

        call = self.carrier.exchange.wait_for(find, timeout=timeout)
        if call is None:
            self._miss("a call", timeout)
        call.is_expected = True
        return CallInHand(self.carrier, call)

    def expect_call(self, *words: str, timeout: float = TIMEOUT_SECONDS) -> "CallInHand":
        """A call, answered if it rings, in which all the words are said."""
        return self.expect_ringing(timeout=timeout).answer().expect_said(*words, timeout=timeout)

    def expect_nothing(self, *, within: float = QUIET_SECONDS) -> None:
        """Fails at once when something nobody expected arrives or has arrived; else after ``within`` seconds."""
        arrived = self.carrier.exchange.wait_for(lambda: _unexpected_at(self.carrier, self.number), timeout=within)
        if arrived:
            raise AssertionError(f"{self} expected nothing, but got:\n  " + "\n  ".join(arrived))

    def reply(self, body: str) -> Message:
        """Sends a text to the product's number that was heard last."""
        return self.carrier.send_reply(from_number=self.number, body=body)

    def _miss(self, what: str, timeout: float) -> NoReturn:
        history = _history(self.carrier, self.number)
        raise AssertionError(
            f"{self} did not get {what} within {timeout:g} s. It got:\n  " + ("\n  ".join(history) or "nothing")
        )

    def __str__(self) -> str:
        card: PhoneCard = self.carrier.exchange.phone(self.number)
        return f"{card.name} ({self.number})" if card.name else self.number


class CallInHand:
    """A call as the person at the phone has it."""

    def __init__(self, carrier: "Carrier", call: Call) -> None:
        self.carrier = carrier
        self.call = call

    @property
    def spoken(self) -> str:
        return self.call.spoken

    def answer(self) -> Self:
        if not self.call.is_over:
            self._signal("answer")
        return self

    def decline(self) -> Self:
        return self._finish_with("decline")

    def let_it_ring(self) -> Self:
        """Nobody answers: as if the whole ring time had passed."""
        return self._finish_with("ring-out")

    def hang_up(self) -> Self:
        return self._finish_with("hang-up")

    def press(self, digits: str, *, timeout: float = TIMEOUT_SECONDS) -> Self:
        """Presses keys as soon as the product listens for them; returns when they were heard."""
        self._wait(lambda: self.call.is_listening or self.call.is_over, "listen for a key", timeout)
        if self.call.is_over:
            self._fail("ended before a key could be pressed")
        heard = self._count_pressed()
        self.carrier.press(self.call, digits)
        wanted = heard + len(digits)
        self._wait(lambda: self._count_pressed() >= wanted or self.call.is_over, "take the keys", timeout)
        if self._count_pressed() < wanted:
            self._fail("ended before it took the keys")
        return self

    def stay_silent(self, *, timeout: float = TIMEOUT_SECONDS) -> Self:
        """Presses nothing: as if the whole time of the menu had passed."""
        self._wait(lambda: self.call.is_listening or self.call.is_over, "listen for a key", timeout)
        self._signal("silence")
        return self

    def expect_said(self, *words: str, timeout: float = TIMEOUT_SECONDS) -> Self:
        self._wait(lambda: _contains(self.spoken, words) or self.call.is_over, f"say {_quoted(words)}", timeout)
        if not _contains(self.spoken, words):
            self._fail(f"ended without saying {_quoted(words)}")
        return self

    def expect_end(self, status: str = "completed", *, timeout: float = TIMEOUT_SECONDS) -> Self:
        self._wait(lambda: self.call.is_over, "end", timeout)
        if self.call.status != status:
            self._fail(f"did not end as {status}")
        return self

    def _count_pressed(self) -> int:
        return sum(line.kind == "pressed" for line in self.call.transcript)

    def _finish_with(self, kind: SignalKind, *, timeout: float = TIMEOUT_SECONDS) -> Self:
        self._signal(kind)
        self._wait(lambda: self.call.is_over, "end", timeout)
        return self

    def _signal(self, kind: SignalKind) -> None:
        self.carrier.signal(self.call, Signal(kind))

    def _wait(self, find: Callable[[], bool], what: str, timeout: float) -> None:
        if not self.carrier.exchange.wait_for(find, timeout=timeout):
            self._fail(f"did not {what} within {timeout:g} s")

    def _fail(self, what: str) -> NoReturn:
        raise AssertionError(f"The call to {self.call.to_number} {what}. {_describe_call(self.call)}")


@dataclass(frozen=True)
class Inbox:
    carrier: "Carrier"
    address: str

    def expect_email(self, *words: str, timeout: float = TIMEOUT_SECONDS) -> Email:
        """The oldest unexpected mail whose subject and text have all the words; follow its ``links``."""

        def find() -> Email | None:
            fresh = (mail for mail in self.carrier.exchange.emails_of(self.address) if not mail.is_expected)
            return next((mail for mail in fresh if _contains(f"{mail.subject}\n{mail.text}", words)), None)

        email = self.carrier.exchange.wait_for(find, timeout=timeout)
        if email is None:
            subjects = [mail.subject for mail in self.carrier.exchange.emails_of(self.address)]
            raise AssertionError(
                f"{self.address} did not get a mail with {_quoted(words)} within {timeout:g} s, only {subjects}."
            )
        email.is_expected = True
        return email

    def expect_nothing(self, *, within: float = QUIET_SECONDS) -> None:
        def find() -> list[Email]:
            return [mail for mail in self.carrier.exchange.emails_of(self.address) if not mail.is_expected]

        if arrived := self.carrier.exchange.wait_for(find, timeout=within):
            raise AssertionError(f"{self.address} expected nothing, but got {[mail.subject for mail in arrived]}")


def find_unexpected(carrier: "Carrier") -> list[str]:
    """One line for each message, call and mail of the product that no expectation has taken."""
    with carrier.exchange.changed:
        numbers = list(carrier.exchange.phones)
        mails = [mail for mail in carrier.exchange.emails.values() if not mail.is_expected]
        chats = [line for group in carrier.exchange.groups.values() for line in unexpected_in(group)]
    texts = [line for number in numbers for line in _unexpected_at(carrier, number)]
    return texts + chats + [f"mail to {mail.recipient}: {mail.subject}: {mail.text[:120]!r}" for mail in mails]


def _unexpected_at(carrier: "Carrier", number: str) -> list[str]:
    """A phone that fails gets nothing; a call counts from its first ring, or from its end if it never rang."""
    texts = [text for text in carrier.exchange.messages_of(number) if not text.is_expected and text.is_delivered]
    calls = [call for call in carrier.exchange.calls_of(number) if not call.is_expected]
    return [_describe_text(text) for text in texts] + [
        _describe_call(call) for call in calls if call.is_live or call.is_over
    ]


def _history(carrier: "Carrier", number: str) -> list[str]:
    return [_describe_text(text) for text in carrier.exchange.messages_of(number)] + [
        _describe_call(call) for call in carrier.exchange.calls_of(number)
    ]


def _describe_text(text: Message) -> str:
    return f"SMS {text.from_number} to {text.to_number} ({text.status}): {text.body}"


def _describe_call(call: Call) -> str:
    script = " / ".join(f"{line.kind}: {line.text}" for line in call.transcript)
    return f"call {call.from_number} to {call.to_number} ({call.status}): {script}"
