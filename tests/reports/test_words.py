"""Periods, frozen figures, sentences and drawings: values in, values out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import charts, words
from reports.attainment import Tally, Verdict, aggregate, judge
from reports.frozen import Difference, canonical, differences, digest_of
from reports.indicators import Change
from reports.monthly.paths import path_in_words, value_in_words
from reports.period import Month

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
months = st.builds(Month, st.integers(1971, 2999), st.integers(1, 12))


@given(months)
def test_months_follow_each_other_without_gap(month: Month) -> None:
    assert month.end == month.next.start
    assert month.next.previous == month
    assert month.previous < month < month.next
    assert Month.parse(str(month)) == Month.of(month.end - timedelta(seconds=1)) == month


@pytest.mark.parametrize(
    "text", ["2026-00", "2026-13", "2026-1", "26-10", "2026-10-01", "9999-12", "1969-12", "", "２０２６-10"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the value itself is the message)
        Month.parse(text)


def test_a_running_month_has_the_days_that_have_begun() -> None:
    october = Month(2026, 10)
    assert list(october.days(NOON))[-1] == date(2026, 10, 5)
    assert len(list(october.days(datetime(2027, 1, 1, tzinfo=UTC)))) == 31
    assert list(october.days(datetime(2026, 9, 30, tzinfo=UTC))) == []
    assert october.until(NOON) == NOON
    assert october.until(datetime(2027, 1, 1, tzinfo=UTC)) == october.end


@pytest.mark.parametrize(
    ("breached", "stopped", "is_void", "verdict"),
    [
        (None, None, False, None),
        (None, NOON, False, Verdict(True, NOON)),
        (NOON, None, False, Verdict(False, NOON)),
        (NOON, NOON + timedelta(days=40), False, Verdict(False, NOON)),
        (NOON, NOON, True, None),
        (None, NOON, True, None),
    ],
)
def test_a_clock_gets_one_verdict(
    breached: datetime | None, stopped: datetime | None, is_void: bool, verdict: Verdict | None
) -> None:
    assert judge(breached_at=breached, stopped_at=stopped, is_void=is_void) == verdict


def test_no_clock_is_no_share() -> None:
    assert Tally().share is None
    assert aggregate([Tally(3, 1), Tally(0, 0), Tally(1, 3)]).share == 0.5


numbers = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), numbers, max_size=4))
def test_the_hash_does_not_depend_on_the_order_of_keys(found: dict[str, Any]) -> None:
    assert digest_of(dict(reversed(found.items()))) == digest_of(found)
    assert differences(found, found) == []


def test_another_figure_gives_another_hash_and_is_named() -> None:
    old, new = {"a": {"b": 1}, "c": [{"slug": "cards", "n": 4}]}, {"a": {"b": 2}, "c": [{"slug": "cards", "n": 4}]}
    assert digest_of(old) != digest_of(new)
    assert differences(old, new) == [Difference("a b", 1, 2)]


def test_a_new_first_entry_does_not_make_the_others_differ() -> None:
    old = {"services": [{"slug": "cards", "n": 4}]}
    new = {"services": [{"slug": "wallet", "n": 9}, {"slug": "cards", "n": 4}]}
    assert [entry.path for entry in differences(old, new)] == ["services wallet n", "services wallet slug"]


def test_figures_that_are_no_numbers_are_never_frozen() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"share": float("nan")})


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (1.0, "100 %"), (0.9999999, "99.999 %"), (0.5, "50.000 %"), (0.0, "0.000 %")]
)
def test_only_what_is_whole_reads_a_hundred_percent(share: float | None, text: str) -> None:
    assert words.stability(share).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (5, 3, "2 more than the month before"),
        (3, 5, "2 fewer than the month before"),
        (4, 4, "as many as the month before"),
        (None, 4, ""),
    ],
)
def test_counts_are_compared_in_words(now: float | None, before: float | None, text: str) -> None:
    assert words.compared(Change(now, before)) == text


def test_a_share_that_should_be_low_is_worse_when_it_rises() -> None:
    risen = Change(0.4, 0.1)
    assert words.compared_share(risen) == "30.0 points better than the month before"
    assert words.compared_share(risen, is_better_high=False) == "30.0 points worse than the month before"


@pytest.mark.parametrize(
    ("path", "value", "name", "text"),
    [
        ("durations recover 1 median", 5400.0, "Lengths of time · to recover · 1 · median", "1 h 30 min"),
        ("stability services cards uv lost", 12345.5, "Stability · the service · cards · UV · lost", "12,345.5"),
        ("stability company time lost", 60.0, "Stability · Company · Time · lost", "1 min"),
        ("panels problem_age rows count", 3, "Problems · how many", "3"),
        ("panels repeats rows value", 0.25, "repeats", "0.25"),
        ("top 12 title", "Slow", "The incidents that hurt most · 12 · title", "Slow"),
        ("incidents all count", None, "Incidents · all · how many", "–"),
    ],
)
def test_paths_and_values_of_figures_are_told_in_words(path: str, value: Any, name: str, text: str) -> None:
    assert (path_in_words(path), value_in_words(path, value).replace("\u00a0", " ")) == (name, text)


@given(st.lists(st.dictionaries(st.sampled_from("123"), st.integers(1, 500), min_size=1), min_size=1, max_size=15))
def test_bars_are_as_long_as_their_counts_and_stay_inside(parts: list[dict[str, int]]) -> None:
    stacks = [charts.Stack(f"Service {number}", part) for number, part in enumerate(parts)]
    drawing = charts.draw_stacks(stacks, url=lambda _stack, _level: "/", title=lambda _stack, _level: "")
    longest = max(stack.total for stack in stacks)
    drawn = sum(bar["width"] for bar in drawing["bars"])
    assert drawn == pytest.approx(sum(s.total for s in stacks) / longest * (charts.RIGHT - charts.LEFT), abs=1)
    assert all(bar["x"] + bar["width"] <= charts.RIGHT + 1 for bar in drawing["bars"])
    assert len(drawing["bars"]) == sum(len(part) for part in parts)
