"""E-mail by SMTP."""

from datetime import datetime
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from notifications.channels.base import ChannelError, Message


class EmailChannel:
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
        )
        mail.attach_alternative(html, "text/html")
        try:
            mail.send()
        except SMTPRecipientsRefused as error:
            raise ChannelError("The mail server refuses the address.", code="refused", permanent=True) from error
        except SMTPResponseException as error:
            permanent = 500 <= error.smtp_code < 600
            raise ChannelError(str(error)[:300], code=str(error.smtp_code), permanent=permanent) from error
        except (SMTPException, OSError) as error:
            raise ChannelError(f"{type(error).__name__}: {error}"[:300], code="unreachable") from error
        return identity

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """SMTP keeps no list. The Message-ID is the same at every attempt, so mail programs show a repeat once."""
        return None
