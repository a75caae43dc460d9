"""Who the product is on the network, its parts, its stores, its languages, its files, its log."""

from pathlib import Path
from urllib.parse import urlsplit

from whitenoise.compress import Compressor

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent

PUBLIC_URL = environment.text("MAINSTAY_PUBLIC_URL", "https://localhost").rstrip("/")
ALLOWED_HOSTS = environment.words("MAINSTAY_ALLOWED_HOSTS", urlsplit(PUBLIC_URL).hostname or "localhost")
TLS = environment.flag("MAINSTAY_TLS", default=True)
SECRET_KEY = environment.text("MAINSTAY_SECRET_KEY")
# What encrypts secrets in the database, newest first; the secret key where there is none (catalog/sealing.py).
SEALING_KEYS = environment.words("MAINSTAY_SEALING_KEYS")
DEBUG = environment.flag("MAINSTAY_DEBUG", default=False)

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
    "axes",
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
    "axes.middleware.AxesMiddleware",
    "reports.middleware.FiguresAwaitedMiddleware",
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

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

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
