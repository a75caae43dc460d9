"""The fake carrier without its servers: credentials, memory, and what the product, a person or a test may do."""

from concurrent.futures import ThreadPoolExecutor

from notifications.fake_carrier import messaging
from notifications.fake_carrier.calling import CallScript
from notifications.fake_carrier.courier import Courier
from notifications.fake_carrier.exchange import Exchange
from notifications.fake_carrier.groups import ChatGroup
from notifications.fake_carrier.records import (
    Behaviour,
    Call,
    CallbackAttempt,
    Email,
    Message,
    Modes,
    PhoneCard,
    Signal,
)
from notifications.fake_carrier.timetable import Timetable

# Calls that can run at once; more stay queued, as with a real carrier.
LINES = 400


class Carrier:
    """``speed`` divides every duration that is the network's or a scripted phone's; people always have real time."""

    def __init__(
        self, *, account_sid: str, auth_token: str, from_number: str, inbound_sms_url: str, speed: float = 1
    ) -> None:
        if not (account_sid and auth_token):
            raise ValueError("The fake carrier needs an account SID and an auth token to check and to sign requests.")
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.from_number = from_number
        self.inbound_sms_url = inbound_sms_url
        self.speed = speed
        self.chats_url = self.page_url = ""
        self.exchange = Exchange()
        self.timetable = Timetable()
        self.courier = Courier(self.exchange, self.timetable, auth_token=auth_token, speed=speed)
        self._lines = ThreadPoolExecutor(LINES, thread_name_prefix="fake-carrier-call")

    # --- What the product does -----------------------------------------------------------------------

    def accept_message(self, message: Message) -> None:
        messaging.accept(self, message)

    def accept_call(self, call: Call) -> None:
        self.exchange.add_call(call)
        self._lines.submit(CallScript(self, call).run)

    def store_email(self, email: Email) -> None:
        with self.exchange.changing():
            self.exchange.emails[email.sid] = email

    # --- What a person or a test does ----------------------------------------------------------------

    def learn_phone(self, number: str, *, name: str = "", behaviour: Behaviour | None = None) -> PhoneCard:
        with self.exchange.changing(number):
            card = self.exchange.phone(number)
            card.name = name or card.name
            card.behaviour = behaviour or card.behaviour
            return card

    def learn_group(self, kind: str, key: str, *, name: str = "", secret: str = "") -> ChatGroup:
        with self.exchange.changing():
            group = self.exchange.groups.setdefault((kind, key), ChatGroup(kind, key, name or key))
            group.name, group.secret = name or group.name, secret or group.secret
            return group

    def send_reply(self, *, from_number: str, body: str, to_number: str = "") -> Message:
        return messaging.reply(self, from_number=from_number, body=body, to_number=to_number)

    def signal(self, call: Call, signal: Signal) -> None:
        call.signals.put(signal)

    def press(self, call: Call, digits: str) -> None:
        for key in digits:
            self.signal(call, Signal("digit", key))

    def change_modes(self, modes: Modes) -> None:
        with self.exchange.changing():
            self.exchange.modes = modes

    def note_callback(self, url: str, params: dict[str, str], status: int) -> None:
        with self.exchange.changing():
            self.exchange.callbacks.append(CallbackAttempt(url, params, status))

    # --- Ends ------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Ends running calls silently and forgets everything."""
        self._stop_calls()
        self.exchange.forget()

    def close(self) -> None:
        self.exchange.close()
        self._stop_calls()
        self.timetable.close()
        self._lines.shutdown(wait=False, cancel_futures=True)

    def _stop_calls(self) -> None:
        for call in list(self.exchange.calls.values()):
            call.signals.put(Signal("stop"))
