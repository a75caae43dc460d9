"""Phone calls through Twilio, with a keypad menu for pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

from notifications.channels.base import Message, Report
from notifications.channels.twilio_client import FAILURES, account, callback_url, client, refused
from notifications.models import Purpose
from notifications.wording import menu

RING_SECONDS = 25  # hangs up before most voicemail answers
VOICES = {"zh-hans": "zh-CN", "en": "en-US"}


def script(message: Message) -> str:
    """The call as TwiML, escaped by Twilio's library; said twice, because nobody is awake at the first word."""
    response = VoiceResponse()
    voice = VOICES.get(message.language, "en-US")
    keys = menu(message.language, message.purpose)
    for _turn in range(2):
        if keys:
            gather = response.gather(
                num_digits=1, action=callback_url(message.token, "digits"), method="POST", timeout=6, finish_on_key=""
            )
            gather.say(f"{message.body} {keys}", language=voice)
        else:
            response.say(message.body, language=voice)
    response.hangup()
    return str(response)


def machine_detection(message: Message) -> dict[str, Any]:
    """Of pages: ask who picked up, person or machine, without making the person wait for the answer."""
    if message.purpose != Purpose.PAGE:
        return {}
    return {
        "machine_detection": "Enable",
        "async_amd": "true",
        "async_amd_status_callback": callback_url(message.token, "status"),
        "async_amd_status_callback_method": "POST",
    }


@dataclass(frozen=True)
class VoiceChannel:
    provider: str = "twilio"

    def send(self, message: Message) -> str:
        chosen = account(self.provider)
        try:
            call = client(chosen).calls.create(
                to=message.destination,
                from_=chosen.from_number,
                twiml=script(message),
                timeout=RING_SECONDS,
                status_callback=callback_url(message.token, "status"),
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                status_callback_method="POST",
                **machine_detection(message),
            )
        except FAILURES as error:
            raise refused(error) from error
        return str(call.sid)

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """Calls carry no text: one to this number since then that belongs to no other message is this one."""
        try:
            recent = client(account(self.provider)).calls.list(to=message.destination, limit=50)
        except FAILURES as error:
            raise refused(error) from error
        for entry in recent:
            created = entry.date_created
            if entry.sid not in known and created is not None and created >= since:
                return str(entry.sid)
        return None

    def fetch(self, provider_id: str) -> Report | None:
        try:
            call = client(account(self.provider)).calls(provider_id).fetch()
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise refused(error) from error
        except FAILURES as error:
            raise refused(error) from error
        return Report(status=str(call.status), answered_by=call.answered_by or "")
