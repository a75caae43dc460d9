"""Settings of the product, read from the environment (docs/configuration.md lists every variable).

Defaults are those of production: a forgotten variable makes the product refuse or be stricter, never laxer.
"""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- Who we are on the network -------------------------------------------------------------------
PUBLIC_URL = environment.text("MAINSTAY_PUBLIC_URL", "https://localhost").rstrip("/")
ALLOWED_HOSTS = environment.words("MAINSTAY_ALLOWED_HOSTS", urlsplit(PUBLIC_URL).hostname or "localhost")
TLS = environment.flag("MAINSTAY_TLS", default=True)
SECRET_KEY = environment.text("MAINSTAY_SECRET_KEY")
# What encrypts secrets in the database, newest first; the secret key where there is none (catalog/sealing.py).
SEALING_KEYS = environment.words("MAINSTAY_SEALING_KEYS")
DEBUG = environment.flag("MAINSTAY_DEBUG", default=False)

# --- Parts -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "lifecycle",
    "outbound",
    "catalog",
    "incidents",
    "problems",
    "postmortems",
    "detection",
    "notifications",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_fsm",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "anymail",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "catalog.middleware.PersonPreferencesMiddleware",
    "catalog.middleware.OneTimePasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.frame",
            ],
        },
    }
]

# --- Stores ----------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **environment.database("DATABASE_URL", "postgresql:///mainstay"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# A server that vanishes without a word (a failover, a cable) is given up after seconds, not after the kernel's quarter
# of an hour: the cycle then connects anew. Sockets of this machine take no notice.
PATIENCE = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
DATABASES["default"]["OPTIONS"] = PATIENCE | DATABASES["default"].get("OPTIONS", {})
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = environment.text("REDIS_URL", "redis://localhost:6379/0")

# --- Signing in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "catalog.Person"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("MAINSTAY_STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Attachments. No address leads here: a view that asks for permission reads them.
MEDIA_ROOT = Path(environment.text("MAINSTAY_MEDIA_ROOT", str(BASE_DIR / "var" / "media")))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_HANDLERS = [
    "config.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Debuggers alone read source maps, and pressing the 10 MB of them takes two thirds of `collectstatic`.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# --- Browser safety --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
COOKIE_PREFIX = "__Host-" if TLS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
LANGUAGE_COOKIE_NAME = "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.flag("MAINSTAY_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- API -------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "catalog.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "config.api.present_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Mainstay API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "PATH_CONVERTER_OVERRIDES": {"number": {"type": "string", "description": "The running number: 12 or INC-12."}},
    "ENUM_NAME_OVERRIDES": {
        "IncidentStatus": "incidents.models.Status",
        "ChatKind": "notifications.models.ChatKind",
        "IntegrationKind": "detection.models.Kind",
        "FindingStatus": "detection.models.FindingStatus",
        "ExpiryKind": "detection.models.ExpiryKind",
        "ActivityKind": "detection.models.ActivityKind",
        "ActivityOutcome": "detection.models.ActivityOutcome",
        "ProblemOutcome": "problems.models.status.Outcome",
        "LayerKind": "notifications.models.LayerKind",
        "PersonalChannel": "notifications.api.contacts.CHANNELS",
        "PagingChannel": "notifications.models.Channel",
        "Party": "notifications.models.Party",
        "OverrideKind": "notifications.models.OverrideKind",
        "PlanStatus": "problems.models.PlanStatus",
        "PlanRunStatus": "problems.models.RunStatus",
        "PlanRunStepStatus": "problems.models.StepStatus",
        "PlanStepKind": "problems.models.StepKind",
        "PlanPageRole": "problems.models.PageRole",
        "DutyRole": "notifications.models.duty.DutyRole",
        "ProblemStatus": "problems.models.status.Status",
        "PostmortemStatus": "postmortems.models.postmortem.Status",
        "IssueKind": "postmortems.models.IssueKind",
        "TriggerKind": "postmortems.models.TriggerKind",
        "Counts": "detection.models.metric.Counts",
        "ChangeLinkKind": "problems.models.analysis.LinkKind",
        "MetricSourceKind": "detection.models.source.SourceKind",
        "IncidentSource": "incidents.models.Source",
        "ImpactSource": "incidents.models.ImpactSource",
        "SolutionStatus": "incidents.models.SolutionStatus",
        "ProposalStatus": "incidents.models.ProposalStatus",
        "MajorReportStatus": "incidents.models.ReportStatus",
        "MeetingStatus": "reports.models.MeetingStatus",
        "AgendaItemStatus": "reports.models.ItemStatus",
        "HandOverStatus": "reports.models.HandOverStatus",
        "ActionStatus": "incidents.models.action_queries.ActionStatus",
        "ActionType": "incidents.models.action.ActionType",
    },
}

# --- Celery: carries "look now", never a time (docs/decisions/002-time-is-a-column.md) -----------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "run-cycle": {"task": "notifications.tasks.run_cycle", "schedule": 1.0, "options": {"expires": 5}},
    "keep-watch": {"task": "notifications.tasks.keep_watch", "schedule": 5.0, "options": {"expires": 10}},
    "fetch-calendars": {"task": "notifications.tasks.fetch_calendars", "schedule": 60.0, "options": {"expires": 55}},
    "send-deliveries": {"task": "notifications.tasks.send_deliveries", "schedule": 1.0, "options": {"expires": 5}},
    "run-errands": {"task": "notifications.tasks.run_errands", "schedule": 1.0, "options": {"expires": 5}},
    "drop-dead-keys": {"task": "catalog.tasks.drop_dead_keys", "schedule": 3600.0},
    "drop-expired-frames": {"task": "detection.tasks.drop_expired_frames", "schedule": 3600.0},
    "collect-metrics": {"task": "detection.tasks.collect_metrics", "schedule": 1.0, "options": {"expires": 5}},
    "evaluate-rules": {"task": "detection.tasks.evaluate_rules", "schedule": 1.0, "options": {"expires": 5}},
    "run-inspections": {"task": "detection.tasks.run_inspections", "schedule": 2.0, "options": {"expires": 5}},
    "refresh-localisations": {
        "task": "detection.tasks.refresh_localisations",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "watch-alerts": {"task": "notifications.tasks.watch_alerts", "schedule": 1.0, "options": {"expires": 5}},
    "drop-old-receipts": {"task": "detection.tasks.drop_old_receipts", "schedule": 3600.0},
    "poll-mailbox": {"task": "incidents.tasks.poll_mailbox", "schedule": 30.0, "options": {"expires": 25}},
}

# --- Who watches paging (docs/pager-health.md) ---------------------------------------------------------
DEADMAN_URLS = environment.words("MAINSTAY_DEADMAN_URL")
METRICS_TOKEN = environment.text("MAINSTAY_METRICS_TOKEN", "")

# --- Carriers --------------------------------------------------------------------------------------
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

# --- Mail that comes in (docs/mail.md). Empty: there is none; nobody trusted: everything waits in quarantine. --------
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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "lifecycle.logs.OneLineFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Twilio's library logs whole requests: numbers and texts of people.
    "loggers": {"twilio.http_client": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": environment.text("MAINSTAY_LOG_LEVEL", "INFO")},
}
