"""Phone calls through Twilio, with a keypad menu for pages."""

from datetime import datetime

from django.conf import settings
from twilio.twiml.voice_response import VoiceResponse

from notifications.channels.base import Message
from notifications.channels.twilio_client import FAILURES, callback_url, client, refused
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


class VoiceChannel:
    def send(self, message: Message) -> str:
        try:
            call = client().calls.create(
                to=message.destination,
                from_=settings.TWILIO_FROM_NUMBER,
                twiml=script(message),
                timeout=RING_SECONDS,
                status_callback=callback_url(message.token, "status"),
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                status_callback_method="POST",
            )
        except FAILURES as error:
            raise refused(error) from error
        return str(call.sid)

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """Calls carry no text: one to this number since then that belongs to no other message is this one."""
        try:
            recent = client().calls.list(to=message.destination, limit=50)
        except FAILURES as error:
            raise refused(error) from error
        for entry in recent:
            created = entry.date_created
            if entry.sid not in known and created is not None and created >= since:
                return str(entry.sid)
        return None
