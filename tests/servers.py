"""The PostgreSQL and Redis of one test session: real ones, on a socket and a port of their own, gone afterwards.

The process that starts the session (the xdist controller, or the only one) starts them and leaves their addresses in
the environment, which the workers inherit. Nothing here may import Django: settings are read after this has run.
"""

import atexit
import hashlib
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from deploy.postgres import Postgres
from deploy.redis import Redis

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "MAINSTAY_TLS": "off",
    "MAINSTAY_PUBLIC_URL": "http://testserver",
    "MAINSTAY_ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "MAINSTAY_LOG_LEVEL": "WARNING",
    "MAINSTAY_DEBUG": "off",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_FROM_NUMBER": "+15550000000",
    "TWILIO_API_URL": "",
    "MAINSTAY_FAKE_CARRIER_URL": "",
    "MAINSTAY_OUTBOUND_ALLOW": "",
    # Synchronous queries are wanted even where a test drives Chromium, whose driver runs an event loop in the thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}


class Servers:
    """Both servers; addresses given in MAINSTAY_TEST_DATABASE_URL and MAINSTAY_TEST_REDIS_URL replace them.

    A PostgreSQL that was given keeps the migrated database for later sessions, one for each state of the migrations.
    """

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="mainstay-tests-"))
        self.home.chmod(0o711)  # root's PostgreSQL runs as another user and must get through
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None

    def start(self) -> None:
        atexit.register(self.stop)  # also when pytest gives up before its own end
        os.environ["DATABASE_URL"] = os.environ.get("MAINSTAY_TEST_DATABASE_URL") or self._start_postgres()
        os.environ["MAINSTAY_TEST_REDIS"] = os.environ.get("MAINSTAY_TEST_REDIS_URL") or self._start_redis()
        os.environ["MAINSTAY_TEST_NAME"] = f"test_{secrets.token_hex(4)}"
        os.environ["MAINSTAY_TEST_MIGRATED"] = f"test_migrated_{_state_of_migrations()}"
        place = self.home if self.postgres else Path(tempfile.gettempdir())
        os.environ["MAINSTAY_TEST_LOCK"] = str(place / f"{os.environ['MAINSTAY_TEST_MIGRATED']}.lock")
        os.environ["MAINSTAY_SECRET_KEY"] = secrets.token_urlsafe(50)
        os.environ["TWILIO_AUTH_TOKEN"] = secrets.token_hex(16)
        os.environ["MAINSTAY_STATIC_ROOT"] = str(self.home / "static")
        os.environ.update(ENVIRONMENT)

    def stop(self) -> None:
        """Safe to call twice."""
        for server in (self.redis, self.postgres):
            if server is not None:
                server.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _start_postgres(self) -> str:
        self.postgres = Postgres(self.home / "postgres", quick=True)
        self.postgres.start()
        return self.postgres.url

    def _start_redis(self) -> str:
        self.redis = Redis(self.home / "redis", keep=False)
        self.redis.start()
        return self.redis.url


def _state_of_migrations() -> str:
    state = hashlib.sha256(Path(__file__).with_name("clock.py").read_bytes())
    for path in sorted(PROJECT.glob("*/migrations/*.py")):
        state.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return state.hexdigest()[:16]


def use_redis_of(worker: str) -> None:
    """Give each worker (``gw0``, ``gw1``, ..., or ``master``) a database of its own within the one Redis."""
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    base, _, _ = os.environ["MAINSTAY_TEST_REDIS"].rpartition("/")
    os.environ["REDIS_URL"] = f"{base}/{number}"
