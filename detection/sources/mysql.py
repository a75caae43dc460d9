import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import pymysql

from detection.sources import times
from detection.sources.asking import Query
from detection.sources.errors import REFUSED, SourceError
from detection.sources.hosts import address_of
from detection.sources.sql import SqlReader

_TIMED_OUT = {1969, 3024, 2013}
"""Ended by MariaDB, by MySQL, by our own patience."""
_NOT_LET_IN = {1044, 1045, 1698, 2061}


class Reader(SqlReader):
    """MySQL and MariaDB through PyMySQL, in a session that cannot write."""

    URL: ClassVar = "mysql+pymysql://"
    PARSED_AS: ClassVar = "mysql"
    IS_COUNTED: ClassVar = True
    PORT: ClassVar = 3306

    def connect(self) -> Any:
        access, seconds = self.access, max(self.access.seconds, 1)
        address = address_of(access, self.PORT)
        connection = _Connection(
            host=access.text("host"),
            port=access.number("port", self.PORT),
            database=access.text("database"),
            user=access.text("user"),
            password=access.secret,
            charset="utf8mb4",
            connect_timeout=seconds,
            read_timeout=seconds + 1,
            write_timeout=seconds,
            local_infile=False,
            ssl=ssl.create_default_context() if access.options.get("tls") else None,
            defer_connect=True,
        )
        connection.spend = self.spend
        connection.connect_to(address)
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            self._limit_time(cursor)
        return connection

    def bound(self, at: datetime, query: Query) -> Any:
        moment = times.written(at, query.time_format, query.time_zone)
        return moment.replace(tzinfo=None) if isinstance(moment, datetime) else moment

    def prepare(self, at: datetime, query: Query) -> list[str]:
        # TIMESTAMP columns are shown in the session's zone; an offset needs no tables of zones on the server.
        return [f"SET time_zone = '{times.offset_of(at, query.time_zone)}'"]

    def is_timeout(self, error: BaseException) -> bool:
        return bool(error.args) and error.args[0] in _TIMED_OUT

    def refusal(self, error: BaseException) -> Any:
        return REFUSED if error.args and error.args[0] in _NOT_LET_IN else ""

    def _limit_time(self, cursor: Any) -> None:
        """MariaDB counts in seconds, MySQL in milliseconds and for SELECT only."""
        try:
            cursor.execute("SET SESSION max_statement_time = %s", [self.access.seconds])
        except pymysql.err.OperationalError:
            cursor.execute("SET SESSION max_execution_time = %s", [int(self.access.seconds * 1000)])


class _Connection(pymysql.connections.Connection):
    """Connects to an address that was looked at, checks the certificate against the name, and counts what comes."""

    spend: Callable[[int], None]

    def _read_bytes(self, num_bytes: int) -> bytes:
        try:
            self.spend(num_bytes)
        except SourceError:
            self._force_close()
            raise
        found: bytes = super()._read_bytes(num_bytes)  # type: ignore[misc]
        return found

    def _force_close(self) -> None:
        # Cursors read the rest of their answer when they are let go: there is none any more.
        if (result := getattr(self, "_result", None)) is not None:
            result.unbuffered_active = False
        super()._force_close()  # type: ignore[misc]

    def connect_to(self, address: str) -> None:
        plain = socket.create_connection((address, self.port), self.connect_timeout)
        plain.settimeout(None)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.connect(plain)
