"""Whatever comes in as a frame is refused with its row named, or judged as what it is: never a false incident."""

import math
from contextlib import suppress
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detection import frames
from detection.models import Alert, Rule
from detection.services import evaluate_due, store_frame
from incidents.models import Incident
from lifecycle import clock
from lifecycle.transitions import InputRefused
from tests.detection.made import MINUTE, feed, make_metric, make_rule

pytestmark = pytest.mark.django_db
NAN = float("nan")
JUNK = st.one_of(
    st.none(),
    st.just(NAN),
    st.just(math.inf),
    st.just(-math.inf),
    st.integers(-(10**400), -1),
    st.floats(max_value=-1e-9, allow_nan=False),
    st.floats(min_value=3.5e38, allow_nan=False),
    st.text(max_size=5),
    st.booleans(),
    st.just([1]),
)
LABELS = st.one_of(
    st.just({"status": "approved"}),
    st.just({"status": "denied"}),
    st.dictionaries(st.text(max_size=3), st.one_of(st.text(max_size=3), st.integers(), st.none()), max_size=2),
)
ROWS = st.lists(st.tuples(LABELS, JUNK), max_size=4)
"""Nothing of it is a value that anything was counted as."""

RULES: list[dict[str, Any]] = [
    {"kind": "threshold", "parameters": {"direction": "above", "value": 1000}},
    {"kind": "threshold", "parameters": {"direction": "below", "value": 10}},
    {"kind": "change", "parameters": {"direction": "falls", "by": 50, "intervals": 1}},
    {"kind": "change", "parameters": {"direction": "rises", "by": 50, "unit": "absolute", "intervals": 1}},
    {"kind": "earlier_days", "parameters": {"direction": "below", "ratio": 0.5, "days": 1}},
    {"kind": "earlier_weeks", "parameters": {"direction": "above", "ratio": 2, "weeks": 1}},
    {"kind": "seasonal", "parameters": {"direction": "both", "weeks": 1}},
    {"kind": "share", "parameters": {"direction": "above", "percent": 80}},
    {"kind": "success_rate", "parameters": {"direction": "below", "percent": 30}, "selector": {"status": "approved"}},
]


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(minutes=st.lists(ROWS, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_junk_never_opens_an_alert_and_never_stops_a_rule(minutes: list[Any], order: Any) -> None:
    metric = make_metric(counts="transactions")
    start = metric.align(clock.now()) - 20 * MINUTE
    store_frame(metric, at=start, values=[({"status": "approved"}, 50.0), ({"status": "denied"}, 60.0)])
    times = [start + index * MINUTE - timedelta(days=back) for back in (0, 1, 7) for index in range(-5, 6)]
    frames.write_frames(metric, [(at, np.array([50.0, 60.0])) for at in times if at <= start])
    make_rules(metric, start - MINUTE)
    assert evaluate_due() == len(RULES)
    placed = list(enumerate(minutes, start=2))
    order.shuffle(placed)
    for index, rows in placed:
        with suppress(InputRefused):
            store_frame(metric, at=start + index * MINUTE, values=rows)
    evaluate_due()
    assert not Alert.objects.filter(rule__metric=metric).exists()
    assert not Rule.objects.filter(metric=metric).exclude(last_error="").exists()
    after = start + 10 * MINUTE
    store_frame(metric, at=after, values=[({"status": "approved"}, 5.0), ({"status": "denied"}, 60.0)])
    assert evaluate_due() == len(RULES)
    assert Alert.objects.filter(rule__metric=metric, rule__name="Rule 1").exists(), "a real loss is still seen"


def make_rules(metric: Any, start: Any) -> None:
    for number, fields in enumerate(RULES):
        other = metric if fields["kind"] == "success_rate" else None  # one status against all of them
        make_rule(
            metric, name=f"Rule {number}", other_metric=other, evaluate_from=start, fire_for=1, fire_of=1, **fields
        )


def test_the_row_that_cannot_be_used_is_named() -> None:
    metric = make_metric(counts="users")
    for rows, words in (
        ([({"status": "a"}, 1), ({"status": "b"}, -1)], "Row 2: What is counted"),
        (
            [({"status": "a"}, 1), ({"status": "b"}, 2), ({"status": "a"}, 3)],
            "Row 3: The frame has these labels twice.",
        ),
        ([({"place": "a"}, 1)], "Row 1: The labels must be"),
    ):
        with pytest.raises(InputRefused) as refused:
            store_frame(metric, at=clock.now(), values=rows)
        assert words in " ".join(refused.value.errors.values())


def test_what_got_into_a_frame_all_the_same_is_a_gap() -> None:
    """Of a source that writes whole frames: infinite and too large is nothing that was measured."""
    metric = make_metric()
    at = metric.align(clock.now()) - MINUTE
    rule = make_rule(metric, fire_for=1, fire_of=1)
    feed(metric, [1], start=at - MINUTE)
    for value in (math.inf, -math.inf, NAN, 1e39):
        frames.write_frames(metric, [(at, np.array([value]))])
    evaluate_due()
    assert [row.by_position.tolist() for row in rule.verdicts.order_by("at")] == [[1], [0]]
    assert not Incident.objects.exists()
