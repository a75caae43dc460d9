"""Everything that speaks SQL through a driver: one reader; what differs between the engines is in files of theirs."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar, Self

import sqlalchemy as sa
from django.utils.translation import gettext as _
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from detection.sources.asking import Access, Query, Row, Sample, Table
from detection.sources.errors import UNREACHABLE, SourceError, refused_by_source, timed_out, too_large, too_many_rows
from detection.sources.statements import first_rows, free_statement, grouped, own_statement

CHUNK = 200
"""Rows that are fetched between two looks at the time and at what has come."""
LONGEST_ROW = 128 * 1024
"""Bytes; so many of them for a whole chunk are fetched before anybody looks."""
CATALOGUE = (
    "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
    "WHERE lower(table_schema) NOT IN ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys') "
    "ORDER BY table_schema, table_name, ordinal_position LIMIT 5000"
)


class SqlReader(ABC):
    """Reads one database. A subclass says how to connect, and how the engine is kept to reading and to its time."""

    URL: ClassVar[str]
    """SQLAlchemy's name of dialect and driver."""
    PARSED_AS: ClassVar[str]
    """sqlglot's name of the dialect."""
    IS_COUNTED: ClassVar = False
    """Whether the line to the server counts the bytes that come, before they are anything."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.ends_at, self.bytes_left = 0.0, 0
        self.connection: sa.Connection | None = None

    @abstractmethod
    def connect(self) -> Any:
        """A connection of the driver that can only read. Raises SourceError, or what the driver raises."""

    @abstractmethod
    def bound(self, at: datetime, query: Query) -> Any:
        """The moment as the time column has it."""

    def prepare(self, at: datetime, query: Query) -> list[str]:
        """Statements before the question: a time zone, a time-out."""
        return []

    def tune(self, dialect: sa.Dialect) -> None:  # noqa: B027 - most need nothing
        """Change how SQL is written."""

    def limited(self, question: Any, longest_row: int) -> Any:
        """The question, so asked that no row of its answer has more bytes, where the line itself cannot be limited."""
        return question

    def is_too_large(self, error: BaseException) -> bool:
        """Whether the engine gave up because a row, or a value, was too long."""
        return False

    def is_timeout(self, error: BaseException) -> bool:
        """Whether the engine gave up because its time was over."""
        return False

    def words_of(self, error: BaseException) -> str:
        """What the engine said."""
        return str(error)

    def is_gone(self, error: BaseException) -> bool:
        """Whether the line broke."""
        return False

    def catalogue(self) -> list[Table]:
        rows = self._rows(sa.text(CATALOGUE))
        return tables_of((f"{schema}.{table}", column, kind) for schema, table, column, kind in rows)

    def __enter__(self) -> Self:
        self._begin()
        with self._sentences():
            engine = sa.create_engine(self.URL, creator=self.connect, poolclass=NullPool)
            self.tune(engine.dialect)
            self.connection = engine.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.connection is not None:
            try:
                self.connection.close()
            except SQLAlchemyError:  # a connection that is broken is as good as closed
                if not self.connection.closed:
                    self.connection.invalidate()

    def tables(self) -> list[Table]:
        self._begin()
        with self._sentences():
            return self.catalogue()

    def sample(self, table: str, limit: int = 5) -> Sample:
        self._begin()
        with self._sentences():
            question = self.limited(first_rows(table, limit), self.access.byte_cap // limit)
            result = self._connected.execute(question)
            return Sample(tuple(result.keys()), [tuple(row) for row in result.fetchmany(limit)])

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        """An own statement answers the labels, in the order of the dimensions, and then the value."""
        self._begin()
        bounds = self.bound(start, query), self.bound(end, query)
        if query.statement:
            question: Any = own_statement(query.statement, self.PARSED_AS, *bounds)
        else:
            question = grouped(query, *bounds)
        with self._sentences():
            for statement in self.prepare(start, query):
                self._connected.exec_driver_sql(statement)
            rows = self._rows(question)
        width = len(query.labels) + 1
        if query.statement and rows and len(rows[0]) != width:
            raise wrong_width(len(rows[0]), width)
        return [Row(labels=row[:-1], value=row[-1]) for row in rows]

    def answer_to(self, statement: str, start: datetime, end: datetime) -> Sample:
        """Every column and row of a statement of somebody's own, in which ``:start`` and ``:end`` may stand."""
        self._begin()
        query = Query(statement=statement)
        question = free_statement(statement, self.PARSED_AS, self.bound(start, query), self.bound(end, query))
        with self._sentences():
            for prepared in self.prepare(start, query):
                self._connected.exec_driver_sql(prepared)
            columns, rows = self._answer(question)
        return Sample(columns, rows)

    @property
    def _connected(self) -> sa.Connection:
        assert self.connection is not None, "enter the reader first"  # noqa: S101
        return self.connection

    def _begin(self) -> None:
        self.ends_at, self.bytes_left = time.monotonic() + self.access.seconds, self.access.byte_cap

    def spend(self, count: int) -> None:
        """So many bytes more have come. Raises SourceError where they are too many."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise too_large()

    def _rows(self, question: Any) -> list[tuple[Any, ...]]:
        return self._answer(question)[1]

    def _answer(self, question: Any) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """The names of the columns, and the rows."""
        streamed = self._connected.execution_options(stream_results=True, max_row_buffer=CHUNK)
        try:
            result = streamed.execute(self.limited(question, LONGEST_ROW))
            return tuple(result.keys()), self._fetched(result)
        except SourceError:
            self._connected.invalidate()  # whoever closes it in good order reads the rest of the answer first
            raise

    def _fetched(self, result: "sa.CursorResult[Any]") -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        while chunk := result.fetchmany(CHUNK):
            rows += [tuple(row) for row in chunk]
            if not self.IS_COUNTED:
                self.spend(sum(_size(value) for row in chunk for value in row))
            if len(rows) > self.access.row_cap:
                raise too_many_rows(self.access.row_cap)
            if time.monotonic() > self.ends_at:
                raise timed_out()
        return rows

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """What drivers raise, in words for people."""
        try:
            yield
        except SourceError:
            raise
        except Exception as error:  # drivers raise whatever they like; none of it may stop a worker
            raise self._understood(error) from error

    def _understood(self, error: Exception) -> SourceError:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if isinstance(cause, SourceError):
            return cause
        if self.is_too_large(cause):
            return too_large()
        if time.monotonic() > self.ends_at or self.is_timeout(cause):
            return timed_out()
        is_gone = isinstance(error, DBAPIError) and error.connection_invalidated
        if self.connection is None or is_gone or isinstance(cause, OSError) or self.is_gone(cause):
            return SourceError(self.refusal(cause) or UNREACHABLE)
        return refused_by_source(self.words_of(cause), self.access.secret)

    def refusal(self, error: BaseException) -> Any:
        """A sentence where the engine let nobody in; nothing where it cannot be reached."""
        return ""


def _size(value: Any) -> int:
    """About how many bytes."""
    if isinstance(value, str | bytes | bytearray | memoryview):
        return len(value)
    return len(str(value)) if isinstance(value, list | dict | tuple) else 16


def wrong_width(given: int, wanted: int) -> SourceError:
    words = {"given": given, "wanted": wanted}
    sentence = _("The query answers %(given)d columns instead of %(wanted)d: the dimensions, then the value.") % words
    return SourceError(sentence, permanent=True)


def tables_of(found: Iterable[tuple[str, str, str]]) -> list[Table]:
    """(table, column, type) by table, in the order they came."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in found:
        tables.setdefault(table, []).append((column, str(kind).lower()))
    return [Table(name, tuple(columns)) for name, columns in tables.items()]
