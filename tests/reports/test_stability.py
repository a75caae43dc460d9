"""The laws of stability, and cases worked out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.columns import moment_of
from reports.stability import Harms, Share, aggregate, greatest_of_ranges, share_of_days
from reports.targets import budget_of

START = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(2026, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Harm:
    start: datetime
    end: datetime
    amount: float


@dataclass(frozen=True)
class Day:
    start: datetime
    end: datetime
    amount: float


def columns(intervals: Sequence[tuple[datetime, datetime]]) -> Harms:
    starts, ends = ([moment_of(pair[side]) for pair in intervals] for side in (0, 1))
    return Harms(np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64))


def measure(harms: Sequence[Harm], days: Sequence[Day]) -> Share:
    bounds = [*(day.start for day in days), *(day.end for day in days[-1:])]
    midnights = np.array([moment_of(bound) for bound in bounds], dtype=np.int64)
    amounts = np.array([one.amount for one in harms], dtype=np.float64)
    lost = columns([(one.start, one.end) for one in harms]).lost_by_day(amounts, midnights)
    return share_of_days(lost, np.array([day.amount for day in days], dtype=np.float64))


def measure_time(down: Sequence[tuple[datetime, datetime]], *, start: datetime, end: datetime) -> Share:
    midnights = np.array([moment_of(start), moment_of(end)], dtype=np.int64)
    covered = columns(down).covered_by_day(np.ones(len(down), dtype=np.bool_), midnights)
    return Share(float(covered.sum()), (end - start).total_seconds())


def week(amount: float) -> list[Day]:
    return [Day(START + ONE_DAY * n, START + ONE_DAY * (n + 1), amount) for n in range(7)]


def harm(start_hour: float, hours: float, amount: float) -> Harm:
    start = START + HOUR * start_hour
    return Harm(start, start + HOUR * hours, amount)


hours = st.integers(min_value=-30, max_value=200)
lengths = st.integers(min_value=0, max_value=60)
amounts = st.integers(min_value=0, max_value=5_000)
harm_lists = st.lists(st.builds(harm, hours, lengths, amounts), max_size=8)
audiences = st.integers(min_value=1, max_value=3_000)


def test_no_harm_is_full_stability() -> None:
    assert measure([], week(1000)).stability == 1


def test_without_anybody_to_lose_there_is_no_stability() -> None:
    assert measure([harm(1, 1, 50)], []).stability is None
    assert measure([harm(1, 1, 50)], week(0)).stability is None


def test_a_harm_costs_its_users_out_of_the_user_days() -> None:
    assert measure([harm(10, 2, 700)], week(1000)).lost == pytest.approx(700)


def test_in_an_overlap_only_the_larger_impact_counts() -> None:
    # 600 users in an hour, and within it 500 in ten minutes: 50 minutes at 10 a minute, 10 minutes at 50.
    both = [harm(1, 1, 600), Harm(START + HOUR, START + HOUR + timedelta(minutes=10), 500)]
    assert measure(both, week(10_000)).lost == pytest.approx(1000)


def test_only_the_part_within_the_period_counts() -> None:
    assert measure([harm(-1, 2, 100)], week(1000)).lost == pytest.approx(50)
    assert measure([harm(7 * 24 - 1, 4, 100)], week(1000)).lost == pytest.approx(25)


def test_a_harm_without_length_still_counts() -> None:
    assert measure([harm(5, 0, 40)], week(1000)).lost == pytest.approx(40)


def test_no_day_loses_more_than_its_whole() -> None:
    assert measure([harm(10, 1, 9000)], week(1000)).lost == pytest.approx(1000)


def test_down_time_is_a_union() -> None:
    down = [(START, START + HOUR), (START + HOUR / 2, START + 2 * HOUR), (START - HOUR, START + HOUR / 4)]
    assert measure_time(down, start=START, end=END) == Share(7200, 7 * 86_400)


@given(harm_lists, audiences)
def test_stability_lies_between_nought_and_one(harms: list[Harm], audience: int) -> None:
    stability = measure(harms, week(audience)).stability
    assert stability is not None
    assert 0 <= stability <= 1


@given(harm_lists, hours, st.integers(2, 60), amounts, st.integers(1, 59), audiences)
def test_splitting_an_interval_changes_nothing(
    others: list[Harm], start: int, length: int, amount: int, cut: int, audience: int
) -> None:
    cut = 1 + cut % (length - 1) if length > 1 else 1
    whole = harm(start, length, amount)
    parts = [harm(start, cut, amount * cut / length), harm(start + cut, length - cut, amount * (length - cut) / length)]
    split = measure([*others, *parts], week(audience))
    assert split.lost == pytest.approx(measure([*others, whole], week(audience)).lost, abs=1e-6)


@given(harm_lists, audiences, st.integers(1, 9))
def test_splitting_a_service_changes_nothing(harms: list[Harm], audience: int, tenths: int) -> None:
    ratio = tenths / 10
    parts = [
        measure([Harm(h.start, h.end, h.amount * part) for h in harms], week(audience * part))
        for part in (ratio, 1 - ratio)
    ]
    whole = measure(harms, week(audience))
    assert aggregate(parts).stability == pytest.approx(whole.stability)


@given(harm_lists, st.builds(harm, hours, lengths, amounts), st.integers(0, 500), audiences)
def test_more_impact_never_makes_it_more_stable(others: list[Harm], one: Harm, more: int, audience: int) -> None:
    before = measure([*others, one], week(audience)).lost
    worse = Harm(one.start, one.end, one.amount + more)
    assert measure([*others, worse], week(audience)).lost >= before - 1e-6
    assert before >= measure(others, week(audience)).lost - 1e-6


@given(harm_lists, audiences)
def test_the_same_harm_twice_counts_once(harms: list[Harm], audience: int) -> None:
    assert measure(harms * 2, week(audience)).lost == pytest.approx(measure(harms, week(audience)).lost)


@given(harm_lists, audiences)
def test_an_overlap_costs_no_more_than_the_sum_and_no_less_than_the_worst(harms: list[Harm], audience: int) -> None:
    together = measure(harms, week(audience)).lost
    alone = [measure([one], week(audience)).lost for one in harms]
    assert together <= sum(alone) + 1e-6
    assert together >= max(alone, default=0) - 1e-6


@given(st.lists(st.tuples(harm_lists, audiences), min_size=1, max_size=4))
def test_the_company_is_the_weighted_mean_of_its_services(services: list[tuple[list[Harm], int]]) -> None:
    shares = [measure(harms, week(audience)) for harms, audience in services]
    company = aggregate(shares)
    weighted = sum((share.stability or 0) * share.whole for share in shares) / sum(share.whole for share in shares)
    assert company.stability == pytest.approx(weighted)


@given(st.lists(st.tuples(hours, lengths), max_size=8))
def test_the_union_never_counts_twice(pairs: list[tuple[int, int]]) -> None:
    """Hour by hour: an hour is down when any interval covers it."""
    down = [(START + HOUR * start, START + HOUR * (start + length)) for start, length in pairs]
    covered = {hour for start, length in pairs for hour in range(start, start + length) if 0 <= hour < 7 * 24}
    assert measure_time(down, start=START, end=END).lost == len(covered) * 3600


def test_days_of_different_size_weigh_by_their_size() -> None:
    days = [
        Day(a, b, amount) for (a, b), amount in zip(pairwise([START, START + ONE_DAY, END]), [100, 900], strict=True)
    ]
    assert measure([harm(1, 1, 50)], days).stability == pytest.approx(0.95)


@given(harm_lists, audiences, st.sets(st.integers(1, 6)))
def test_cutting_the_period_at_midnights_changes_nothing(harms: list[Harm], audience: int, cuts: set[int]) -> None:
    """Months of a year, or the days before and after a service moved: the pieces add up."""
    whole, bounds = week(audience), [0, *sorted(cuts), 7]
    parts = [measure(harms, whole[first:after]) for first, after in pairwise(bounds)]
    assert aggregate(parts).lost == pytest.approx(measure(harms, whole).lost, abs=1e-6)
    down = [(one.start, one.end) for one in harms]
    pieces = [
        measure_time(down, start=START + ONE_DAY * first, end=START + ONE_DAY * after)
        for first, after in pairwise(bounds)
    ]
    assert aggregate(pieces) == measure_time(down, start=START, end=END)


ranges = st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0.1, 9))


@given(st.lists(ranges, max_size=12))
def test_the_greatest_of_ranges_is_what_a_loop_over_them_finds(found: list[tuple[int, int, float]]) -> None:
    expected = np.zeros(40)
    for first, after, value in found:
        expected[first:after] = np.maximum(expected[first:after], value)
    firsts, afters = (np.array([one[side] for one in found], dtype=np.int64) for side in (0, 1))
    values = np.array([one[2] for one in found])
    assert greatest_of_ranges(firsts, afters, values, size=40).tolist() == expected.tolist()


@given(st.floats(0, 1), st.floats(0, 900), st.integers(1, 1000), st.integers(0, 1000))
def test_a_budget_is_used_up_when_the_target_is_missed(target: float, lost: float, so_far: int, ahead: int) -> None:
    budget = budget_of(target, lost=lost, so_far=so_far, whole=so_far + ahead)
    assert budget.left == pytest.approx(budget.allowed - lost)
    if budget.burn is not None and ahead == 0:
        assert (budget.burn > 1) == (budget.left < 0) or budget.left == pytest.approx(0, abs=1e-6)
