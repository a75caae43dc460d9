from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import thrift_sasl
from pyhive import hive
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TTransportException

from detection.sources import times
from detection.sources.asking import Query, Table
from detection.sources.errors import SourceError
from detection.sources.hosts import address_of
from detection.sources.sql import SqlReader, tables_of

MOST_TABLES = 100


class _Line(TSocket):  # type: ignore[misc]
    """Counts what comes, whatever thrift makes of it."""

    spend: Callable[[int], None]

    def read(self, size: int) -> bytes:
        found: bytes = super().read(size)
        try:
            self.spend(len(found))
        except SourceError:
            self.close()
            raise
        return found


class Reader(SqlReader):
    """Hive by HiveServer2's Thrift protocol. Hive has no session that cannot write: nothing but one SELECT is ever
    sent, and the user should be one that may only read."""

    URL: ClassVar = "hive://"
    PARSED_AS: ClassVar = "hive"
    IS_COUNTED: ClassVar = True
    PORT: ClassVar = 10000

    def connect(self) -> Any:
        access = self.access
        line = _Line(address_of(access, self.PORT), access.number("port", self.PORT))
        line.spend = self.spend
        line.setTimeout(max(int(access.seconds * 1000), 1))
        return hive.connect(
            thrift_transport=self._transport(line),
            username=access.text("user") or "mainstay",
            database=access.text("database", "default"),
            configuration={"hive.query.timeout.seconds": f"{max(int(access.seconds), 1)}s"},
        )

    def bound(self, at: datetime, query: Query) -> Any:
        moment = times.written(at, query.time_format, query.time_zone)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if isinstance(moment, datetime) else moment

    def catalogue(self) -> list[Table]:
        names = [row[-1] if len(row) == 1 else row[1] for row in self._driver_rows("SHOW TABLES")]
        return tables_of(
            (name, str(row[0]).strip(), str(row[1]).strip())
            for name in names[:MOST_TABLES]
            for row in self._columns(name)
        )

    def is_timeout(self, error: BaseException) -> bool:
        return isinstance(error, TTransportException) and error.type == TTransportException.TIMED_OUT

    def words_of(self, error: BaseException) -> str:
        status = getattr(error.args[0] if error.args else None, "status", None)
        return str(getattr(status, "errorMessage", "") or error)

    def is_gone(self, error: BaseException) -> bool:
        return isinstance(error, TTransportException | EOFError)

    def _transport(self, line: TSocket) -> Any:
        access = self.access
        if access.text("auth") == "nosasl":
            return TBufferedTransport(line)
        user, password = access.text("user") or "mainstay", access.secret or "x"
        client = lambda: hive.get_installed_sasl(  # noqa: E731
            host=access.text("host"), sasl_auth="PLAIN", service=None, username=user, password=password
        )
        return thrift_sasl.TSaslClientTransport(client, "PLAIN", line)

    def _columns(self, table: str) -> list[Any]:
        """Up to the empty line after which partitions are told once more."""
        rows = self._driver_rows(f"DESCRIBE {self._connected.dialect.identifier_preparer.quote_identifier(table)}")
        found = []
        for row in rows:
            if not row[0] or str(row[0]).startswith("#"):
                break
            found.append(row)
        return found

    def _driver_rows(self, statement: str) -> list[Any]:
        return list(self._connected.exec_driver_sql(statement).fetchall())
