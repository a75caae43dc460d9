"""One look for mail: what lies in the mailbox, and what was stored but not acted on."""

from incidents.intake import mailbox
from incidents.intake.handling import handle_mail, handle_waiting


def poll_mailbox() -> mailbox.Round:
    """Take in what is new. Any number of pollers may run at once. Raises MailboxError."""
    handle_waiting()
    return mailbox.poll(_take)


def _take(raw: bytes, is_head: bool) -> object:
    return handle_mail(raw, via="imap", is_head=is_head)
