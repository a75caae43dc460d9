"""What a text message costs, and how a long one is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.segments import cheapest, count_segments, fit, is_gsm, isolated, one_line, shorten

EMOJI = "\N{FIRE}"
CASES = {
    "nothing": ("", 1),
    "a full part of GSM-7": ("a" * 160, 1),
    "one more": ("a" * 161, 2),
    "two full parts": ("a" * 306, 2),
    "one more than two": ("a" * 307, 3),
    "an extension character counts twice": ("a" * 158 + "€", 1),
    "and makes it two": ("a" * 159 + "€", 2),
    "and is not torn apart": ("a" * 152 + "€" + "a" * 152, 3),
    "line breaks are of the alphabet": ("a\r\n" * 53, 1),
    "a full part of UCS-2": ("支" * 70, 1),
    "one more Chinese": ("支" * 71, 2),
    "two full Chinese parts": ("支" * 134, 2),
    "one more than two Chinese": ("支" * 135, 3),
    "one Chinese character makes all of it UCS-2": ("a" * 70 + "支", 2),
    "an emoji counts twice": (EMOJI * 35, 1),
    "one more emoji": (EMOJI * 36, 2),
    "an emoji is not torn apart": ("支" * 66 + EMOJI + "支" * 66, 3),
    "Greek capitals are of the alphabet": ("ΔΦΓΛΩΠΨΣΘΞ" * 16, 1),
    "a backtick is not": ("`" * 71, 2),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_what_it_costs(text: str, expected: int) -> None:
    assert count_segments(text) == expected


def test_typographic_characters_give_way_where_that_saves_the_alphabet() -> None:
    assert cheapest("“Card” – it’s slow…") == '"Card" - it\'s slow...'
    assert cheapest("“支付” – slow…") == "“支付” – slow…"


def test_of_a_long_middle_there_is_as_much_as_fits() -> None:
    text = fit("[L1] INC-1", "x" * 500, "reply 4 1")
    assert text.startswith("[L1] INC-1 - xxx")
    assert text.endswith("... - reply 4 1")
    assert count_segments(text) == 2
    assert count_segments(text.replace("...", "....")) == 2 or len(text) >= 304
    assert fit("[L1] INC-1", "short", "reply 4 1") == "[L1] INC-1 - short - reply 4 1"
    assert fit("[L1] INC-1", "", "reply 4 1") == "[L1] INC-1 - reply 4 1"


def test_it_is_cut_between_characters() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    assert shorten(f"ab{family}", 6) == "ab\N{MAN}…"
    assert shorten("abc", 3) == "abc"
    assert shorten("ab cd", 4) == "ab…"
    assert shorten("abc", 0) == ""


def test_a_line_holds_no_breaks_no_colours_and_no_hidden_directions() -> None:
    assert one_line("a\r\nBcc: b\x1b[31m\x07\u2028c\u202e\u200b d\ud800") == "a Bcc: b [31m c d"
    assert one_line("  \N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL} ") == "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


def test_what_runs_from_right_to_left_is_isolated() -> None:
    assert isolated("تعطل الدفع") == "\u2068تعطل الدفع\u2069"
    assert isolated("abc 支付") == "abc 支付"


@given(st.text())
def test_a_cheaper_text_never_costs_more(text: str) -> None:
    assert count_segments(cheapest(text)) <= count_segments(text)
    assert is_gsm(cheapest(text)) or cheapest(text) == text


@given(st.text())
def test_one_line_is_a_line_and_stays_one(text: str) -> None:
    line = one_line(text)
    assert not set("\n\r\x1b") & set(line)
    assert one_line(line) == line


@given(middle=st.text(max_size=400), most=st.integers(1, 3))
def test_head_and_tail_are_whole_and_the_parts_are_kept_to(middle: str, most: int) -> None:
    text = fit("[L1] INC-1", one_line(middle), "reply 4 1", most=most)
    assert text.startswith("[L1] INC-1")
    assert text.endswith("reply 4 1")
    assert count_segments(text) <= most
