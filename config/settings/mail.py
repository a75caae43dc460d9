"""Mail that comes in (docs/mail.md). Empty: there is none; nobody trusted: everything waits in quarantine."""

from config import environment
from config.settings.carriers import CARRIER_TIMEOUT

MAIL_ADDRESS = environment.text("MAINSTAY_MAIL_ADDRESS", "")
# By the way a mail came: a provider does not remove what somebody forged in the name of our own server.
MAIL_AUTHSERV_IDS = {
    "imap": environment.words("MAINSTAY_MAIL_AUTHSERV_ID"),
    "webhook": environment.words("MAINSTAY_MAIL_WEBHOOK_AUTHSERV_ID"),
}
MAIL_SERVICE = environment.text("MAINSTAY_MAIL_SERVICE", "")
MAIL_LEVEL = environment.number("MAINSTAY_MAIL_LEVEL", 3)
MAIL_LARGEST = environment.number("MAINSTAY_MAIL_LARGEST", 25 * 1024 * 1024)
MAIL_HOURLY = environment.number("MAINSTAY_MAIL_HOURLY", 30)
MAIL_WEBHOOK_SECRET = environment.text("MAINSTAY_MAIL_WEBHOOK_SECRET", "")
IMAP_HOST = environment.text("MAINSTAY_IMAP_HOST", "")
IMAP_PORT = environment.number("MAINSTAY_IMAP_PORT", 0)
IMAP_USER = environment.text("MAINSTAY_IMAP_USER", "")
IMAP_PASSWORD = environment.text("MAINSTAY_IMAP_PASSWORD", "")
IMAP_SECURITY = environment.text("MAINSTAY_IMAP_SECURITY", "tls")
IMAP_FOLDER = environment.text("MAINSTAY_IMAP_FOLDER", "INBOX")
IMAP_DONE_FOLDER = environment.text("MAINSTAY_IMAP_DONE_FOLDER", "")
# What django-anymail wants to know of a mail provider: ANYMAIL_MAILGUN_API_KEY, ANYMAIL_POSTMARK_SERVER_TOKEN ...
ANYMAIL: dict[str, list[str] | str | int] = {
    **environment.prefixed("ANYMAIL_"),
    "REQUESTS_TIMEOUT": CARRIER_TIMEOUT,
    "WEBHOOK_SECRET": [MAIL_WEBHOOK_SECRET] if MAIL_WEBHOOK_SECRET else [],
}
if environment.text("MAILGUN_WEBHOOK_SIGNING_KEY", ""):
    ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"] = environment.text("MAILGUN_WEBHOOK_SIGNING_KEY")
