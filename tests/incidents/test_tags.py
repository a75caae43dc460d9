"""How tags are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.tags import normalise_tags, split_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        (" , ,", []),
        ("Cards, EU ,cards", ["cards", "eu"]),
        ("支付，退款、慢；EU", ["支付", "退款", "慢", "eu"]),
        ("two   words,\ttab\there", ["two words", "tab here"]),
        ("e\u0301te\u0301", ["été"]),
        ("zero\u200bwidth", ["zero width"]),
    ],
)
def test_tags_are_lower_case_and_each_once(text: str, tags: list[str]) -> None:
    assert split_tags(text) == tags


@given(st.lists(st.text(max_size=50), max_size=10))
def test_normalising_twice_changes_nothing(tags: list[str]) -> None:
    once = normalise_tags(tags)
    assert normalise_tags(once) == once
    assert len(set(once)) == len(once)
