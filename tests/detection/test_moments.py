"""What a kind is shown: some series at a time, the past only, the second metric by the labels both have."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from detection import frames, moments
from detection.models import Metric, RuleState
from detection.moments import Judge
from detection.rules import KINDS, Judgement, Moment, Stretch
from detection.rules.verdict import FIRING, OK, UNKNOWN
from detection.rules.words import Sentence
from detection.selection import overlay, select
from detection.services import edit_rule, evaluate_due, store_frame
from lifecycle.transitions import InputRefused
from tests.detection.made import MINUTE, feed, feed_and_judge, make_metric, make_rule, two_hours_ago

pytestmark = pytest.mark.django_db
NAN = float("nan")
COUNTED = np.dtype([("frames", "<i4"), ("sum", "<f8")])


def counting(_parameters: Any, moment: Moment) -> Judgement:
    """Fires on the third frame it sees of a series, and says what it has summed up."""
    assert moment.state is not None
    state = moment.state.copy()
    state["frames"] += 1
    state["sum"] += np.nan_to_num(moment.values)
    codes = np.where(state["frames"] >= 3, FIRING, OK)
    return Judgement(codes, state["sum"].copy(), state=state)


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A kind that learns, for as long as the test runs."""
    kind = SimpleNamespace(
        LABEL="Counting",
        FIELDS=(),
        read=lambda raw: tuple(sorted(raw.items())),
        describe=lambda _parameters: Sentence("counts"),
        stretches=lambda _parameters: (),
        state_dtype=lambda _parameters, _interval: COUNTED,
        evaluate=counting,
    )
    monkeypatch.setitem(KINDS, "counting", kind)
    return kind


def test_what_a_kind_learns_is_kept_from_cycle_to_cycle(learner: SimpleNamespace) -> None:
    rule = make_rule(kind="counting", parameters={}, fire_for=1, fire_of=1)
    after = feed_and_judge(rule.metric, [5, 6], start=two_hours_ago(rule.metric))
    feed(rule.metric, [7], start=after, status="denied")
    store_frame(rule.metric, at=after, values=[({"status": "reversed"}, 7)])
    evaluate_due()
    codes = [row.by_position.tolist() for row in rule.verdicts.order_by("at")]
    assert codes == [[OK], [OK], [FIRING, OK]], "a series that came later has learned nothing yet"
    alert = rule.alerts.get()
    assert alert.expected == 18


def test_what_was_learned_for_other_parameters_is_forgotten(learner: SimpleNamespace) -> None:
    rule = make_rule(kind="counting", parameters={})
    after = feed_and_judge(rule.metric, [5, 6, 7], start=two_hours_ago(rule.metric))
    edit_rule(rule, actor=None, via="web", parameters={"a": 1})
    feed_and_judge(rule.metric, [8], start=after)
    assert [int(row.by_position[0]) for row in rule.verdicts.order_by("at")] == [OK, OK, FIRING, OK]
    assert RuleState.objects.count() == 1


def test_nothing_is_learned_where_judging_fails(learner: SimpleNamespace) -> None:
    rule = make_rule(kind="counting", parameters={})
    after = feed_and_judge(rule.metric, [5], start=two_hours_ago(rule.metric))
    held = bytes(RuleState.objects.get().rows)
    learner.evaluate = lambda _parameters, _moment: 1 / 0
    feed_and_judge(rule.metric, [6], start=after)
    rule.refresh_from_db()
    assert "ZeroDivisionError" in rule.last_error
    assert bytes(RuleState.objects.get().rows) == held
    learner.evaluate = counting
    assert evaluate_due() == 1


def test_very_many_series_are_judged_some_at_a_time_with_the_same_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = make_metric(dimensions=["merchant", "method"])
    count, start = 10_000, two_hours_ago(metric)
    random = np.random.default_rng(5)
    labels = [{"merchant": str(number), "method": "ab"[number % 2]} for number in range(count)]
    store_frame(metric, at=start, values=[(each, 1.0) for each in labels])
    rows = [(start - 7 * week * timedelta(days=1), random.poisson(50, count).astype(np.float32)) for week in (1, 2, 3)]
    rows[1][1][: count // 3] = NAN
    frames.write_frames(metric, rows)
    today, is_open = random.poisson(50, count + 0).astype(np.float32), np.zeros(count, dtype=np.bool_)
    for selector in ({}, {"method": "b"}):
        parameters: dict[str, Any] = {"direction": "both", "width": 1, "around": 1, "required_weeks": 2}
        question: dict[str, Any] = {"kind": "seasonal", "parameters": parameters, "selector": selector}
        whole = Judge(metric, **question).judge(start, today, is_open)
        monkeypatch.setattr(moments, "VALUES_AT_ONCE", 1)
        parts = Judge(metric, **question).judge(start, today, is_open)
        monkeypatch.undo()
        assert set(whole.codes.tolist()) == {UNKNOWN, OK, FIRING} if selector else {OK, FIRING}
        np.testing.assert_array_equal(whole.codes, parts.codes)
        np.testing.assert_array_equal(whole.expected, parts.expected)
        np.testing.assert_array_equal(whole.high, parts.high)


def test_a_kind_never_sees_what_comes_after_its_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    metric = make_metric()
    start = two_hours_ago(metric)
    after = feed(metric, [1, 2, 3, 4, 5], start=start)
    monkeypatch.setattr(KINDS["change"], "stretches", lambda _parameters: (Stretch(around=2),))
    seen = []

    def look(_parameters: Any, moment: Moment) -> Judgement:
        seen.append(moment.history[0, :, 0].tolist())
        return Judgement(np.array([OK]), np.array([NAN]))

    monkeypatch.setattr(KINDS["change"], "evaluate", look)
    judge = Judge(metric, kind="change", parameters={"direction": "falls", "by": 5, "intervals": 1})
    judge.judge(after - 3 * MINUTE, np.array([3.0]), np.array([False]))
    np.testing.assert_array_equal(seen, [[1, 2, 3, NAN, NAN]])


def test_a_selection_takes_in_series_that_come_later() -> None:
    metric = make_metric(dimensions=["merchant", "method"])
    at = two_hours_ago(metric)
    for number, method in enumerate(["card", "bank", "card"]):
        store_frame(metric, at=at, values=[({"merchant": str(number), "method": method}, 1)])
        places = select(metric, {"method": "card"}).places
        assert places is not None
        assert places.tolist() == [[0], [0], [0, 2]][number]
    assert select(metric, {}).width == 3


def laid(metric: Metric, other: Metric, selector: dict[str, str], row: list[float]) -> list[float]:
    found: list[float] = overlay(metric, selector, other).lay(np.array(row)).tolist()
    return found


def store(metric: Metric, *labels: str) -> None:
    values = [(dict(zip(metric.dimensions, each.split("/"), strict=True)), 1.0) for each in labels]
    store_frame(metric, at=two_hours_ago(metric), values=values)


def test_a_second_metric_is_laid_by_the_labels_both_have() -> None:
    paid = make_metric(dimensions=["merchant", "method"])
    all_ = make_metric(dimensions=["method", "merchant", "country"])
    store(paid, "a/card", "a/bank", "b/card", "c/card")
    store(all_, "card/b/cn", "card/a/cn", "card/a/de", "bank/a/cn", "bank/z/cn")
    np.testing.assert_array_equal(laid(paid, all_, {}, [10, 20, 30, 40, 50]), [50, 40, 10, NAN])
    np.testing.assert_array_equal(laid(paid, all_, {}, [10, 20, NAN, NAN, 50]), [20, NAN, 10, NAN])
    np.testing.assert_array_equal(laid(paid, all_, {"merchant": "a"}, [10, 20, 30, 40, 50]), [50, 40])
    total = make_metric(dimensions=[])
    store_frame(total, at=two_hours_ago(total), values=[({}, 1.0)])
    assert laid(paid, total, {}, [70]) == [70] * 4


def test_a_metric_compared_with_itself_is_one_label_against_all() -> None:
    metric = make_metric(dimensions=["merchant", "status"])
    store(metric, "a/approved", "a/denied", "b/approved", "b/denied", "b/failed")
    assert laid(metric, metric, {"status": "approved"}, [90, 10, 50, 25, 25]) == [100, 100]


def test_a_success_rate_opens_an_incident_in_percent_and_waits_for_the_slower_metric() -> None:
    metric = make_metric(dimensions=["status"])
    rule = make_rule(
        metric,
        kind="success_rate",
        other_metric=metric,
        selector={"status": "approved"},
        parameters={"direction": "below", "percent": 90},
        fire_for=1,
        fire_of=1,
        title="{series} at {value} %, {expected} expected",
    )
    at = two_hours_ago(metric)
    for approved, denied in ((95, 5), (60, 40), (0, 0)):
        store_frame(metric, at=at, values=[({"status": "approved"}, approved), ({"status": "denied"}, denied)])
        evaluate_due()
        at += MINUTE
    assert [row.by_position.tolist() for row in rule.verdicts.order_by("at")] == [[1, 0], [2, 0], [0, 0]]
    incident = rule.alerts.get().incident
    assert incident is not None
    assert incident.title == "approved at 60 %, 90 expected"


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("success_rate", {"direction": "above", "percent": 20, "minimum_volume": 1}),
        ("share", {"direction": "above", "percent": 20, "minimum_total": 1}),
    ],
)
def test_of_a_source_that_comes_in_part_nothing_is_said(kind: str, parameters: dict[str, Any]) -> None:
    """The denied ones are there, the approved ones are missing: without them the rate would be 100 %."""
    metric = make_metric(dimensions=["status"])
    selector = {"status": "denied"}
    other = metric if kind == "success_rate" else None
    rule = make_rule(
        metric, kind=kind, other_metric=other, selector=selector, parameters=parameters, fire_for=1, fire_of=1
    )
    at = two_hours_ago(metric)
    for approved in (90, None, 90):
        store_frame(metric, at=at, values=[({"status": "approved"}, approved), ({"status": "denied"}, 10)])
        evaluate_due()
        at += MINUTE
    assert [row.by_position.tolist()[1] for row in rule.verdicts.order_by("at")] == [OK, UNKNOWN, OK]
    assert not rule.alerts.exists()


@pytest.mark.parametrize(
    ("kind", "other"),
    [("success_rate", None), ("success_rate", timedelta(minutes=5)), ("threshold", timedelta(minutes=1))],
)
def test_a_second_metric_that_does_not_fit_is_refused(kind: str, other: timedelta | None) -> None:
    parameters = {"direction": "below", "percent": 90} if kind == "success_rate" else {"direction": "above", "value": 1}
    with pytest.raises(InputRefused) as refused:
        make_rule(kind=kind, parameters=parameters, other_metric=None if other is None else make_metric(interval=other))
    assert list(refused.value.errors) == ["other_metric"]
