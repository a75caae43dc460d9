"""What is asked of a source, and what comes back. Pure: no database, no clock, no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

NO_LABEL = "(none)"
BYTES_A_ROW = 1000
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Access:
    """Where a source is, and how far it may go."""

    options: Mapping[str, Any]
    secret: str = field(default="", repr=False)
    seconds: float = 10.0
    """For one question, from the first byte to the last row."""
    row_cap: int = 100_000

    @property
    def byte_cap(self) -> int:
        """How large one answer may be: room for each of its rows, and never more than MOST_BYTES."""
        return min(MOST_BYTES, 1024 * 1024 + BYTES_A_ROW * self.row_cap)

    def text(self, name: str, default: str = "") -> str:
        return str(self.options.get(name) or default)

    def number(self, name: str, default: int) -> int:
        return int(self.options.get(name) or default)


@dataclass(frozen=True)
class Query:
    """What one metric wants to know of one interval."""

    table: str = ""
    time_column: str = ""
    time_format: str = "timestamp"
    time_zone: str = "UTC"
    aggregate: str = "count"
    value_column: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    """(dimension, column), in the order of the metric's dimensions."""
    filters: tuple[tuple[str, Any], ...] = ()
    statement: str = ""
    """Of somebody's own, instead of all that."""


@dataclass(frozen=True)
class Row:
    """Labels in the order of the query's, and a value: as the source gave them, believed by nobody yet."""

    labels: tuple[Any, ...]
    value: Any


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[tuple[str, str], ...]
    """(name, type)."""


@dataclass(frozen=True)
class Sample:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Reader(Protocol):
    """A connection to a source; every method raises SourceError."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def tables(self) -> list[Table]: ...

    def sample(self, table: str, limit: int = 5) -> Sample: ...

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        """One row for each combination of labels with a time in [start, end)."""
        ...


class FreeReader(Reader, Protocol):
    """One that answers a query of any columns, too."""

    def answer_to(self, statement: str, start: datetime, end: datetime) -> Sample:
        """Every column and row of the answer; ``:start`` and ``:end`` may stand in the statement."""
        ...
