"""The way of a text message: from the product to a phone, from a phone to the product, STOP and START."""

from functools import partial
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from notifications.fake_carrier import twiml
from notifications.fake_carrier.courier import Callback
from notifications.fake_carrier.records import Message, now
from notifications.fake_carrier.resources import count_segments
from notifications.fake_carrier.webhooks import Answer, call_product

if TYPE_CHECKING:
    from notifications.fake_carrier.carrier import Carrier

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe."
STEP_SECONDS = 0.4
INBOUND_ATTEMPTS = 60
INBOUND_PAUSE_SECONDS = 2
FINAL = frozenset({"delivered", "undelivered", "failed"})


def accept(carrier: "Carrier", message: Message) -> None:
    """Takes a message of the product: queued now, sent and delivered a little later."""
    carrier.exchange.add_message(message)
    delay = STEP_SECONDS / carrier.speed + carrier.exchange.modes.delay_seconds
    carrier.timetable.after(delay, partial(_send, carrier, message))


def _send(carrier: "Carrier", message: Message) -> None:
    _move(carrier, message, "sent")
    if not carrier.exchange.modes.never_deliver:
        carrier.timetable.after(STEP_SECONDS / carrier.speed, partial(_deliver, carrier, message))


def _deliver(carrier: "Carrier", message: Message) -> None:
    behaviour = carrier.exchange.phone(message.to_number).behaviour
    if behaviour.kind == "fails":
        message.error_code = behaviour.error_code
        _move(carrier, message, "undelivered")
    elif message.from_number in carrier.exchange.phone(message.to_number).opted_out_from:
        message.error_code = 21610
        _move(carrier, message, "failed")
    else:
        message.is_delivered = True
        _move(carrier, message, "delivered")


def _move(carrier: "Carrier", message: Message, status: str) -> None:
    with carrier.exchange.changing(message.to_number):
        message.status = status
        message.updated_at = now()
        message.sent_at = message.sent_at or message.updated_at
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": message.account_sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_number,
        "To": message.to_number,
        "ApiVersion": "2010-04-01",
    }
    if message.messaging_service_sid:
        params["MessagingServiceSid"] = message.messaging_service_sid
    if message.error_code:
        params["ErrorCode"] = str(message.error_code)
    carrier.courier.send(message.sid, Callback(message.callback_url, "POST", params, is_last=status in FINAL))


def reply(carrier: "Carrier", *, from_number: str, body: str, to_number: str = "") -> Message:
    """A person sends a text to the product; without ``to_number`` it answers the number that wrote last."""
    message = Message(
        account_sid=carrier.account_sid,
        from_number=from_number,
        to_number=to_number or _last_correspondent(carrier, from_number),
        body=body,
        direction="inbound",
        status="received",
        is_expected=True,
    )
    carrier.exchange.add_message(message)
    _mind_stop_and_start(carrier, message)
    carrier.timetable.after(STEP_SECONDS / carrier.speed, partial(_hand_over, carrier, message, 1))
    return message


def _last_correspondent(carrier: "Carrier", number: str) -> str:
    """The product's number that last wrote to or called this phone."""
    heard = [(message.created_at, message.from_number) for message in carrier.exchange.messages_of(number)]
    heard = [(at, other) for at, other in heard if other != number]
    heard += [(call.created_at, call.from_number) for call in carrier.exchange.calls_of(number)]
    return max(heard)[1] if heard else carrier.from_number


def _mind_stop_and_start(carrier: "Carrier", message: Message) -> None:
    word = message.body.strip().upper()
    opted_out = carrier.exchange.phone(message.from_number).opted_out_from
    if word in STOP_WORDS:
        opted_out.add(message.to_number)
        _tell_the_phone(carrier, message, STOPPED)
    elif word in START_WORDS and message.to_number in opted_out:
        opted_out.discard(message.to_number)
        _tell_the_phone(carrier, message, STARTED)


def _tell_the_phone(carrier: "Carrier", cause: Message, text: str) -> None:
    """A text of the carrier itself: no business of the product, so no test has to expect it."""
    notice = Message(cause.account_sid, cause.to_number, cause.from_number, text, "outbound-reply", "delivered")
    notice.is_delivered = notice.is_expected = True
    carrier.exchange.add_message(notice)


def _hand_over(carrier: "Carrier", message: Message, attempt: int) -> None:
    answer = call_product(
        auth_token=carrier.auth_token, url=carrier.inbound_sms_url, method="POST", params=_inbound_params(message)
    )
    carrier.note_callback(carrier.inbound_sms_url, _inbound_params(message), answer.status)
    if answer.may_recover and attempt < INBOUND_ATTEMPTS:
        carrier.timetable.after(
            INBOUND_PAUSE_SECONDS / carrier.speed, partial(_hand_over, carrier, message, attempt + 1)
        )
    with carrier.exchange.changing(message.from_number):
        message.trouble = _trouble(answer, attempt)
    if answer.is_ok:
        _deliver_answers(carrier, message, answer.body)


def _trouble(answer: Answer, attempt: int) -> object:
    if answer.is_ok:
        return ""
    if not answer.may_recover:
        return _("The product refused this message.")
    if attempt < INBOUND_ATTEMPTS:
        return _("The product did not answer. Trying again…")
    return _("The product did not answer. Given up.")


def _inbound_params(message: Message) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "AccountSid": message.account_sid,
        "From": message.from_number,
        "To": message.to_number,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(count_segments(message.body)),
        "ApiVersion": "2010-04-01",
    }


def _deliver_answers(carrier: "Carrier", message: Message, document: str) -> None:
    try:
        verbs = twiml.parse(document)
    except ValueError:
        with carrier.exchange.changing(message.from_number):
            message.trouble = _("The product answered with something that is not TwiML.")
        return
    for verb in verbs:
        if isinstance(verb, twiml.SendMessage):
            accept(
                carrier,
                Message(
                    message.account_sid,
                    message.to_number,
                    verb.to_number or message.from_number,
                    verb.body,
                    "outbound-reply",
                ),
            )
