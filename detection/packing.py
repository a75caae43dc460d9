"""Rows by position, most of them alike, as bytes: the common row once, and those that differ with their places. Pure.

What a rule remembers of a million series of which three are disturbed then costs three rows, not a million.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_HEADER = struct.Struct("<BI")
_SPARSE, _DENSE = 0xF0, 0xF1
"""The first byte. No row of codes written before there was a header begins with one of them."""

Rows = NDArray[Any]


def pack(rows: Rows) -> bytes:
    """One-dimensional ``rows`` of any fixed-width dtype; ``unpack`` with the same dtype gives them back."""
    if not len(rows):
        return b""
    rows = np.ascontiguousarray(rows)
    raw = _as_integers(rows)
    common, places = _common(raw)
    width = rows.dtype.itemsize
    if len(places) * (width + 4) >= len(rows) * width:
        return _HEADER.pack(_DENSE, len(rows)) + rows.tobytes()
    parts = (rows[common : common + 1].tobytes(), places.astype("<u4").tobytes(), rows[places].tobytes())
    return _HEADER.pack(_SPARSE, len(rows)) + b"".join(parts)


def unpack(stored: bytes | memoryview, dtype: np.dtype[Any], count: int | None = None) -> Rows:
    """The rows that ``pack`` was given, a copy; cut or filled up with zeros to ``count``."""
    rows = _read(stored, dtype)
    if count is None or count == len(rows):
        return rows
    fitted = np.zeros(count, dtype=dtype)
    fitted[: len(rows)] = rows[:count]
    return fitted


def _read(given: bytes | memoryview, dtype: np.dtype[Any]) -> Rows:
    stored = bytes(given)
    if not len(stored):
        return np.zeros(0, dtype=dtype)
    mark, count = _HEADER.unpack_from(stored) if stored[0] in (_SPARSE, _DENSE) else (None, 0)
    if mark is None:
        return np.frombuffer(stored, dtype=dtype).copy()
    if mark == _DENSE:
        return np.frombuffer(stored, dtype=dtype, count=count, offset=_HEADER.size).copy()
    start = _HEADER.size + dtype.itemsize
    differing = (len(stored) - start) // (dtype.itemsize + 4)
    rows = np.empty(count, dtype=dtype)
    rows[:] = np.frombuffer(stored, dtype=dtype, count=1, offset=_HEADER.size)
    places = np.frombuffer(stored, dtype="<u4", count=differing, offset=start)
    rows[places] = np.frombuffer(stored, dtype=dtype, count=differing, offset=start + 4 * differing)
    return rows


def _common(raw: NDArray[np.unsignedinteger[Any]]) -> tuple[int, NDArray[np.intp]]:
    """The place of a row that many others equal, out of three looked at, and the places of those that differ."""
    found = 0, _differing(raw, 0)
    for place in (len(raw) // 2, len(raw) - 1):
        if len(found[1]) * 2 < len(raw):
            break
        found = min(found, (place, _differing(raw, place)), key=lambda candidate: len(candidate[1]))
    return found


def _differing(raw: NDArray[np.unsignedinteger[Any]], place: int) -> NDArray[np.intp]:
    differs = raw != raw[place]
    return np.flatnonzero(differs if raw.ndim == 1 else differs.any(axis=1))


def _as_integers(rows: Rows) -> NDArray[np.unsignedinteger[Any]]:
    """The bytes of each row as integers to compare: (n) where a row is one of them, (n, k) otherwise."""
    size = rows.dtype.itemsize
    if size in (1, 2, 4, 8):
        return rows.view(f"<u{size}")
    unit = next(unit for unit in (8, 4, 2, 1) if size % unit == 0)
    return rows.view(f"<u{unit}").reshape(len(rows), size // unit)
