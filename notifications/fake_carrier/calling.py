"""The way of a call: dials, rings, is answered or not, performs the product's TwiML, ends. One thread per call."""

import logging
import queue
import time
from collections.abc import Iterable
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urljoin

from django.utils.translation import gettext_lazy as _

from notifications.fake_carrier import twiml
from notifications.fake_carrier.courier import Callback
from notifications.fake_carrier.records import Call, Line, Signal, now
from notifications.fake_carrier.webhooks import call_product

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

logger = logging.getLogger(__name__)

STEP_SECONDS = 0.4
RING_SECONDS = 1.5
SPOKEN_CHARACTERS_PER_SECOND = 16
DOCUMENT_ATTEMPTS = 60
DOCUMENT_PAUSE_SECONDS = 2
CALLBACK_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


class Ended(Exception):  # noqa: N818 - a call that ends is no error
    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Stopped(Exception):  # noqa: N818
    """The carrier is closing; nobody is told."""


class CallScript:
    """Plays one call. Network and speech run at the carrier's speed; a person at the phone has the full time."""

    def __init__(self, carrier: "Carrier", call: Call) -> None:
        self.carrier = carrier
        self.call = call
        self.behaviour = carrier.exchange.phone(call.to_number).behaviour
        self.patience = 1 if self.behaviour.kind == "manual" else carrier.speed
        self.robot_digits = self.behaviour.digits if self.behaviour.kind == "answers" else ""

    def run(self) -> None:
        try:
            self._dial()
            self._perform_documents()
            self._end("completed")
        except Ended as end:
            self._end(end.status)
        except Stopped:
            pass
        except Exception:
            logger.exception("A call of the fake carrier failed")
            self._end("failed")

    # --- Until somebody answers ----------------------------------------------------------------------

    def _dial(self) -> None:
        self._wait(self.carrier.exchange.modes.delay_seconds + STEP_SECONDS / self.carrier.speed)
        if self.carrier.exchange.modes.never_deliver:
            raise Stopped
        self._move("initiated")
        self._wait(STEP_SECONDS / self.carrier.speed)
        if self.behaviour.kind == "fails":
            self.call.sip_code = 480
            raise Ended("failed")
        if self.behaviour.kind == "busy":
            raise Ended("busy")
        self._move("ringing")
        self._ring()
        self.call.answered_by = "machine_start" if self.behaviour.kind == "voicemail" else "human"
        self.call.answered_at = now()
        self._move("in-progress")

    def _ring(self) -> None:
        answers_itself = self.behaviour.kind in {"answers", "voicemail"}
        seconds = RING_SECONDS / self.carrier.speed if answers_itself else self.call.ring_seconds / self.patience
        signal = self._wait(seconds, {"answer", "decline", "ring-out"})
        if signal and signal.kind == "decline":
            raise Ended("busy")
        if signal is None and answers_itself:
            return
        if signal is None or signal.kind == "ring-out":
            raise Ended("no-answer")

    # --- The product's documents ----------------------------------------------------------------------

    def _perform_documents(self) -> None:
        document, base = self.call.twiml, self.call.url
        if not document:
            document = self._ask(self.call.url, self.call.method, {})
        # Ends: by Hangup, by an empty rest, or by the person; a menu that turns in circles is the product's choice.
        while True:
            document, base = self._perform(self._parse(document), base)

    def _parse(self, document: str) -> tuple[twiml.Verb, ...]:
        try:
            return twiml.parse(document)
        except ValueError:
            self._note(_("The product answered with something that is not TwiML. The call ends."))
            raise Ended("completed") from None

    def _perform(self, verbs: Iterable[twiml.Verb], base: str) -> tuple[str, str]:
        """Performs verbs until one leads to the next document; returns that document and its address."""
        for verb in verbs:
            if isinstance(verb, twiml.Gather):
                digits = self._gather(verb)
                if digits or verb.posts_empty_result:
                    return self._follow(verb.action, verb.method, base, {"Digits": digits})
            elif isinstance(verb, twiml.Redirect):
                return self._follow(verb.url, verb.method, base, {})
            elif isinstance(verb, twiml.Hangup):
                break
            elif isinstance(verb, twiml.Unknown | twiml.SendMessage):
                self._note(_("The fake carrier does not know this TwiML verb and left it out."))
            else:
                self._wait(self._play(verb))
        raise Ended("completed")

    def _follow(self, url: str, method: str, base: str, params: dict[str, str]) -> tuple[str, str]:
        target = urljoin(base, url) if url else base
        if not target:
            self._note(_("The menu has no address to send the key to. The call ends."))
            raise Ended("completed")
        return self._ask(target, method, params), target

    def _play(self, prompt: twiml.Say | twiml.Play | twiml.Pause) -> float:
        """Adds the prompt to the transcript; returns the seconds it takes."""
        if isinstance(prompt, twiml.Pause):
            return prompt.seconds / self.carrier.speed
        text = prompt.text if isinstance(prompt, twiml.Say) else f"♪ {prompt.url}"
        self._record(Line("said", text))
        return len(text) / SPOKEN_CHARACTERS_PER_SECOND / self.carrier.speed

    def _ask(self, url: str, method: str, params: dict[str, str]) -> str:
        """The product's next document. A product that is away is asked again, so that no key press is lost."""
        params = {**self._parameters(), **params}
        for _attempt in range(DOCUMENT_ATTEMPTS):
            answer = call_product(auth_token=self.carrier.auth_token, url=url, method=method, params=params)
            self.carrier.note_callback(url, params, answer.status)
            if answer.is_ok:
                return answer.body
            if not answer.may_recover:
                self._fail(_("The product refused this request. The call ends."))
            self._note(_("The product did not answer. Trying again…"))
            self._pause_for_the_product()
        return self._fail(_("The product did not answer. The call ends."))

    def _pause_for_the_product(self) -> None:
        """Waits without eating the keys pressed meanwhile; only the end of the call is heard."""
        kept: list[Signal] = []
        deadline = time.monotonic() + DOCUMENT_PAUSE_SECONDS / self.carrier.speed
        while signal := self._wait(deadline - time.monotonic(), {"digit", "silence"}):
            kept.append(signal)
        for signal in kept:
            self.call.signals.put(signal)

    def _fail(self, reason: object) -> NoReturn:
        self._note(reason)
        raise Ended("completed")

    # --- Keys --------------------------------------------------------------------------------------------

    def _gather(self, gather: twiml.Gather) -> str:
        self._press_like_a_robot(gather)
        with self.carrier.exchange.changing(self.call.to_number):
            self.call.is_listening = True
        try:
            return self._collect(gather, self._prompt_until_key(gather))
        finally:
            with self.carrier.exchange.changing(self.call.to_number):
                self.call.is_listening = False

    def _prompt_until_key(self, gather: twiml.Gather) -> Signal | None:
        for prompt in gather.prompts:
            if signal := self._wait(self._play(prompt), {"digit", "silence"}):
                return signal
        return self._wait(gather.timeout_seconds / self.patience, {"digit", "silence"})

    def _collect(self, gather: twiml.Gather, signal: Signal | None) -> str:
        pressed = ""
        while signal and signal.kind == "digit" and signal.key != gather.finish_on_key:
            pressed += signal.key
            self._record(Line("pressed", signal.key))
            if gather.num_digits and len(pressed) >= gather.num_digits:
                break
            signal = self._wait(gather.timeout_seconds / self.patience, {"digit", "silence"})
        return pressed

    def _press_like_a_robot(self, gather: twiml.Gather) -> None:
        """A scripted phone presses its next keys some seconds after it hears a menu."""
        count = gather.num_digits or len(self.robot_digits)
        keys, self.robot_digits = self.robot_digits[:count], self.robot_digits[count:]
        if keys:
            # The menu must outlast the robot's pause.
            self.patience = min(self.patience, gather.timeout_seconds / (self.behaviour.after_seconds + 1))
        for key in keys:
            self.carrier.timetable.after(
                self.behaviour.after_seconds, partial(self.call.signals.put, Signal("digit", key))
            )

    # --- Waiting, remembering, telling -------------------------------------------------------------------

    def _wait(self, seconds: float, wanted: Iterable[str] = ()) -> Signal | None:
        """The first wanted signal, or None after ``seconds``; the end of the call interrupts every wait."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                signal = self.call.signals.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if signal.kind == "stop":
                raise Stopped
            if signal.kind == "hang-up":
                raise Ended("completed" if self.call.answered_at else "canceled")
            if signal.kind in wanted:
                return signal

    def _note(self, text: object) -> None:
        if not (self.call.transcript and self.call.transcript[-1].text == text):
            self._record(Line("note", text))

    def _record(self, line: Line) -> None:
        with self.carrier.exchange.changing(self.call.to_number):
            self.call.transcript.append(line)

    def _end(self, status: str) -> None:
        with self.carrier.exchange.changing(self.call.to_number):
            self.call.ended_at = now()
        self._move(status)

    def _move(self, status: str) -> None:
        with self.carrier.exchange.changing(self.call.to_number):
            self.call.status = status
            self.call.updated_at = now()
        event = CALLBACK_EVENTS.get(status, "completed")
        if event not in self.call.callback_events or not self.call.callback_url:
            return
        params = self._parameters() | {
            "Timestamp": format_datetime(now()),
            "SequenceNumber": str(self.call.callbacks_sent),
            "CallbackSource": "call-progress-events",
        }
        if self.call.is_over:
            params |= {"CallDuration": str(self.call.duration_seconds), "Duration": str(self.call.duration_seconds)}
        if self.call.sip_code:
            params["SipResponseCode"] = str(self.call.sip_code)
        self.call.callbacks_sent += 1
        callback = Callback(self.call.callback_url, self.call.callback_method, params, is_last=self.call.is_over)
        self.carrier.courier.send(self.call.sid, callback)

    def _parameters(self) -> dict[str, str]:
        """What Twilio tells about the call in every request."""
        params = {
            "CallSid": self.call.sid,
            "AccountSid": self.call.account_sid,
            "From": self.call.from_number,
            "Caller": self.call.from_number,
            "To": self.call.to_number,
            "Called": self.call.to_number,
            "CallStatus": self.call.status,
            "Direction": "outbound-api",
            "ApiVersion": "2010-04-01",
        }
        if self.call.detects_machine and self.call.answered_by:
            params["AnsweredBy"] = self.call.answered_by
        return params
