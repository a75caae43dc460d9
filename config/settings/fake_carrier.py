"""Settings of `manage.py fake_carrier`: a process of its own with no database, no sessions and none of the product.

The carrier brings its own URLs, middleware and templates (notifications/fake_carrier/handler.py).
"""

from config.settings.site import BASE_DIR as BASE_DIR
from config.settings.site import LANGUAGE_CODE as LANGUAGE_CODE
from config.settings.site import LANGUAGES as LANGUAGES
from config.settings.site import LOCALE_PATHS as LOCALE_PATHS
from config.settings.site import LOGGING as LOGGING
from config.settings.site import SECRET_KEY as SECRET_KEY

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["notifications.fake_carrier.apps.CommandsOnly"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "notifications.fake_carrier.urls"
DATABASES: dict[str, dict[str, str]] = {}
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# The loopback has no TLS, and cookies do not know ports: the name must differ from the product's.
CSRF_COOKIE_NAME = "fake_carrier_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "notifications.fake_carrier.page.refuse_forgery"
