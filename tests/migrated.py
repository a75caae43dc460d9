"""One migrated database for all workers of a session: one of them makes it, each takes a copy.

Migrating takes ten seconds, copying a tenth of one. Whoever needs a database first migrates; the others wait, or run
what needs no database.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def copy_migrated() -> None:
    """Let the test database of this process become a copy. Whose name it has: tests/servers.py."""
    connection.settings_dict["TEST"]["TEMPLATE"] = _migrated()


@contextmanager
def another_copy() -> Iterator[str]:
    """A database beside that of this process, for programs of their own; its name. It is gone afterwards."""
    template, name = _migrated(), f"test_{secrets.token_hex(8)}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrated() -> str:
    name = os.environ["MAINSTAY_TEST_MIGRATED"]
    with Path(os.environ["MAINSTAY_TEST_LOCK"]).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(name):
            _migrate(name)
    return name


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def _migrate(name: str) -> None:
    """Under another name until it is whole: a session that is killed meanwhile leaves nothing that looks migrated."""
    draft = f"{name}_draft"
    plain, own = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = draft
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()  # nobody may be in what is copied
        connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"] = plain, own
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {draft} RENAME TO {name}")
