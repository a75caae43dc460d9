"""Two edits of one text become one, and nothing that either wrote is lost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.merging import merge

CASES = [
    # base, mine, theirs, merged, conflicts
    ("", "a", "", "a", 0),
    ("", "", "b", "b", 0),
    ("", "mine", "theirs", "theirs\nmine", 0),
    ("one\ntwo", "one\ntwo\nmine", "one\ntwo\ntheirs", "one\ntwo\ntheirs\nmine", 0),
    ("one\ntwo\n", "one\ntwo\nmine", "one\ntwo\ntheirs", "one\ntwo\ntheirs\nmine", 0),
    ("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nTHREE", "ONE\ntwo\nTHREE", 0),
    (
        "the cards failed at nine",
        "the red cards failed at nine",
        "the cards failed at ten",
        "the red cards failed at ten",
        0,
    ),
    ("支付失败", "支付全部失败", "支付失败了", "支付全部失败了", 0),
    ("a\ntwo", "a\ntwo and more", "a\ntwo\nnext", "a\ntwo and more\nnext", 0),
    ("ten users", "12 users", "15 users", "15 users\n12 users", 1),
    ("one\ntwo\nthree", "one\nthree", "one\ntwo\nthree\nfour", "one\nthree\nfour", 0),
    ("one\ntwo", "one", "one\ntwo, better", "one\ntwo, better", 1),
    ("same", "same again", "same again", "same again", 0),
]


@pytest.mark.parametrize(("base", "mine", "theirs", "merged", "conflicts"), CASES)
def test_both_changes_are_in_the_text(base: str, mine: str, theirs: str, merged: str, conflicts: int) -> None:
    found = merge(base, mine, theirs)
    assert (found.text, found.conflicts) == (merged, conflicts)


def test_thousands_of_equal_lines_are_merged_at_once() -> None:
    base = "a\n" * 9_000
    begun = time.process_time()
    found = merge(base, f"{base}mine", f"theirs\n{base}b")
    assert ["mine" in found.text, "theirs" in found.text] == [True, True]
    assert time.process_time() - begun < 1


LINES = st.lists(st.sampled_from(["red", "green", "blue", "", "a b c"]), max_size=6)


@given(LINES, st.integers(0, 6), st.integers(0, 6))
def test_a_line_that_somebody_puts_in_is_there_afterwards(lines: list[str], place: int, other: int) -> None:
    base = "\n".join(lines)
    mine = "\n".join([*lines[:place], "put in by me", *lines[place:]])
    theirs = "\n".join([*lines[:other], "put in by them", *lines[other:]])
    found = merge(base, mine, theirs).text
    assert "put in by me" in found
    assert "put in by them" in found


@given(LINES, LINES, LINES)
def test_no_new_word_of_either_side_is_lost(base: list[str], mine: list[str], theirs: list[str]) -> None:
    found = merge(*("\n".join(lines) for lines in (base, mine, theirs))).text
    for word in {*mine, *theirs} - {*base}:
        assert word in found
