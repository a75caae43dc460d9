"""Periods are read as they are written, and pieces cover them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.period import GRAINS, between, parse_period, pieces

days = st.dates(date(1971, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("text", "first", "after", "previous"),
    [
        ("2026-10-03", "2026-10-03", "2026-10-04", "2026-10-02"),
        ("2026-W01", "2025-12-29", "2026-01-05", "2025-W52"),
        ("2026-02", "2026-02-01", "2026-03-01", "2026-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01", "2026-Q3"),
        ("2026", "2026-01-01", "2027-01-01", "2025"),
        ("2026-10-30..2026-11-02", "2026-10-30", "2026-11-03", "2026-10-26..2026-10-29"),
    ],
)
def test_each_kind_is_written_in_one_way(text: str, first: str, after: str, previous: str) -> None:
    period = parse_period(text)
    assert (str(period), str(period.first_day), str(period.end_day)) == (text, first, after)
    assert str(period.previous) == previous


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-13",
        "2026-W54",
        "2026-Q5",
        "0001",
        "9999",
        "2026-02-30",
        "2026-10-02..2026-10-01",
        "2000-01-01..2026-01-01",
    ],
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_period(text)


@given(days, st.integers(0, 800), st.sampled_from(sorted(GRAINS)))
def test_pieces_follow_each_other_and_cover_the_period(first: date, length: int, grain: str) -> None:
    period = between(first, first + timedelta(days=length))
    assert parse_period(str(period)) == period
    found = list(pieces(period, grain))
    assert found[0].first_day <= period.first_day
    assert found[-1].end_day >= period.end_day
    assert all(one.end_day == other.first_day for one, other in pairwise(found))
