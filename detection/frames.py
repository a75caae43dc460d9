"""The frame store: how the values of a metric go into PostgreSQL and come out as arrays."""

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from detection import packing
from detection.models import Frame, Metric
from detection.rules.verdict import Mask, Values

# The binary format of COPY (PostgreSQL manual, "COPY", "Binary Format"): a signature, flags, an extension; then rows
# of length-prefixed fields; -1 at the end. A timestamp is microseconds since the year 2000.
_HEADER = struct.Struct("!11sII")
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_ROW_IN = struct.Struct("!hiqiqi?i")
"""Number of fields; length and value of metric_id, of at and of is_packed; length of what follows."""
_ROW_OUT = struct.Struct("!hiqi?i")
_SELECT = "SELECT at, is_packed, values FROM detection_frame"
_MOSTLY_GAPS = 0.6
_END = struct.pack("!h", -1)
_PIECE = 1 << 20
_EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Row = tuple[datetime, Values]


@dataclass(frozen=True)
class Window:
    """``times`` (n_frames, ascending) and ``values`` (n_frames, n_series) as float64; NaN is a gap."""

    times: list[datetime]
    values: NDArray[np.float64]


def append_frame(metric: Metric, at: datetime, places: dict[int, float], *, width: int) -> bool:
    """Write ``places`` (position -> value, NaN for a gap) of one frame; over what a frame of that time already holds.

    ``width`` is the number of series known. Returns True where the frame is new.
    """
    row = np.full(width, np.nan, dtype=metric.precision)
    named = np.zeros(width, dtype=np.bool_)
    if places:
        positions = np.fromiter(places, dtype=np.intp, count=len(places))
        row[positions] = np.fromiter(places.values(), dtype=metric.precision, count=len(places))
        named[positions] = True
    return write_frames(metric, [(at, row)], named=named) == 1


def write_frames(metric: Metric, rows: Iterable[tuple[datetime, Values]], *, named: Mask | None = None) -> int:
    """Write whole frames (time on the metric's grid, values by position), each time once. Returns how many are new.

    Over a frame that is there already, the positions ``named`` are laid; without it, those whose value is not NaN.
    What is infinite, or too large for the metric's precision, is a gap.
    """
    given = {at: _as_kept(metric, values) for at, values in rows}
    with transaction.atomic():
        # One writer at a time for each metric, so that what is not there now is not there a moment later either.
        Metric.objects.select_for_update(no_key=True).only("pk").get(pk=metric.pk)
        held = read_at(metric, list(given))
        fresh = [(at, values) for at, values in given.items() if at not in held]
        _copy_in(metric, fresh)
        for at, row in held.items():
            merged = _merge(row, given[at], named)
            is_packed, stored = _as_stored(merged)
            Frame.objects.filter(metric=metric, at=at).update(values=stored, is_packed=is_packed)
    return len(fresh)


def read_rows(metric: Metric, after: datetime, until: datetime, *, limit: int | None = None) -> list[Row]:
    """The frames with ``after`` < time <= ``until``, oldest first, as they are kept: not to be written to."""
    query = f"{_SELECT} WHERE metric_id = %s AND at > %s AND at <= %s ORDER BY at LIMIT %s"
    return _copy_out(query, [metric.pk, after, until, limit], metric.precision)


def read_at(metric: Metric, times: list[datetime]) -> dict[datetime, Values]:
    """The frames of exactly these times, as they are kept: not to be written to."""
    query = f"{_SELECT} WHERE metric_id = %s AND at = ANY(%s)"
    return dict(_copy_out(query, [metric.pk, times], metric.precision)) if times else {}


def read_window(metric: Metric, after: datetime, until: datetime, *, width: int, limit: int | None = None) -> Window:
    """The frames with ``after`` < time <= ``until``, oldest first."""
    return read_ranges(metric, [(after, until)], width=width, limit=limit)


def read_ranges(
    metric: Metric, ranges: list[tuple[datetime, datetime]], *, width: int, limit: int | None = None
) -> Window:
    """The frames of several stretches (after, until], each frame once, oldest first."""
    if not ranges:
        return Window([], np.empty((0, width)))
    where = " OR ".join(["(at > %s AND at <= %s)"] * len(ranges))
    # The condition is made of constants; every value goes through the driver's quoting below.
    query = f"{_SELECT} WHERE metric_id = %s AND ({where}) ORDER BY at LIMIT %s"
    rows = _copy_out(query, [metric.pk, *(moment for pair in ranges for moment in pair), limit], metric.precision)
    values = np.full((len(rows), width), np.nan)
    for index, (_at, row) in enumerate(rows):
        values[index, : len(row)] = row[:width]
    return Window([at for at, _row in rows], values)


def read_grid(metric: Metric, start: datetime, end: datetime, *, width: int) -> Window:
    """One row for every interval from ``start`` to ``end``; minutes without a frame are NaN."""
    first = metric.align(start)
    count = max(int((end - first) // metric.interval) + 1, 0)
    found = read_window(metric, first - _MICROSECOND, end, width=width)
    values = np.full((count, width), np.nan)
    for at, row in zip(found.times, found.values, strict=True):
        index = round((at - first) / metric.interval)
        if 0 <= index < count:
            values[index] = row
    return Window([first + index * metric.interval for index in range(count)], values)


def drop_expired() -> int:
    """Delete what metrics no longer want to keep, frames and the verdicts on them. Returns how many frames went."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM detection_verdict verdict USING detection_rule rule, detection_metric metric "
            "WHERE rule.id = verdict.rule_id AND metric.id = rule.metric_id "
            "AND verdict.at < statement_timestamp() - metric.retention"
        )
        cursor.execute(
            "DELETE FROM detection_frame frame USING detection_metric metric "
            "WHERE metric.id = frame.metric_id AND frame.at < statement_timestamp() - metric.retention"
        )
        return int(cursor.rowcount)


def _as_kept(metric: Metric, values: Values) -> Values:
    with np.errstate(over="ignore"):
        kept = np.asarray(values).astype(metric.precision)
    kept[np.isinf(kept)] = np.nan
    return kept


def _as_stored(values: Values) -> tuple[bool, bytes]:
    """Packed where most is gaps: merchants that pay now and then would fill the disk with nothing otherwise."""
    is_packed = bool(np.count_nonzero(np.isnan(values)) > _MOSTLY_GAPS * len(values))
    return is_packed, packing.pack(values) if is_packed else values.tobytes()


def _merge(held: Values, given: Values, named: Mask | None) -> Values:
    row = np.full(max(len(held), len(given)), np.nan, dtype=held.dtype)
    row[: len(held)] = held
    laid = ~np.isnan(given) if named is None else named
    row[: len(given)][laid] = given[laid]
    return row


def _copy_in(metric: Metric, rows: list[tuple[datetime, Values]]) -> None:
    """New frames by binary COPY, which spares both sides from writing and reading bytea as hexadecimal text."""
    if not rows:
        return
    parts: list[Any] = [_HEADER.pack(_SIGNATURE, 0, 0)]
    for at, values in rows:
        moment = (at - _EPOCH_2000) // _MICROSECOND
        is_packed, stored = _as_stored(values)
        parts += [_ROW_IN.pack(4, 8, metric.pk, 8, moment, 1, is_packed, len(stored)), stored]
    parts.append(_END)
    with connection.cursor() as wrapped:
        cursor = cast(Any, wrapped)
        command = "COPY detection_frame (metric_id, at, is_packed, values) FROM STDIN (FORMAT binary)"
        cursor.copy_expert(command, _Parts(parts), size=_PIECE)


class _Parts:
    """Reads a list of bytes as if they were one, without ever laying them side by side."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts, self.place = deque(memoryview(part) for part in parts), 0

    def read(self, size: int) -> bytes:
        if not self.parts:
            return b""
        part = self.parts[0]
        piece = part[self.place : self.place + size]
        self.place += len(piece)
        if self.place >= len(part):
            self.parts.popleft()
            self.place = 0
        return bytes(piece)


def _copy_out(query: str, values: list[Any], precision: str) -> list[Row]:
    """(time, values) of a query that begins with _SELECT, by binary COPY."""
    taken = _Taken(precision)
    with connection.cursor() as wrapped:
        cursor = cast(Any, wrapped)
        command = cursor.mogrify(query, values).decode()
        cursor.copy_expert(f"COPY ({command}) TO STDOUT (FORMAT binary)", taken)
    return taken.rows


class _Taken:
    """Takes what COPY writes, row by row as it comes: a window of many frames is never held twice."""

    def __init__(self, precision: str) -> None:
        self.dtype, self.rows = np.dtype(precision), list[Row]()
        self.rest, self.has_begun = b"", False

    def write(self, data: bytes) -> int:
        raw = self.rest + data if self.rest else data
        place = 0
        if not self.has_begun and len(raw) >= _HEADER.size:
            _signature, _flags, extension = _HEADER.unpack_from(raw)
            place, self.has_begun = _HEADER.size + extension, True
        while self.has_begun and len(raw) - place >= _ROW_OUT.size:
            _fields, _eight, moment, _one, is_packed, length = _ROW_OUT.unpack_from(raw, place)
            begins, ends = place + _ROW_OUT.size, place + _ROW_OUT.size + length
            if len(raw) < ends:
                break
            self.rows.append((_EPOCH_2000 + moment * _MICROSECOND, self._row(raw, begins, ends, is_packed)))
            place = ends
        self.rest = raw[place:] if place else raw
        return len(data)

    def _row(self, raw: bytes, begins: int, ends: int, is_packed: bool) -> Values:
        if is_packed:
            return packing.unpack(raw[begins:ends], self.dtype)
        return np.frombuffer(raw, self.dtype, count=(ends - begins) // self.dtype.itemsize, offset=begins)
