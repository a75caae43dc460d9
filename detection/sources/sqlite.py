import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from django.conf import settings
from django.utils.translation import gettext as _

from detection.sources import times
from detection.sources.asking import Access, Query, Table
from detection.sources.errors import SourceError
from detection.sources.sql import SqlReader

STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the time."""
MOST_TABLES = 500


class Reader(SqlReader):
    """A SQLite file below MAINSTAY_SOURCE_FILES, opened for reading."""

    URL: ClassVar = "sqlite://"
    PARSED_AS: ClassVar = "sqlite"

    def connect(self) -> Any:
        path = file_of(self.access)
        # The file may be read while its owner writes to it; a lock is waited for as long as the question may take.
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=self.access.seconds)
        connection.execute("PRAGMA query_only = on")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self.access.byte_cap)  # of any one value or row
        connection.set_authorizer(_allow_reading)
        connection.set_progress_handler(lambda: time.monotonic() > self.ends_at, STEPS)
        return connection

    def bound(self, at: datetime, query: Query) -> Any:
        moment = times.written(at, query.time_format, query.time_zone)
        return moment.strftime("%Y-%m-%d %H:%M:%S") if isinstance(moment, datetime) else moment

    def tune(self, dialect: sa.Dialect) -> None:
        # SQLite takes a name in double quotes that it does not know for a text, and counts on. Not so in backticks.
        dialect.identifier_preparer = sa.sql.compiler.IdentifierPreparer(dialect, "`", escape_quote="`")

    def is_too_large(self, error: BaseException) -> bool:
        return "too big" in str(error) or isinstance(error, MemoryError)

    def is_timeout(self, error: BaseException) -> bool:
        return "interrupted" in str(error) or "locked" in str(error)

    def catalogue(self) -> list[Table]:
        names = self._rows(sa.text("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"))
        return [Table(name, self._columns(name)) for (name,) in names[:MOST_TABLES] if not name.startswith("sqlite_")]

    def _columns(self, table: str) -> tuple[tuple[str, str], ...]:
        quoted = self._connected.dialect.identifier_preparer.quote_identifier(table)
        found = self._connected.exec_driver_sql(f"PRAGMA table_info({quoted})").fetchall()
        return tuple((str(row[1]), str(row[2]).lower()) for row in found)


def file_of(access: Access) -> Path:
    """The file, below the one folder for them, wherever links lead. Raises SourceError."""
    folder = settings.SOURCE_FILES
    if not folder:
        sentence = _("There is no folder for files: the setting MAINSTAY_SOURCE_FILES names it.")
        raise SourceError(sentence, permanent=True)
    name = access.text("path")
    try:
        base = Path(folder).resolve()
        path = (base / name).resolve()
    except (OSError, ValueError):
        raise _no_file() from None
    if not name or "\x00" in name or not path.is_relative_to(base) or not path.is_file():
        raise _no_file()
    return path


def _no_file() -> SourceError:
    return SourceError(_("There is no such file in the folder for files."), permanent=True)


_RECURSIVE = 33  # SQLITE_RECURSIVE of sqlite3.h, which this Python has no name for
_READING = {
    *(sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION),
    _RECURSIVE,
}
_PRAGMAS = {"table_info", "query_only", "read_uncommitted"}


def _allow_reading(action: int, first: str | None, second: str | None, _base: str | None, _by: str | None) -> int:
    """The file is opened for reading anyway; this keeps a query of somebody's own off other files and settings."""
    is_fine = action in _READING and second != "load_extension"
    is_fine = is_fine or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
    return sqlite3.SQLITE_OK if is_fine else sqlite3.SQLITE_DENY
