"""By whom people are reached, and from where metrics come."""

from config import environment

TWILIO_ACCOUNT_SID = environment.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = environment.text("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM_NUMBER = environment.text("TWILIO_FROM_NUMBER", "")
# What of the site's own network may be called by HTTP: names, addresses, networks, each perhaps with a port.
OUTBOUND_ALLOW = environment.words("MAINSTAY_OUTBOUND_ALLOW")
# Sources of metrics (docs/sources.md): below which folder SQLite files may lie (empty: nowhere), and how the names of
# variables begin that may be named as a source's password.
SOURCE_FILES = environment.text("MAINSTAY_SOURCE_FILES", "")
SOURCE_SECRETS = environment.text("MAINSTAY_SOURCE_SECRETS", "MAINSTAY_SOURCE_SECRET_")
# Where Twilio's library sends its requests; empty means Twilio itself, `make run` points it at the fake carrier.
TWILIO_API_URL = environment.text("TWILIO_API_URL", "")
# A gateway for texts with an HTTP interface of its own (docs/chat.md). Without an address there is none.
SMS_GATEWAY_URL = environment.text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_METHOD = environment.text("SMS_GATEWAY_METHOD", "POST").upper()
SMS_GATEWAY_FORMAT = environment.text("SMS_GATEWAY_FORMAT", "json")
SMS_GATEWAY_HEADERS = environment.pairs("SMS_GATEWAY_HEADERS")
SMS_GATEWAY_BODY = environment.text("SMS_GATEWAY_BODY", "")
SMS_GATEWAY_SUCCESS = environment.text("SMS_GATEWAY_SUCCESS", "")
SMS_GATEWAY_ID_PATH = environment.text("SMS_GATEWAY_ID_PATH", "")
SMS_GATEWAY_NUMBERS = environment.text("SMS_GATEWAY_NUMBERS", "e164")
SMS_GATEWAY_PREFIX = environment.text("SMS_GATEWAY_PREFIX", "")
SMS_GATEWAY_SECRET = environment.text("SMS_GATEWAY_SECRET", "")
# Programs in which chat groups of incidents are made (docs/chat.md). Without a token there are none.
SLACK_BOT_TOKEN = environment.text("SLACK_BOT_TOKEN", "")
SLACK_API_URL = environment.text("SLACK_API_URL", "https://slack.com/api").rstrip("/")
FEISHU_APP_ID = environment.text("FEISHU_APP_ID", "")
FEISHU_APP_SECRET = environment.text("FEISHU_APP_SECRET", "")
FEISHU_API_URL = environment.text("FEISHU_API_URL", "https://open.feishu.cn").rstrip("/")
# A second account, used where MAINSTAY_VOICE_PROVIDERS or MAINSTAY_SMS_PROVIDERS names "twilio2".
TWILIO2_ACCOUNT_SID = environment.text("TWILIO2_ACCOUNT_SID", "")
TWILIO2_AUTH_TOKEN = environment.text("TWILIO2_AUTH_TOKEN", "")
TWILIO2_FROM_NUMBER = environment.text("TWILIO2_FROM_NUMBER", "")
TWILIO2_API_URL = environment.text("TWILIO2_API_URL", "")
# Who carries what, in the order in which they are tried (notifications/providers.py, docs/delivery.md).
PROVIDERS = {
    "voice": environment.words("MAINSTAY_VOICE_PROVIDERS", "twilio"),
    "sms": environment.words("MAINSTAY_SMS_PROVIDERS", "twilio"),
    "email": environment.words("MAINSTAY_EMAIL_PROVIDERS", "smtp"),
}
# Shown as a link in the navigation when the fake carrier plays the phones.
FAKE_CARRIER_URL = environment.text("MAINSTAY_FAKE_CARRIER_URL", "")
EMAIL_HOST = environment.text("MAINSTAY_SMTP_HOST", "localhost")
EMAIL_PORT = environment.number("MAINSTAY_SMTP_PORT", 25)
EMAIL_HOST_USER = environment.text("MAINSTAY_SMTP_USER", "")
EMAIL_HOST_PASSWORD = environment.text("MAINSTAY_SMTP_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("MAINSTAY_SMTP_TLS", default=False)
SMTP2 = {
    "host": environment.text("MAINSTAY_SMTP2_HOST", ""),
    "port": environment.number("MAINSTAY_SMTP2_PORT", 25),
    "username": environment.text("MAINSTAY_SMTP2_USER", ""),
    "password": environment.text("MAINSTAY_SMTP2_PASSWORD", ""),
    "use_tls": environment.flag("MAINSTAY_SMTP2_TLS", default=False),
}
# Seconds that a carrier may take for an answer; that a message belongs to whoever sends it (longer than two answers, or
# two would send it); and until the next try. Tests that kill processes shorten them.
CARRIER_TIMEOUT = EMAIL_TIMEOUT = environment.number("MAINSTAY_CARRIER_TIMEOUT", 10)
PAGING_LEASE = environment.number("MAINSTAY_PAGING_LEASE", 30)
PAGING_RETRY = environment.number("MAINSTAY_PAGING_RETRY", 15)
DEFAULT_FROM_EMAIL = environment.text("MAINSTAY_FROM_EMAIL", "mainstay@localhost")
