"""The arithmetic of shares, trends and scores on values."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detection.inspections.measures import share_of, trend_of
from detection.inspections.scoring import Happening, Period, Score, score

NAN, INF = np.nan, np.inf
NOW = datetime(2026, 5, 31, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=number)


def test_a_share_is_one_of_what_is_known_where_enough_is() -> None:
    beyond, known = np.array([5, 0, 4, 0]), np.array([50, 100, 49, 0])
    np.testing.assert_equal(share_of(beyond, known, 100, least=0.5), [0.1, 0.0, NAN, NAN])


@pytest.mark.parametrize(
    ("days", "slope", "level", "left"),
    [
        ([10, 12, 14, 16], 2, 16, 7),
        ([10, 12, 90, 16, 18, 20], 2, 20, 5),  # one bad day bends nothing
        ([10, NAN, 14, 16], 2, 16, 7),
        ([20, 18, 16], -2, 16, INF),
        ([7, 7, 7], 0, 7, INF),
        ([28, 30, 32], 2, 32, 0),
        ([10, NAN, NAN, NAN, 16], NAN, NAN, NAN),  # less than half of the days
        ([10, 12], NAN, NAN, NAN),
    ],
)
def test_a_trend_is_the_median_of_slopes_and_reaches_thirty(
    days: list[float], slope: float, level: float, left: float
) -> None:
    trend = trend_of(np.array(days, dtype=float).reshape(-1, 1))
    np.testing.assert_allclose([trend.slope[0], trend.level[0]], [slope, level])
    np.testing.assert_allclose(trend.days_until(30, is_rising=True), [left])


def test_a_trend_downwards_reaches_what_lies_below() -> None:
    trend = trend_of(np.array([[20.0, 5.0], [18.0, 6.0], [16.0, 7.0]]))
    np.testing.assert_allclose(trend.days_until(10, is_rising=False), [3, 0])


def scored(periods: list[Period], happenings: list[Happening]) -> Score:
    return score(periods, happenings, within=timedelta(days=10), now=NOW)


@pytest.mark.parametrize(
    ("period", "occurred", "where", "is_foretold"),
    [
        (Period(1, 7, day(2), None), day(5), "warned", True),
        (Period(1, 7, day(2), None), day(2), "warned", True),
        (Period(1, 7, day(2), None), day(12), "warned", True),
        (Period(1, 7, day(2), None), day(13), "unfollowed", False),  # too late
        (Period(1, 7, day(2), None), day(1), "unfollowed", False),  # before
        (Period(1, 8, day(2), None), day(5), "unfollowed", False),  # another service
        (Period(1, 7, day(2), day(4)), day(5), "unfollowed", False),  # it was gone
        (Period(1, 7, day(25), None), day(5), "young", False),
        (Period(1, 7, day(25), day(26)), day(5), "unfollowed", False),
        (Period(1, None, day(2), None), day(5), "unplaced", False),
    ],
)
def test_a_finding_warns_of_what_comes_while_it_stands_and_counts(
    period: Period, occurred: datetime, where: str, is_foretold: bool
) -> None:
    found = scored([period], [Happening(9, 7, occurred)])
    places = {name: getattr(found, name) for name in ("warned", "unfollowed", "young", "unplaced")}
    assert {name for name, numbers in places.items() if numbers} == {where}
    assert (found.foretold, found.missed) == (([9], []) if is_foretold else ([], [9]))


def test_the_shares_are_of_findings_and_of_incidents() -> None:
    periods = [Period(1, 7, day(1), day(2)), Period(1, 7, day(3), None), Period(2, 8, day(1), None)]
    found = scored(periods, [Happening(9, 7, day(4)), Happening(10, 7, day(5)), Happening(11, 9, day(5))])
    assert (found.warned, found.unfollowed, found.foretold, found.missed) == ([1], [2], [9, 10], [11])
    assert (found.precision, found.recall) == (50.0, 66.7)
    assert (scored([], []).precision, scored([], []).recall) == (None, None)
