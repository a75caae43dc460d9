"""What text may be kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.text import one_line, sanitise, sanitise_all


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("a\0b", "a\ufffdb"),
        ("\ud800x", "\ufffdx"),
        ("\U0001f525 慢", "\U0001f525 慢"),
        ("a\u202eb", "a\u202eb"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_only_what_cannot_be_kept_is_replaced(text: str, kept: str) -> None:
    assert sanitise(text) == kept


def test_every_text_of_a_tree_is_kept() -> None:
    value: Any = {"a\0": ["\ud800", {"b": "\0", "n": 1.5}, None, True]}
    assert sanitise_all(value) == {"a\ufffd": ["\ufffd", {"b": "\ufffd", "n": 1.5}, None, True]}


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_is_sanitised_can_be_stored(text: str) -> None:
    kept = sanitise(text)
    assert len(kept) == len(text)
    assert "\0" not in kept
    kept.encode("utf-8")


@given(st.text(max_size=400))
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 300
    assert one_line(line) == line.strip()
