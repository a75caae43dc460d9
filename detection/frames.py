"""The frame store: how the values of a metric go into PostgreSQL and come out as arrays."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, cast

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Now

from detection.models import Frame, Metric
from detection.rules.verdict import Values

# The binary format of COPY (PostgreSQL manual, "COPY", "Binary Format"): a signature, flags, an extension; then rows
# of length-prefixed fields; -1 at the end. A timestamp is microseconds since the year 2000.
_HEADER = struct.Struct("!11sII")
_EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Window:
    """``times`` (n_frames, ascending) and ``values`` (n_frames, n_series) as float64; NaN is a gap."""

    times: list[datetime]
    values: Values


def append_frame(metric: Metric, at: datetime, places: dict[int, float], *, width: int) -> bool:
    """Write ``places`` (position -> value, NaN for a gap) of one frame; over what a frame of that time already holds.

    ``width`` is the number of series known. Returns True where the frame is new.
    """
    fresh = _lay(np.full(width, np.nan), places).astype(metric.precision).tobytes()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO detection_frame (metric_id, at, values) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [metric.pk, at, fresh],
        )
        if cursor.rowcount:
            return True
        held = Frame.objects.select_for_update().get(metric=metric, at=at)
        row = _widen(np.frombuffer(bytes(held.values), dtype=metric.precision), width)
        Frame.objects.filter(metric=metric, at=at).update(values=_lay(row, places).astype(metric.precision).tobytes())
        return False


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
    query = f"SELECT at, values FROM detection_frame WHERE metric_id = %s AND ({where}) ORDER BY at LIMIT %s"  # noqa: S608
    rows = list(_copy(query, [metric.pk, *(moment for pair in ranges for moment in pair), limit]))
    values = np.full((len(rows), width), np.nan)
    for index, (_at, stored) in enumerate(rows):
        row = np.frombuffer(stored, dtype=metric.precision)[:width]
        values[index, : len(row)] = row
    return Window([at for at, _stored in rows], values)


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


def read_around(metric: Metric, moments: list[datetime], around: int, *, width: int) -> Values:
    """The frames ``around`` each moment, on both sides: (n_moments, 2 * around + 1, width), NaN where there is none."""
    reach = metric.interval * (around + 0.5)
    found = read_ranges(metric, [(moment - reach, moment + reach) for moment in moments], width=width)
    history = np.full((len(moments), 2 * around + 1, width), np.nan)
    for at, row in zip(found.times, found.values, strict=True):
        for index, moment in enumerate(moments):
            place = round((at - moment) / metric.interval) + around
            if 0 <= place <= 2 * around:
                history[index, place] = row
    return history


def drop_expired(metric: Metric) -> int:
    """Delete the metric's frames that are older than it wants to keep them."""
    deleted, _by_model = Frame.objects.filter(metric=metric, at__lt=Now() - metric.retention).delete()
    return deleted


def _lay(row: Values, places: dict[int, float]) -> Values:
    if places:
        row[list(places)] = list(places.values())
    return row


def _widen(row: Any, width: int) -> Values:
    wide = np.full(max(width, len(row)), np.nan)
    wide[: len(row)] = row
    return wide


def _copy(query: str, values: list[Any]) -> Iterator[tuple[datetime, bytes]]:
    """Rows of (timestamp, bytes) by binary COPY, which spares the driver from reading bytea as hexadecimal text."""
    buffer = BytesIO()
    with connection.cursor() as wrapped:
        cursor = cast(Any, wrapped)
        command = cursor.mogrify(query, values).decode()
        cursor.copy_expert(f"COPY ({command}) TO STDOUT (FORMAT binary)", buffer)
    raw = buffer.getbuffer()
    _signature, _flags, extension = _HEADER.unpack_from(raw)
    place = _HEADER.size + extension
    while struct.unpack_from("!h", raw, place)[0] != -1:
        moment, length = struct.unpack_from("!qi", raw, place + 6)
        start = place + 18
        yield _EPOCH_2000 + moment * _MICROSECOND, bytes(raw[start : start + length])
        place = start + length
