"""E-mail by SMTP, or by the HTTP interface of a mail provider (django-anymail)."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from notifications.channels.base import ChannelError, Fault, Message


def connection_of(provider: str) -> Any:
    """ "smtp" is the configured server, "smtp2" the second one, any other name a backend of django-anymail."""
    if provider == "smtp":
        return get_connection()
    if provider == "smtp2":
        options: dict[str, Any] = settings.SMTP2
        return get_connection("django.core.mail.backends.smtp.EmailBackend", **options)
    return get_connection(f"anymail.backends.{provider}.EmailBackend")


@dataclass(frozen=True)
class EmailChannel:
    provider: str = "smtp"

    def send(self, message: Message) -> str:
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
        identity = f"<{message.token}@{domain}>"
        thread = f"<{(message.reference or message.token).lower()}@{domain}>"
        context = {"message": message, "language": message.language, "is_page": message.purpose == "page"}
        with translation.override(message.language):
            text = render_to_string("notifications/mail.txt", context)
            html = render_to_string("notifications/mail.html", context)
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=text,
            to=[message.destination],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers={
                "Message-ID": identity,
                "References": thread,
                "In-Reply-To": thread,
                "Auto-Submitted": "auto-generated",
            },
            connection=connection_of(self.provider),
        )
        mail.attach_alternative(html, "text/html")
        try:
            mail.send()
        except SMTPRecipientsRefused as error:
            raise ChannelError("The mail server refuses the address.", code="refused", permanent=True) from error
        except SMTPResponseException as error:
            raise ChannelError(str(error)[:300], code=str(error.smtp_code), fault=_fault(error)) from error
        except AnymailRecipientsRefused as error:
            raise ChannelError("The mail provider refuses the address.", code="refused", permanent=True) from error
        except AnymailError as error:
            raise _refused(error) from error
        except (SMTPException, OSError) as error:
            raise ChannelError(f"{type(error).__name__}: {error}"[:300], code="unreachable") from error
        return identity

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """SMTP keeps no list. The Message-ID is the same at every attempt, so mail programs show a repeat once."""
        return None


def _fault(error: SMTPResponseException) -> Fault:
    """A server that refuses our name and password (530, 534, 535) or has no room says nothing of the address."""
    if error.smtp_code in (530, 534, 535):
        return Fault.ACCOUNT
    return Fault.NUMBER if 500 <= error.smtp_code < 600 else Fault.CARRIER


def _refused(error: AnymailError) -> ChannelError:
    """Without an answer, or with one of 5xx, the provider may have taken it; the Message-ID makes a repeat harmless."""
    status: int | None = error.status_code
    code = str(status or "unreachable")
    faults = {401: Fault.ACCOUNT, 403: Fault.ACCOUNT, 429: Fault.CARRIER}
    fault = faults.get(status or 0, Fault.NUMBER if status and 400 <= status < 500 else Fault.CARRIER)
    return ChannelError(type(error).__name__, code=code, fault=fault)
