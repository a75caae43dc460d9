"""Which rows are believed: tables of cases, and one law."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detection.believing import REASONS, Bounds, believe
from detection.sources import Row

BOUNDS = Bounds(lowest=0, highest=1e6, largest=3.4e38)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "type"),
        (None, "type"),
        ("12", "type"),
        ([1], "type"),
        (math.nan, "not_finite"),
        (-math.inf, "not_finite"),
        (Decimal("NaN"), "not_finite"),
        (-1, "negative"),
        (10**400, "huge"),
        (1e7, "huge"),
        (Decimal("1E+999999"), "not_finite"),
    ],
)
def test_what_is_no_number_within_bounds_is_a_gap_with_a_reason(value: Any, reason: str) -> None:
    answer = believe([Row(("m1",), value)], 1, BOUNDS)
    assert math.isnan(answer.values[("m1",)])
    assert list(answer.rejected) == [reason]


@pytest.mark.parametrize(
    ("label", "text"),
    [(None, "(none)"), ("", "(none)"), (7, "7"), (7.0, "7"), (True, "true"), ("a\x00b", "a�b"), ("\ud800", "�")],
)
def test_a_label_becomes_a_printable_text(label: Any, text: str) -> None:
    assert list(believe([Row((label,), 1)], 1, BOUNDS).values) == [(text,)]


@pytest.mark.parametrize("labels", [("x" * 101,), (b"x",), ({"a": 1},), (), ("a", "b")])
def test_a_label_that_is_none_is_told(labels: tuple[Any, ...]) -> None:
    answer = believe([Row(labels, 1)], 1, BOUNDS)
    assert (answer.values, list(answer.rejected)) == ({}, ["label"])


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=5), st.decimals()
)


@settings(max_examples=100)
@given(st.lists(st.tuples(ANYTHING, ANYTHING)))
def test_nothing_raises_and_nothing_gets_lost(pairs: list[tuple[Any, Any]]) -> None:
    answer = believe([Row((label,), value) for label, value in pairs], 1, BOUNDS)
    assert set(answer.rejected) <= set(REASONS)
    assert all(0 <= value <= 1e6 or math.isnan(value) for value in answer.values.values())
    counted = len(answer.values) + sum(note.count for note in answer.rejected.values())
    assert counted >= len(pairs)
