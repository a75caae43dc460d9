import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import happybase
from django.utils.translation import gettext as _
from thriftpy2.thrift import TException

from detection.sources import times
from detection.sources.asking import Access, Query, Row, Sample, Table
from detection.sources.errors import UNREACHABLE, SourceError, refused_by_source, timed_out, too_many_rows
from detection.sources.hosts import address_of

ROW_KEY = "row"
PORT = 9090
MOST_TABLES = 100
BATCH = 1000


class Reader:
    """HBase by its Thrift server. The time is the beginning of the row key (``row``) or a column (``cf:at``); rows are
    counted here, so the cap is one of rows read."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.ends_at = 0.0
        self.connection: Any = None

    def __enter__(self) -> Self:
        self._begin()
        with self._sentences():
            self.connection = happybase.Connection(
                host=address_of(self.access, PORT),
                port=self.access.number("port", PORT),
                timeout=max(int(self.access.seconds * 1000), 1),
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.connection is not None:
            self.connection.close()

    def tables(self) -> list[Table]:
        self._begin()
        with self._sentences():
            names = [name.decode() for name in self.connection.tables()[:MOST_TABLES]]
            return [Table(name, ((ROW_KEY, "row key"), *self._families(name))) for name in names]

    def sample(self, table: str, limit: int = 5) -> Sample:
        self._begin()
        with self._sentences():
            rows = list(self.connection.table(table).scan(limit=limit))
        columns = tuple(dict.fromkeys(column.decode() for _key, cells in rows for column in cells))
        found = [(_text(key), *(_text(cells.get(name.encode())) for name in columns)) for key, cells in rows]
        return Sample((ROW_KEY, *columns), found)

    def read(self, query: Query, start: datetime, end: datetime) -> list[Row]:
        self._begin()
        begin, until = (_written(at, query) for at in (start, end))
        conditions = [_condition(column, "=", str(value)) for column, value in query.filters]
        bounds: dict[str, Any] = {}
        if query.time_column == ROW_KEY:
            bounds = {"row_start": begin.encode(), "row_stop": until.encode()}
        else:
            conditions += [_condition(query.time_column, op, at) for op, at in ((">=", begin), ("<", until))]
        with self._sentences():
            found = self.connection.table(query.table).scan(
                filter=" AND ".join(conditions).encode() or None, batch_size=BATCH, **bounds
            )
            return _counted(query, self._capped(found))

    def _families(self, table: str) -> list[tuple[str, str]]:
        return [(name.decode(), "family") for name in self.connection.table(table).families()]

    def _capped(self, found: Any) -> Iterator[dict[bytes, bytes]]:
        for count, (_key, cells) in enumerate(found, start=1):
            if count > self.access.row_cap:
                raise too_many_rows(self.access.row_cap)
            if time.monotonic() > self.ends_at:
                raise timed_out()
            yield cells

    def _begin(self) -> None:
        self.ends_at = time.monotonic() + self.access.seconds

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except SourceError:
            raise
        except TimeoutError as error:
            raise timed_out() from error
        except (OSError, EOFError) as error:
            raise SourceError(UNREACHABLE) from error
        except TException as error:
            if time.monotonic() > self.ends_at:
                raise timed_out() from error
            # What the transport raises has a type; what HBase says has a message.
            if message := getattr(error, "message", b"") if not hasattr(error, "type") else b"":
                words = message.decode(errors="replace") if isinstance(message, bytes) else message
                raise refused_by_source(words, self.access.secret) from error
            raise SourceError(UNREACHABLE) from error
        except Exception as error:  # a garbled answer may break the protocol's code anywhere
            raise SourceError(_("The source's answer cannot be understood.")) from error


def _counted(query: Query, rows: Iterator[dict[bytes, bytes]]) -> list[Row]:
    """Counted, summed or averaged by labels; one value that is no number makes its sum none."""
    counts: dict[tuple[Any, ...], int] = {}
    sums: dict[tuple[Any, ...], Any] = {}
    for cells in rows:
        labels = tuple(_text(cells.get(column.encode())) for _dimension, column in query.labels)
        counts[labels] = counts.get(labels, 0) + 1
        if query.aggregate != "count":
            value, before = _number(cells.get(query.value_column.encode())), sums.get(labels, 0)
            is_sum = isinstance(value, int | float) and isinstance(before, int | float)
            sums[labels] = before + value if is_sum else (value if isinstance(before, int | float) else before)
    if query.aggregate == "count":
        return [Row(labels, count) for labels, count in counts.items()] or ([] if query.labels else [Row((), 0)])
    if query.aggregate == "sum":
        return [Row(labels, value) for labels, value in sums.items()]
    return [
        Row(labels, value / counts[labels] if isinstance(value, int | float) else value)
        for labels, value in sums.items()
    ]


def _written(at: datetime, query: Query) -> str:
    moment = times.written(at, query.time_format, query.time_zone)
    return f"{moment:%Y-%m-%d %H:%M:%S}" if isinstance(moment, datetime) else str(moment)


def _condition(column: str, operator: str, value: str) -> str:
    family, colon, name = column.partition(":")
    if not colon or not family:
        raise SourceError(_("A column of HBase is written family:name."), permanent=True)
    parts = (_quoted(family), _quoted(name), operator, _quoted(f"binary:{value}"))
    return f"SingleColumnValueFilter({', '.join(parts)}, true, true)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(cell: bytes | None) -> Any:
    """A text where it is one, else the bytes, which nobody takes for a label."""
    if cell is None:
        return None
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell


def _number(cell: bytes | None) -> Any:
    """Written out, or eight bytes as HBase's own counters have them."""
    text = _text(cell)
    try:
        return float(text)
    except (TypeError, ValueError):
        return int.from_bytes(cell, signed=True) if cell is not None and len(cell) == 8 else text
