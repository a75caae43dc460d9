"""A rate held against its own: what is learned, what fires, and what does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from detection.rules import usual_rate
from detection.rules.verdict import FIRING, OK, UNKNOWN, Judgement, Moment
from detection.rules.words import ParametersRefused

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FALLS = {"direction": "below", "percent": 20, "sigmas": 3, "minimum_volume": 50, "half_life": 24, "needed": 300}
RISES = FALLS | {"direction": "above", "percent": 300}


class Series:
    """One series, judged frame after frame."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.parameters, self.state = usual_rate.read(raw), np.zeros(1, dtype=usual_rate.STATE)

    def see(self, came: float, tried: float | None, *, is_open: bool = False) -> Judgement:
        other = None if tried is None else np.array([tried])
        open_places = np.array([is_open])
        nothing = np.empty((0, 1, 1))
        moment = Moment(NOON, timedelta(hours=1), np.array([came]), nothing, open_places, other, self.state)
        judged = usual_rate.evaluate(self.parameters, moment)
        self.state = judged.state if judged.state is not None else self.state
        return judged

    def code(self, came: float, tried: float | None, *, is_open: bool = False) -> int:
        return int(self.see(came, tried, is_open=is_open).codes[0])


def taught(raw: dict[str, Any], rate: float, *, volume: float = 400, frames: int = 20) -> Series:
    series = Series(raw)
    for _frame in range(frames):
        series.see(round(rate * volume), volume)
    return series


def test_it_says_nothing_until_it_has_learned() -> None:
    series = Series(FALLS)
    assert [series.code(30, 60) for _frame in range(7)] == [UNKNOWN] * 6 + [OK]


@pytest.mark.parametrize(
    ("came", "tried", "code"),
    [
        (256, 400, OK),
        (215, 400, OK),
        (190, 400, FIRING),
        (0, 400, FIRING),
        (19, 49, UNKNOWN),
        (20, 50, FIRING),
        (25, 50, OK),
        (401, 400, UNKNOWN),
        (-1, 400, UNKNOWN),
        (float("nan"), 400, UNKNOWN),
        (100, float("nan"), UNKNOWN),
        (100, None, UNKNOWN),
    ],
)
def test_a_rate_that_falls_by_a_fifth_and_beyond_chance_fires(came: float, tried: float | None, code: int) -> None:
    assert taught(FALLS, 0.64).code(came, tried) == code


def test_what_is_said_is_percent() -> None:
    judged = taught(FALLS, 0.64).see(160, 400)
    assert judged.measured is not None
    assert judged.low is not None
    assert judged.measured.tolist() == [40]
    assert judged.expected.tolist() == [64]
    assert 40 < judged.low[0] < 64 * 0.8 + 0.1


def test_rare_failures_that_become_common_fire_and_a_single_one_does_not() -> None:
    series = taught(RISES, 0.004, volume=300)
    assert series.code(2, 300) == OK
    assert series.code(12, 300) == FIRING
    never = taught(RISES, 0.0, volume=300)
    assert never.code(1, 300) == OK
    assert never.code(9, 300) == FIRING


def test_an_open_alert_holds_until_half_of_the_way_is_gone_back() -> None:
    series = taught(FALLS, 0.64)
    assert series.code(220, 400) == OK
    assert series.code(220, 400, is_open=True) == FIRING
    assert series.code(245, 400, is_open=True) == OK


def test_a_fault_is_not_learned_and_a_new_level_is_in_the_end() -> None:
    series = taught(FALLS, 0.64)
    assert [series.code(160, 400) for _frame in range(20)] == [FIRING] * 20
    codes = [series.code(160, 400) for _frame in range(400)]
    assert codes[-1] == OK


def test_an_hour_of_a_sale_teaches_no_more_than_an_hour() -> None:
    series = taught(FALLS, 0.60, volume=400)
    series.see(75_000, 100_000)
    assert series.see(240, 400).expected[0] == pytest.approx(61, abs=1.5)


def test_a_rate_that_always_strays_is_not_called_out_for_it() -> None:
    rng = np.random.default_rng(7)
    calm, wild = Series(FALLS), Series(FALLS)
    for _frame in range(60):
        calm.see(round(5000 * 0.6), 5000)
        wild.see(round(5000 * np.clip(rng.normal(0.6, 0.08), 0, 1)), 5000)
    assert calm.code(2300, 5000) == FIRING
    assert wild.code(2300, 5000) == OK


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"percent": 0}, "percent"), ({"direction": "up"}, "direction"), ({"half_life": 0.5}, "half_life")],
)
def test_what_cannot_be_used_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ParametersRefused) as refused:
        usual_rate.read(FALLS | changes)
    assert set(refused.value.errors) == {field}
