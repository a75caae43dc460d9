"""What is packed comes out again, and costs as much as differs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection import packing

ROW = np.dtype([("seen", "?"), ("level", "<f4"), ("count", "<u2")])
DTYPES = [np.dtype(np.int8), np.dtype(np.float32), np.dtype(np.float64), ROW]


@pytest.mark.parametrize("dtype", DTYPES)
@given(raw=st.binary(max_size=400), alike=st.integers(0, 40))
def test_rows_come_out_as_they_went_in(dtype: np.dtype[Any], raw: bytes, alike: int) -> None:
    size = dtype.itemsize
    rows = np.frombuffer((raw[:size] * alike if len(raw) >= size else b"") + raw[: len(raw) // size * size], dtype)
    assert packing.unpack(packing.pack(rows), dtype).tobytes() == rows.tobytes()


def test_only_what_differs_costs_anything() -> None:
    codes = np.ones(1_000_000, dtype=np.int8)
    codes[[3, 999_999]] = 2
    stored = packing.pack(codes)
    assert len(stored) < 20
    assert np.flatnonzero(packing.unpack(stored, codes.dtype) == 2).tolist() == [3, 999_999]


def test_the_common_row_need_not_be_the_first() -> None:
    codes = np.ones(10_000, dtype=np.int8)
    codes[:100] = 2
    assert len(packing.pack(codes)) < 600


def test_more_or_fewer_rows_than_were_packed_are_made_fit() -> None:
    stored = packing.pack(np.array([7, 7, 8], dtype=np.int8))
    assert packing.unpack(stored, np.dtype(np.int8), 5).tolist() == [7, 7, 8, 0, 0]
    assert packing.unpack(stored, np.dtype(np.int8), 2).tolist() == [7, 7]
    assert packing.unpack(b"", np.dtype(np.int8), 2).tolist() == [0, 0]


def test_codes_of_an_older_version_are_read() -> None:
    assert packing.unpack(bytes([1, 2, 0, 1]), np.dtype(np.int8)).tolist() == [1, 2, 0, 1]
