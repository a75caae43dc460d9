"""What a voice says, and how long it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.speech import PAUSE, sayable, seconds, spelled, within


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Payments <break time='9s'/> down", "Payments break time '9s' down"),
        ("&lt;Dial&gt;", "lt;Dial gt;"),
        ("\N{FIRE} fire \N{FIRE}", "fire"),
        ("call +19005551234 now", "call 1 9 0 0 5 5 5 1 2 3 4 now"),
        ("99 of 1234", "99 of 1234"),
        ("支付接口不可用", "支付接口不可用"),
        ("a\r\n\x1b[31mb", "a 31mb"),
    ],
)
def test_only_words_and_numbers_are_said(text: str, expected: str) -> None:
    assert sayable(text) == expected


def test_a_number_is_spelled() -> None:
    assert spelled("1042") == "1 0 4 2"


def test_the_rates_are_those_of_slow_voices() -> None:
    assert 0.35 < seconds("hello") < 0.5
    assert seconds("支付接口") == 1.0
    assert seconds(".") == PAUSE


def test_too_much_is_cut_between_words() -> None:
    assert within("one two three four", 100) == "one two three four"
    assert within("one two three four", seconds("one two thr")) == "one two"
    assert within("支付接口不可用", 1.0) == "支付接口"
    assert within("x" * 100, 1.0) == "x" * 13
    assert within("word", 0) == ""


@given(text=st.text(), limit=st.floats(0, 30))
def test_what_is_cut_fits(text: str, limit: float) -> None:
    assert seconds(within(text, limit)) <= limit


@given(st.text())
def test_no_markup_survives(text: str) -> None:
    said = sayable(text)
    assert not set("<>&") & set(said)
    assert sayable(said) == said
