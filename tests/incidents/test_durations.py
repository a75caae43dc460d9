"""Durations as people type them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.durations import UNITS, read_duration, split_duration


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("10 min", 10),
        ("10min", 10),
        (" 2 h ", 120),
        ("1 h 30 min", 90),
        ("1.5 h", 90),
        ("1,5 h", 90),
        ("7 d", 7 * 1440),
        ("2 Weeks", 14 * 1440),
        ("90 s", 1.5),
        ("１０ 分钟", 10),
        ("2小时30分", 150),
        ("7 天", 7 * 1440),
        ("10 分钟", 10),
        ("PT10M", 10),
        ("P7D", 7 * 1440),
        ("pt1h30m", 90),
    ],
)
def test_what_people_type_is_read(text: str, minutes: float) -> None:
    assert read_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ten",
            "10",
            "10 x",
            "-5 min",
            "0 min",
            "1 h 1 h",
            "min 10",
            "10 min,",
            "10 min\x00",
            "NaN h",
            "\u0661 h",
        ),
        *("P", "PT", "-PT5M", "P1Y", "P99999999999D", "4000 d", "9" * 400 + " d"),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        read_duration(text)


@given(st.integers(min_value=1, max_value=3650 * 86_400))
def test_what_is_split_reads_the_same(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    text = " ".join(f"{number} {UNITS[unit][0]}" for number, unit in split_duration(duration))
    assert read_duration(text) == duration
