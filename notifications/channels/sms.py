"""SMS through Twilio."""

from datetime import datetime

from django.conf import settings

from notifications.channels.base import Message
from notifications.channels.twilio_client import FAILURES, callback_url, client, refused


class SmsChannel:
    def send(self, message: Message) -> str:
        try:
            sent = client().messages.create(
                to=message.destination,
                from_=settings.TWILIO_FROM_NUMBER,
                body=message.body,
                status_callback=callback_url(message.token, "status"),
            )
        except FAILURES as error:
            raise refused(error) from error
        return str(sent.sid)

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        try:
            recent = client().messages.list(to=message.destination, date_sent_after=since, limit=50)
        except FAILURES as error:
            raise refused(error) from error
        for entry in recent:
            created = entry.date_created
            if entry.sid not in known and entry.body == message.body and created is not None and created >= since:
                return str(entry.sid)
        return None
