"""The kinds that came with two metrics, weeks, shares and absence, as tables: values in, verdicts out."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detection.rules import KINDS
from detection.rules.verdict import FIRING, OK, UNKNOWN, Judgement, Moment, State, Values
from detection.rules.words import ParametersRefused
from tests.detection.test_rules import moment

NAN = float("nan")


def judge(kind: str, parameters: dict[str, Any], shown: Moment) -> Judgement:
    judged: Judgement = KINDS[kind].evaluate(KINDS[kind].read(parameters), shown)
    return judged


def before(value: float) -> Values:
    return np.array([[[value]]])


FALLS = {"direction": "falls", "by": 30, "intervals": 5}


@pytest.mark.parametrize(
    ("value", "earlier", "changes", "code"),
    [
        (69, 100, {}, FIRING),
        (70, 100, {}, OK),
        (500, 100, {}, OK),
        (0, 9, {}, UNKNOWN),
        (NAN, 100, {}, UNKNOWN),
        (1, NAN, {}, UNKNOWN),
        (131, 100, {"direction": "rises"}, FIRING),
        (130, 100, {"direction": "rises"}, OK),
        (301, 100, {"direction": "rises", "by": 200}, FIRING),
        (3, 9, {"unit": "absolute", "by": 5}, FIRING),
        (4, 9, {"unit": "absolute", "by": 5}, OK),
        (15, 9, {"unit": "absolute", "by": 5, "direction": "rises"}, FIRING),
    ],
)
def test_a_change_against_minutes_ago(value: float, earlier: float, changes: dict[str, Any], code: int) -> None:
    judged = judge("change", FALLS | changes, moment([value], before(earlier)))
    assert judged.codes.tolist() == [code]


def weeks(*values: float) -> Values:
    """(weeks, 1, 1)"""
    return np.array(values)[:, np.newaxis, np.newaxis]


@pytest.mark.parametrize(
    ("value", "history", "code"),
    [
        (49, weeks(100, 100, 90, 5000), FIRING),
        (50, weeks(100, 100, 90, 5000), OK),
        (1, weeks(100, NAN, NAN, 100), FIRING),
        (1, weeks(100, NAN, NAN, NAN), UNKNOWN),
        (1, weeks(NAN, NAN, NAN, NAN), UNKNOWN),
    ],
)
def test_against_the_median_of_four_weeks(value: float, history: Values, code: int) -> None:
    judged = judge("earlier_weeks", {"direction": "below", "ratio": 0.5}, moment([value], history))
    assert judged.codes.tolist() == [code]


def test_four_weeks_are_the_same_weekday_of_each() -> None:
    parameters = KINDS["earlier_weeks"].read({"direction": "below", "ratio": 0.5})
    assert [stretch.days for stretch in KINDS["earlier_weeks"].stretches(parameters)] == [7, 14, 21, 28]


BAND = {"direction": "both", "width": 5, "around": 0}


@pytest.mark.parametrize(
    ("value", "history", "changes", "code"),
    [
        (100, weeks(100, 100, 100, 100), {}, OK),
        (51, weeks(100, 100, 100, 100), {}, OK),  # a count of 100 strays by 10 even where the weeks agree
        (49, weeks(100, 100, 100, 100), {}, FIRING),
        (151, weeks(100, 100, 100, 100), {}, FIRING),
        (151, weeks(100, 100, 100, 100), {"direction": "below"}, OK),
        (94, weeks(100, 100, 100, 100), {"floor": "none"}, FIRING),
        (96, weeks(100, 100, 100, 100), {"floor": "none"}, OK),  # within 5 %
        (60, weeks(90, 100, 110, 100), {"floor": "none"}, FIRING),
        (65, weeks(90, 100, 110, 100), {"floor": "none"}, OK),  # 5 x 1.4826 x 5
        (65, weeks(90, 100, 110, 9000), {"floor": "none"}, OK),  # one week's incident widens nothing much
        (5, weeks(0, 0, 0, 0), {}, OK),
        (6, weeks(0, 0, 0, 0), {}, FIRING),
        (0, weeks(100, NAN, NAN, NAN), {}, UNKNOWN),
        (NAN, weeks(100, 100, 100, 100), {}, UNKNOWN),
    ],
)
def test_a_band_of_four_weeks(value: float, history: Values, changes: dict[str, Any], code: int) -> None:
    assert judge("seasonal", BAND | changes, moment([value], history)).codes.tolist() == [code]


def test_a_band_says_where_it_lies() -> None:
    judged = judge("seasonal", BAND, moment([100], weeks(100, 100, 100, 100)))
    assert judged.low is not None
    assert judged.high is not None
    assert (judged.low[0], judged.expected[0], judged.high[0]) == (50, 100, 150)


RATE = {"direction": "below", "percent": 90, "clear_percent": 95}


@pytest.mark.parametrize(
    ("value", "volume", "is_open", "changes", "code"),
    [
        (89, 100, False, {}, FIRING),
        (90, 100, False, {}, OK),
        (93, 100, True, {}, FIRING),
        (95, 100, True, {}, OK),
        (0, 19, False, {}, UNKNOWN),
        (0, 20, False, {}, FIRING),
        (NAN, 100, False, {}, UNKNOWN),
        (10, NAN, False, {}, UNKNOWN),
        (101, 100, False, {}, UNKNOWN),
        (-5, 100, False, {}, UNKNOWN),
        (6, 100, False, {"direction": "above", "percent": 5, "clear_percent": 2}, FIRING),
        (3, 100, True, {"direction": "above", "percent": 5, "clear_percent": 2}, FIRING),
        (2, 100, True, {"direction": "above", "percent": 5, "clear_percent": 2}, OK),
    ],
)
def test_a_rate_of_two_metrics(value: float, volume: float, is_open: bool, changes: dict[str, Any], code: int) -> None:
    shown = replace(moment([value], is_open=is_open), other=np.array([volume]))
    judged = judge("success_rate", RATE | changes, shown)
    assert judged.codes.tolist() == [code]
    if code != UNKNOWN:
        assert judged.compared(shown).tolist() == [value]


@pytest.mark.parametrize(
    ("value", "total", "code"),
    [(31, 100, FIRING), (30, 100, OK), (31, 99, UNKNOWN), (NAN, 100, UNKNOWN), (-1, 100, UNKNOWN), (31, -100, UNKNOWN)],
)
def test_a_share_of_the_total(value: float, total: float, code: int) -> None:
    judged = judge("share", {"direction": "above", "percent": 30}, replace(moment([value]), total=total))
    assert judged.codes.tolist() == [code]


@pytest.mark.parametrize(
    ("absent", "values", "codes"),
    [
        ("missing", [7, NAN, NAN, NAN, 7], [OK, OK, OK, FIRING, OK]),
        ("missing", [NAN, NAN, NAN, NAN], [UNKNOWN] * 4),
        ("missing", [7, NAN, NAN, 0, NAN], [OK] * 5),
        ("zero", [7, 0, 0, 0, 7], [OK, OK, OK, FIRING, OK]),
        ("zero", [7, 0, 0, NAN, NAN, 0], [OK, OK, OK, UNKNOWN, UNKNOWN, FIRING]),
        ("zero", [0, 0, 0, 0], [UNKNOWN] * 4),
        ("either", [7, 0, NAN, 0, NAN], [OK, OK, OK, FIRING, FIRING]),
    ],
)
def test_absence_tells_silence_from_zero(absent: str, values: list[float], codes: list[int]) -> None:
    state: State | None = None
    said = []
    for value in values:
        judged = judge("absence", {"absent": absent, "frames": 3}, replace(moment([value]), state=state))
        said.append(int(judged.codes[0]))
        state = judged.state
    assert said == codes


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("change", FALLS | {"by": 100}, "by"),
        ("change", FALLS | {"intervals": 0}, "intervals"),
        ("earlier_weeks", {"direction": "below", "ratio": 2}, "ratio"),
        ("earlier_weeks", {"direction": "below", "ratio": 0.5, "weeks": 2, "required_weeks": 3}, "required_weeks"),
        ("seasonal", {"direction": "sideways"}, "direction"),
        ("seasonal", BAND | {"width": 0}, "width"),
        ("success_rate", RATE | {"percent": 101}, "percent"),
        ("success_rate", RATE | {"clear_percent": 80}, "clear_percent"),
        ("share", {"direction": "above", "percent": 30, "clear_percent": 40}, "clear_percent"),
        ("absence", {"absent": "missing", "frames": 1.5}, "frames"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(kind: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ParametersRefused) as refused:
        KINDS[kind].read(given)
    assert field in refused.value.errors
