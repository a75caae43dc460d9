"""SMS through Twilio."""

from dataclasses import dataclass
from datetime import datetime

from twilio.base.exceptions import TwilioRestException

from notifications.channels.base import Message, Report
from notifications.channels.twilio_client import FAILURES, account, callback_url, client, refused


@dataclass(frozen=True)
class SmsChannel:
    provider: str = "twilio"

    def send(self, message: Message) -> str:
        chosen = account(self.provider)
        try:
            sent = client(chosen).messages.create(
                to=message.destination,
                from_=chosen.from_number,
                body=message.body,
                status_callback=callback_url(message.token, "status"),
            )
        except FAILURES as error:
            raise refused(error) from error
        return str(sent.sid)

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        try:
            recent = client(account(self.provider)).messages.list(
                to=message.destination, date_sent_after=since, limit=50
            )
        except FAILURES as error:
            raise refused(error) from error
        for entry in recent:
            created = entry.date_created
            if entry.sid not in known and entry.body == message.body and created is not None and created >= since:
                return str(entry.sid)
        return None

    def fetch(self, provider_id: str) -> Report | None:
        try:
            sent = client(account(self.provider)).messages(provider_id).fetch()
        except TwilioRestException as error:
            if error.status == 404:
                return None
            raise refused(error) from error
        except FAILURES as error:
            raise refused(error) from error
        return Report(status=str(sent.status), error_code=str(sent.error_code or ""))
