"""Geometry of charts: what is drawn lies inside, gaps stay gaps, peaks survive thinning."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.charts import BOTTOM, LEFT, TOP, axes_for, grid_of, path_of, round_step, span_of, thinned, ticks_of

START = datetime(2026, 3, 1, tzinfo=UTC)
NAN = float("nan")
numbers = st.one_of(st.just(NAN), st.floats(-1e6, 1e6))


def minutes(count: int) -> list[datetime]:
    return [START + index * timedelta(minutes=1) for index in range(count)]


@given(values=st.lists(numbers, min_size=2, max_size=50))
def test_every_point_lies_inside_the_drawing(values: list[float]) -> None:
    times = minutes(len(values))
    axes = axes_for(times, np.array(values))
    for x, y in re.findall(r"[ML]([-\d.e]+) ([-\d.e]+)", path_of(axes, times, np.array(values))):
        assert LEFT <= float(x) <= axes.right
        assert TOP <= float(y) <= BOTTOM
    assert all(TOP <= line["y"] <= BOTTOM for line in grid_of(axes))


@given(values=st.lists(numbers, min_size=1, max_size=400), most=st.integers(1, 50))
def test_thinning_keeps_the_highest_value(values: list[float], most: int) -> None:
    points = thinned(minutes(len(values)), np.array(values), most=most)
    assert len(points) <= most
    known = [value for value in values if not np.isnan(value)]
    if known:
        assert max(value for _at, value in points if not np.isnan(value)) == max(known)
        lows = thinned(minutes(len(values)), np.array(values), most=most, lowest=True)
        assert min(value for _at, value in lows if not np.isnan(value)) == min(known)


def test_a_gap_ends_the_line_and_a_lonely_value_is_a_dot() -> None:
    values = np.array([1.0, 2.0, NAN, 3.0, NAN])
    path = path_of(axes_for(minutes(5), values), minutes(5), values)
    assert path.count("M") == 2
    assert path.count("L") == 1
    assert path.endswith("h0")


@pytest.mark.parametrize(("rough", "step"), [(0, 1), (0.3, 0.5), (1, 1), (1.2, 2), (23, 50), (70, 100), (500, 500)])
def test_steps_are_round(rough: float, step: float) -> None:
    assert round_step(rough) == pytest.approx(step)


def test_a_span_outside_the_drawing_is_left_out_and_one_across_its_edge_is_cut() -> None:
    axes = axes_for(minutes(11), np.arange(11.0))
    hour = timedelta(hours=1)
    assert span_of(axes, START - hour, START - hour / 2, "span") is None
    assert span_of(axes, START + hour, START + 2 * hour, "span") is None
    span = span_of(axes, START - hour, START + 5 * timedelta(minutes=1), "span")
    assert span is not None
    assert (span["x"], span["x"] + span["width"]) == (LEFT, pytest.approx((LEFT + axes.right) / 2))


def test_ticks_go_from_end_to_end() -> None:
    ticks = ticks_of(axes_for(minutes(11), np.arange(11.0)), 6)
    assert [at for _x, at in ticks] == minutes(11)[::2]
