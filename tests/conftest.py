"""What every test stands on: servers of the session's own, a movable clock, a browser."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from deploy.translations import compile_all
from tests import servers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.clock import Clock

# How fast this machine is at the moment says nothing about the product.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("patient")
LONG = (
    "tests/scenarios/",
    "tests/deploy/",
    "tests/browser/",
    "tests/incidents/imports/",
    "tests/test_access.py",
    "tests/test_restricted.py",
)
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]
RUNNING = pytest.StashKey[servers.Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers before anything reads the settings (pytest-django sets Django up after this hook)."""
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    if not worker:
        config.stash[RUNNING] = servers.Servers()
        config.stash[RUNNING].start()
        compile_all()
    servers.use_redis_of(worker)
    _set_django_up()


def pytest_unconfigure(config: pytest.Config) -> None:
    if RUNNING in config.stash:
        config.stash[RUNNING].stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no worker is left alone with it at the end. Whatever uses a browser is
    marked so, by its fixtures."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    for item in items:
        if {"browser", "page"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for report in terminalreporter.getreports("skipped") if "browser" in report.keywords]
    if skipped:
        terminalreporter.section("browser tests")
        terminalreporter.line(f"{len(skipped)} browser tests did NOT run: there is no {CHROMIUM} (package chromium).")


def _set_django_up() -> None:
    import django
    from django.conf import settings
    from django.db.models.signals import pre_migrate

    # Tests read static files where they are written; collecting them belongs to `make run`.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="mainstay-media-"))
    atexit.register(shutil.rmtree, settings.MEDIA_ROOT, ignore_errors=True)
    # What was kept for a minute in one test is none of the next one's business.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    # A real hash takes a tenth of a second, and factories make many people.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Several sessions may share a server.
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = os.environ["MAINSTAY_TEST_NAME"]
    django.setup()
    pre_migrate.connect(_install_clock, dispatch_uid="tests.clock")


def _install_clock(using: str, **_: Any) -> None:
    """Before the first table is made, so that defaults in the database follow the movable clock too."""
    from django.db import connections

    from tests import clock

    if str(connections[using].settings_dict["NAME"]).startswith("test_"):
        clock.install(connections[using])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_keepdb: bool,
    django_db_blocker: Any,
    request: pytest.FixtureRequest,
) -> None:
    """Workers migrate once, together; whatever is on a server that stays was migrated by an earlier session."""
    stays = bool(os.environ.get("MAINSTAY_TEST_DATABASE_URL"))
    if (stays or hasattr(request.config, "workerinput")) and not django_db_keepdb:
        from tests.migrated import copy_migrated

        with django_db_blocker.unblock():
            copy_migrated()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> "Iterator[None]":
    """A thread that outlives its test (a live server's, a doorbell's) may still hold a connection at the very end."""
    _keep_what_migrations_filled()
    yield
    import psycopg2
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    line = psycopg2.connect(**{**connection.get_connection_params(), "dbname": "postgres"})
    line.autocommit = True
    with line.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND backend_type = 'client backend'",
            [name],
        )
    line.close()
    connection.close()


def _keep_what_migrations_filled() -> None:
    """Emptying the tables after a test need not forget content types and permissions: finding them all again takes
    half of its time."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db import connection
    from django.db.models.signals import post_migrate

    names, kept = connection.introspection.django_table_names, {"django_content_type", "auth_permission"}
    connection.introspection.django_table_names = lambda *args, **options: [  # type: ignore[method-assign]
        name for name in names(*args, **options) if name not in kept
    ]
    post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session", autouse=True)
def told_of_whole_pages(django_test_environment: None) -> "Iterator[None]":
    """Django's test client is told of each template that is drawn and copies its context: a hundred times for a page
    with as many icons. Here it is told of pages only, and of mails: what is drawn for itself, not within another."""
    from django.template import Context, Template

    told = Template._render  # type: ignore[attr-defined]

    def draw(self: Template, context: Context) -> Any:
        is_whole = context.template is self
        return told(self, context) if is_whole else self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", draw)
        yield


@pytest.fixture(scope="module")
def unprinted() -> "Iterator[None]":
    """PDFs stay the HTML that they would be laid out from: seconds less for each, and it can be read."""
    from types import SimpleNamespace

    from reports import pdf

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "lay_out", lambda html: SimpleNamespace(write_pdf=html.encode))
        yield


@pytest.fixture
def clock(request: pytest.FixtureRequest, db: None) -> "Iterator[Clock]":
    """One hand on the database's clock and on Python's."""
    from tests.clock import Clock

    hand = Clock()
    yield hand
    hand.close()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, headless; the tests that want it are skipped where there is none."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"there is no {CHROMIUM}: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh page in a context of its own."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def live_url(live_server: Any) -> str:
    """Address of the product running in this process."""
    return str(live_server.url)
