"""The frame store: what goes in comes out, gaps are NaN, late values join their frame."""

import math
from datetime import timedelta
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.db import connection

from detection import frames
from detection.models import Frame, Metric, Series
from detection.moments import Judge
from detection.services import drop_expired_frames, edit_metric, store_frame
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from tests.detection.made import MINUTE, feed, make_metric, make_rule, two_hours_ago
from tests.factories import make_person

pytestmark = pytest.mark.django_db
NAN = float("nan")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_what_goes_in_comes_out(precision: str) -> None:
    metric = make_metric(precision=precision)
    start = two_hours_ago(metric)
    feed(metric, [1, None, 3.5], start=start)
    window = frames.read_window(metric, start - MINUTE, start + 10 * MINUTE, width=1)
    assert window.times == [start, start + MINUTE, start + 2 * MINUTE]
    np.testing.assert_array_equal(window.values[:, 0], [1, NAN, 3.5])


def test_a_float64_metric_counts_exactly_beyond_what_float32_can() -> None:
    count = 16_777_217
    for precision, is_exact in (("float64", True), ("float32", False)):
        metric = make_metric(precision=precision)
        start = two_hours_ago(metric)
        feed(metric, [count], start=start)
        window = frames.read_window(metric, start - MINUTE, start, width=1)
        assert bool(window.values[0, 0] == count) is is_exact


def test_new_labels_get_the_next_position_and_older_frames_are_padded_with_gaps() -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    feed(metric, [1], start=start, status="approved")
    feed(metric, [2], start=start + MINUTE, status="denied")
    assert list(metric.series.values_list("labels__status", "position")) == [("approved", 0), ("denied", 1)]
    window = frames.read_window(metric, start - MINUTE, start + MINUTE, width=2)
    np.testing.assert_array_equal(window.values, [[1, NAN], [NAN, 2]])


def test_a_late_value_joins_the_frame_and_leaves_the_others() -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    feed(metric, [1], start=start, status="approved")
    feed(metric, [2], start=start, status="denied")
    feed(metric, [7], start=start, status="approved")
    assert Frame.objects.count() == 1
    window = frames.read_window(metric, start - MINUTE, start, width=2)
    np.testing.assert_array_equal(window.values, [[7, 2]])


def test_a_time_within_the_minute_belongs_to_the_minute() -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    feed(metric, [1], start=start + timedelta(seconds=59))
    assert Frame.objects.get().at == start


def test_a_grid_has_a_row_for_every_minute() -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    feed(metric, [1], start=start)
    feed(metric, [3], start=start + 2 * MINUTE)
    grid = frames.read_grid(metric, start, start + 3 * MINUTE, width=1)
    np.testing.assert_array_equal(grid.values[:, 0], [1, NAN, 3, NAN])


def test_history_is_read_around_the_same_minute_of_earlier_days() -> None:
    metric = make_metric()
    start = two_hours_ago(metric) - timedelta(days=2)
    feed(metric, [1, 2, 3], start=start - MINUTE)
    parameters = {"direction": "below", "ratio": 0.5, "days": 2, "required_days": 1, "around": 1, "minimum_expected": 1}
    judge = Judge(metric, kind="earlier_days", parameters=parameters)
    judged = judge.judge(start + timedelta(days=2), np.array([1], dtype=np.float32), np.array([False]))
    assert judged.expected.tolist() == [2]


def test_whole_frames_are_written_at_once_and_over_what_is_there_only_what_is_known() -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    feed(metric, [5], start=start + MINUTE)
    rows = [(start + index * MINUTE, np.array([index, NAN, 1e300])) for index in range(3)]
    rows[1] = (start + MINUTE, np.array([NAN, 7, math.inf]))
    assert frames.write_frames(metric, rows) == 2
    window = frames.read_window(metric, start - MINUTE, start + 2 * MINUTE, width=3)
    np.testing.assert_array_equal(window.values, [[0, NAN, NAN], [5, 7, NAN], [2, NAN, NAN]])


@pytest.mark.parametrize("count", [1, 3, 400])
def test_rows_come_out_as_they_went_in_whatever_pieces_they_come_in(count: int) -> None:
    metric = make_metric(precision="float64")
    start, values = two_hours_ago(metric), np.arange(count, dtype=np.float64)
    frames.write_frames(metric, [(start + index * MINUTE, values + index) for index in range(5)])
    for size in (1, 7, 100, 10_000):
        raw, taken = raw_copy(metric), frames._Taken("float64")
        for place in range(0, len(raw), size):
            taken.write(raw[place : place + size])
        assert [at for at, _row in taken.rows] == [start + index * MINUTE for index in range(5)]
        assert [row.tolist() for _at, row in taken.rows] == [(values + index).tolist() for index in range(5)]


def raw_copy(metric: Metric) -> bytes:
    """What COPY sends for all frames of the metric."""
    buffer = BytesIO()
    query = f"SELECT at, is_packed, values FROM detection_frame WHERE metric_id = {metric.pk} ORDER BY at"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", buffer)
    return buffer.getvalue()


def test_frames_are_dropped_when_their_time_is_over() -> None:
    metric = make_metric()
    feed(metric, [1, 2], start=clock.now() - timedelta(hours=3, minutes=2))
    feed(metric, [3], start=clock.now() - timedelta(hours=2))
    make_rule(metric)
    edit_metric(metric, actor=None, via="web", retention=timedelta(hours=3))
    assert drop_expired_frames() == 2
    assert Frame.objects.count() == 1


@pytest.mark.parametrize(
    ("labels", "value"),
    [
        ({"status": "ok"}, float("inf")),
        ({"status": "ok"}, NAN),
        ({"status": "ok"}, 1e39),
        ({"status": "ok"}, 10**400),
        ({"status": "ok"}, "7"),
        ({"status": "ok"}, True),
        ({"status": ""}, 1),
        ({"status": "a\x00b"}, 1),
        ({"status": "\ud800"}, 1),
        ({"status": "x" * 101}, 1),
        ({"status": 7}, 1),
        ({}, 1),
        ({"status": "ok", "more": "x"}, 1),
        ({"other": "x"}, 1),
    ],
)
def test_what_is_no_value_of_the_metric_is_refused_and_nothing_is_stored(labels: Any, value: Any) -> None:
    metric = make_metric()
    with pytest.raises(InputRefused):
        store_frame(metric, at=clock.now(), values=[({"status": "fine"}, 1.0), (labels, value)])
    assert not Frame.objects.exists()
    assert not Series.objects.exists()


def test_a_frame_of_the_future_is_refused() -> None:
    with pytest.raises(InputRefused):
        store_frame(make_metric(), at=clock.now() + timedelta(minutes=5), values=[])


def test_a_stranger_stores_nothing() -> None:
    with pytest.raises(NotPermitted):
        store_frame(make_metric(), at=clock.now(), values=[], actor=make_person("reporter"))


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("interval", {"interval": timedelta(0)}),
        ("retention", {"retention": timedelta(minutes=1)}),
        ("lateness", {"lateness": timedelta(days=-1)}),
        ("dimensions", {"dimensions": ["a b"]}),
        ("dimensions", {"dimensions": ["a", "a"]}),
        ("slug", {"slug": "no slug"}),
        ("precision", {"precision": "float16"}),
    ],
)
def test_a_metric_that_makes_no_sense_is_refused_by_field(field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(InputRefused) as refused:
        make_metric(**fields)
    assert field in refused.value.errors
