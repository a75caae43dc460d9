"""``manage.py poll_mailbox``: what the worker does every 30 seconds, by hand or from cron."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from incidents.intake.mailbox import MailboxError
from incidents.intake.polling import poll_mailbox


class Command(BaseCommand):
    help = "Take in the mail that lies in the mailbox (docs/mail.md)."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        if not settings.IMAP_HOST:
            raise CommandError("No mailbox is configured: set MAINSTAY_IMAP_HOST.")
        try:
            result = poll_mailbox()
        except MailboxError as error:
            raise CommandError(f"The mailbox cannot be read: {error}") from error
        self.stdout.write(f"{result.taken} mails taken in, {result.failed} left for the next time")
