"""The kinds of rules as tables: values in, verdicts out; and what they refuse, in the words a person reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detection.rules import KINDS, earlier_days, threshold
from detection.rules.verdict import FIRING, OK, UNKNOWN, Moment, Values, median
from detection.rules.words import ParametersRefused

NAN = float("nan")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ABOVE = {"direction": "above", "value": 20, "clear_value": 10}
BELOW = {"direction": "below", "value": 5, "clear_value": 8}
DROP = {"direction": "below", "ratio": 0.5, "days": 3, "required_days": 2, "around": 1, "minimum_expected": 10}


def moment(values: list[float], history: Values | None = None, *, is_open: bool = False) -> Moment:
    """One frame as a kind is shown it."""
    known = np.array(values, dtype=np.float64)
    past = np.empty((0, 1, len(known))) if history is None else history
    return Moment(NOON, timedelta(minutes=1), known, past, np.full(len(known), is_open))


@pytest.mark.parametrize(
    ("parameters", "value", "is_open", "code"),
    [
        (ABOVE, 21, False, FIRING),
        (ABOVE, 20, False, OK),
        (ABOVE, 15, False, OK),
        (ABOVE, 15, True, FIRING),
        (ABOVE, 10, True, OK),
        (ABOVE, NAN, True, UNKNOWN),
        (ABOVE, NAN, False, UNKNOWN),
        (BELOW, 4, False, FIRING),
        (BELOW, 5, False, OK),
        (BELOW, 7, True, FIRING),
        (BELOW, 8, True, OK),
        (BELOW, 0, False, FIRING),
    ],
)
def test_threshold_verdicts(parameters: dict[str, Any], value: float, is_open: bool, code: int) -> None:
    judged = threshold.evaluate(threshold.read(parameters), moment([value], is_open=is_open))
    assert judged.codes.tolist() == [code]


def judge_drop(value: float, history: list[list[float]], **changes: Any) -> tuple[int, float]:
    """History: one row of three frames for each earlier day."""
    past = np.array(history)[:, :, np.newaxis]
    judged = earlier_days.evaluate(earlier_days.read(DROP | changes), moment([value], past))
    return int(judged.codes[0]), float(judged.expected[0])


USUAL = [[100.0, 100.0, 100.0]] * 3


@pytest.mark.parametrize(
    ("value", "history", "changes", "code"),
    [
        (49, USUAL, {}, FIRING),
        (50, USUAL, {}, OK),
        (NAN, USUAL, {}, UNKNOWN),
        (0, [[100.0] * 3, [NAN] * 3, [NAN] * 3], {}, UNKNOWN),
        (0, [[100.0] * 3, [NAN, 100.0, NAN], [NAN] * 3], {}, FIRING),
        (0, [[8.0] * 3] * 3, {}, UNKNOWN),
        (0, [[0.0] * 3] * 3, {"minimum_expected": 0}, UNKNOWN),
        (60, [[100.0, 100.0, 9000.0]] * 3, {}, OK),
        (301, USUAL, {"direction": "above", "ratio": 3}, FIRING),
        (300, USUAL, {"direction": "above", "ratio": 3}, OK),
    ],
)
def test_verdicts_against_earlier_days(
    value: float, history: list[list[float]], changes: dict[str, Any], code: int
) -> None:
    assert judge_drop(value, history, **changes)[0] == code


def test_the_expected_value_is_the_median_of_all_frames_around_the_minute() -> None:
    assert judge_drop(90, [[80.0, 90.0, 100.0], [110.0, 120.0, NAN], [NAN] * 3])[1] == 100


@given(
    st.lists(st.lists(st.one_of(st.just(NAN), st.floats(-1e6, 1e6)), min_size=4, max_size=4), min_size=1, max_size=9)
)
def test_the_median_is_numpys_without_its_warnings(rows: list[list[float]]) -> None:
    values = np.array(rows)
    for column, found in zip(values.T, median(values), strict=True):
        known = column[~np.isnan(column)]
        if len(known):
            assert found == pytest.approx(np.median(known))
        else:
            assert np.isnan(found)


SAMPLES: dict[str, dict[str, Any]] = {
    "threshold": ABOVE,
    "change": {"direction": "falls", "by": 30, "intervals": 5},
    "earlier_days": DROP,
    "earlier_weeks": {"direction": "below", "ratio": 0.5},
    "seasonal": {"direction": "both"},
    "success_rate": {"direction": "below", "percent": 95},
    "share": {"direction": "above", "percent": 20},
    "absence": {"absent": "missing", "frames": 3},
}
COMPARING = [kind for kind in SAMPLES if kind != "absence"]


@pytest.mark.parametrize("kind", COMPARING)
@given(values=st.lists(st.one_of(st.just(NAN), st.floats(0, 1e6)), min_size=1, max_size=5))
def test_a_gap_is_unknown_whatever_the_kind(kind: str, values: list[float]) -> None:
    parameters = KINDS[kind].read(SAMPLES[kind])
    count = len(values)
    shown = replace(
        moment(values, np.full((3, 3, count), 50.0)), other=np.full(count, 1e6), total=max(np.nansum(values), 100.0)
    )
    judged = KINDS[kind].evaluate(parameters, shown)
    for value, code in zip(values, judged.codes.tolist(), strict=True):
        assert (code == UNKNOWN) == bool(np.isnan(value))


@pytest.mark.parametrize(
    ("kind", "given", "field", "words"),
    [
        ("threshold", {}, "value", "needed"),
        ("threshold", ABOVE | {"value": "abc"}, "value", "number"),
        ("threshold", ABOVE | {"value": True}, "value", "number"),
        ("threshold", ABOVE | {"value": float("inf")}, "value", "finite"),
        ("threshold", ABOVE | {"value": 10**400}, "value", "number"),
        ("threshold", ABOVE | {"direction": "sideways"}, "direction", "list"),
        ("threshold", ABOVE | {"direction": ["above"]}, "direction", "list"),
        ("threshold", ABOVE | {"clear_value": 30}, "clear_value", "above the threshold"),
        ("threshold", BELOW | {"clear_value": 1}, "clear_value", "below the threshold"),
        ("threshold", ABOVE | {"self": "1"}, "parameters", "no parameter “self”"),
        ("threshold", [1, 2], "parameters", "object"),
        ("earlier_days", DROP | {"ratio": 1.5}, "ratio", "between 0 and 1"),
        ("earlier_days", DROP | {"ratio": 0.5, "direction": "above"}, "ratio", "greater than 1"),
        ("earlier_days", DROP | {"days": 2.5}, "days", "whole"),
        ("earlier_days", DROP | {"days": 0}, "days", "from 1 to 28"),
        ("earlier_days", DROP | {"required_days": 4}, "required_days", "days compared"),
    ],
)
def test_bad_parameters_are_refused_by_name(kind: str, given: Any, field: str, words: str) -> None:
    with pytest.raises(ParametersRefused) as refused:
        KINDS[kind].read(given)
    sentence = refused.value.errors[field]
    assert words in sentence.text % sentence.values


def test_what_may_be_left_out_has_a_default() -> None:
    assert threshold.read({"direction": "above", "value": "7"}).clear_value == 7
    assert earlier_days.read({"direction": "below", "ratio": 0.5, "days": 4}).required_days == 4


@pytest.mark.parametrize(("kind", "given"), [*SAMPLES.items(), ("threshold", BELOW)])
def test_every_kind_says_what_it_does(kind: str, given: dict[str, Any]) -> None:
    said = KINDS[kind].describe(KINDS[kind].read(given))
    assert "%(" not in said.text % said.values
