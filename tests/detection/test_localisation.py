"""The smallest segment that explains a loss: planted faults are found, and nothing is made up where there is none."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detection.localisation import (
    Cube,
    Explanation,
    Finding,
    cube_of_rate,
    cube_of_volume,
    explain,
    explain_given,
    lay_out,
    usual_rates,
    usual_volumes,
)
from tests.detection.planted import is_same, make_cube, names_of, plant, scatter, table

SHAPES = {
    "small": ((5, 8, 6), 150, 50.0, 0.0),
    "straying": ((5, 8, 6), 240, 50.0, 0.15),
    "four dimensions": ((8, 5, 20, 50), 2000, 10.0, 0.1),
    "sparse, as hours of small merchants are": ((8, 5, 20, 280), 1200, 2.5, 0.1),
    "large counts": ((8, 5, 20), 800, 5000.0, 0.1),
    "one dimension": ((30,), 30, 100.0, 0.05),
}
TRIED = 60


@pytest.mark.parametrize("name", SHAPES)
def test_a_planted_fault_is_found_in_95_of_100(name: str) -> None:
    cards, series, mean, strays = SHAPES[name]
    rng = np.random.default_rng(20261130)
    found = 0
    missed = []
    for _attempt in range(TRIED):
        planted = None
        while planted is None:
            planted = plant(rng, make_cube(rng, cards, series=series, mean=mean), strays=strays)
        explanation = explain(planted.cube)
        if explanation.segments and is_same(planted.cube, explanation.segments[0].labels, planted.labels):
            found += 1
        else:
            missed.append((planted.labels, explanation.segments))
    assert found >= 0.95 * TRIED, missed


@pytest.mark.parametrize("name", SHAPES)
def test_a_loss_spread_evenly_is_called_so(name: str) -> None:
    cards, series, mean, strays = SHAPES[name]
    rng = np.random.default_rng(5)
    made_up = []
    for _attempt in range(TRIED):
        cube = make_cube(rng, cards, series=series, mean=mean)
        actual = scatter(rng, cube.expected * rng.uniform(0.2, 0.8), strays)
        explanation = explain(Cube(cube.dimensions, cube.names, cube.codes, actual, cube.expected))
        if explanation.finding != Finding.EVEN:
            made_up.append(explanation.segments)
    assert len(made_up) <= 0.05 * TRIED, made_up


def test_a_rise_is_found_as_well() -> None:
    rng = np.random.default_rng(3)
    found = tried = 0
    while tried < 40:
        planted = plant(rng, make_cube(rng, (5, 8, 6), series=150, mean=20), strays=0.1, factor=3)
        if planted is None:
            continue
        tried += 1
        explanation = explain(planted.cube)
        assert not explanation.is_drop
        found += bool(explanation.segments) and is_same(planted.cube, explanation.segments[0].labels, planted.labels)
    assert found >= 0.95 * tried


def volume(actual: list[float], expected: list[float], *sizes: int) -> Explanation:
    return explain(cube_of_volume(lay_out(table(*sizes)), np.array(actual), np.array(expected)))


def test_the_numbers_of_a_segment_and_who_is_hit() -> None:
    # Two merchants, two methods, three gateways; gateway 1 lost everything of method 0.
    labels = table(2, 2, 3)
    expected = np.array([100.0 if row["merchant"] == "merchant 0" else 50.0 for row in labels])
    is_hit = np.array([row["gateway"] == "gateway 1" and row["method"] == "method 0" for row in labels])
    actual = np.where(is_hit, 0.0, expected)
    explanation = explain(cube_of_volume(lay_out(labels), actual, expected))
    assert explanation.finding == Finding.SEGMENT
    (segment,) = explanation.segments
    assert segment.labels == {"method": "method 0", "gateway": "gateway 1"}
    assert (segment.actual, segment.expected, segment.share) == (0, 150, 1)
    assert (explanation.actual, explanation.expected) == (750, 900)
    assert explanation.confidence > 0.95
    assert [value.name for value in explanation.hit["merchant"]] == ["merchant 0", "merchant 1"]
    assert explanation.spared["merchant"] == ()
    assert [value.name for value in explanation.hit["gateway"]] == ["gateway 1"]
    assert [value.name for value in explanation.spared["gateway"]] == ["gateway 0", "gateway 2"]
    assert (explanation.hit["gateway"][0].actual, explanation.hit["gateway"][0].expected) == (150, 300)


def test_two_faults_are_both_named_and_the_larger_first() -> None:
    labels = table(6, 5)
    expected = np.full(30, 200.0)
    actual = expected.copy()
    actual[[row["merchant"] == "merchant 4" for row in labels]] = 20
    actual[[row["method"] == "method 1" and row["merchant"] != "merchant 4" for row in labels]] = 80
    explanation = explain(cube_of_volume(lay_out(labels), actual, expected))
    assert [segment.labels for segment in explanation.segments] == [{"merchant": "merchant 4"}, {"method": "method 1"}]
    assert explanation.segments[0].share > explanation.segments[1].share
    assert explanation.share == 1


def test_of_segments_that_hold_the_same_series_the_shorter_is_named() -> None:
    # Gateway 2 serves merchant 0 by method 1 only.
    labels = [row for row in table(3, 2, 3) if row["gateway"] != "gateway 2"]
    labels.append({"merchant": "merchant 0", "method": "method 1", "gateway": "gateway 2"})
    expected = np.full(len(labels), 100.0)
    actual = np.where([row["gateway"] == "gateway 2" for row in labels], 5.0, expected)
    (segment,) = explain(cube_of_volume(lay_out(labels), actual, expected)).segments
    assert segment.labels == {"gateway": "gateway 2"}


def test_a_tie_is_broken_the_same_way_in_whatever_order_the_series_come() -> None:
    labels = table(4, 4)
    expected = np.full(16, 100.0)
    actual = np.where([row["merchant"] in ("merchant 1", "merchant 2") for row in labels], 10.0, expected)
    forwards = explain(cube_of_volume(lay_out(labels), actual, expected))
    backwards = explain(cube_of_volume(lay_out(labels[::-1]), actual[::-1], expected[::-1]))
    assert [segment.labels for segment in forwards.segments] == [{"merchant": "merchant 1"}, {"merchant": "merchant 2"}]
    assert [segment.labels for segment in backwards.segments] == [segment.labels for segment in forwards.segments]


def test_a_shifted_mix_is_no_loss_of_a_rate() -> None:
    # Twice the attempts where one in three succeeds as always: the total rate falls, and nothing has failed.
    labels = table(2, 3)
    rate = np.array([0.9, 0.9, 0.9, 0.33, 0.33, 0.33])
    attempts = np.array([1000.0, 1000, 1000, 2000, 2000, 2000])
    explanation = explain(cube_of_rate(lay_out(labels), attempts, np.round(attempts * rate), rate))
    assert explanation.finding == Finding.NOTHING


def test_the_loss_of_a_rate_is_found_though_attempts_rise() -> None:
    labels = table(4, 3)
    rate = np.full(12, 0.8)
    attempts = np.full(12, 500.0)
    attempts[4] = 900
    successes = attempts * rate
    successes[4] = 300
    explanation = explain(cube_of_rate(lay_out(labels), attempts, successes, rate))
    assert explanation.segments[0].labels == {"merchant": "merchant 1", "method": "method 1"}
    assert explanation.segments[0].expected == pytest.approx(720)


@pytest.mark.parametrize(
    ("actual", "expected", "finding"),
    [
        ([0.0] * 6, [0.0] * 6, Finding.NOTHING),
        ([10.0] * 6, [10.0] * 6, Finding.NOTHING),
        ([0.0] * 6, [100.0] * 6, Finding.EVEN),
        ([5.0] * 6, [0.0] * 6, Finding.EVEN),
        ([float("nan")] * 6, [100.0] * 6, Finding.NOTHING),
        ([-5.0, *[100.0] * 5], [100.0] * 6, Finding.NOTHING),
        ([float("inf"), *[100.0] * 5], [100.0] * 6, Finding.NOTHING),
        ([0.0, *[100.0] * 5], [100.0] * 6, Finding.SEGMENT),
        ([0.0, *[float("nan")] * 5], [100.0] * 6, Finding.EVEN),
        ([300.0, *[0.0] * 5], [0.0] * 6, Finding.EVEN),
        ([1e15, *[2e15] * 5], [2e15] * 6, Finding.SEGMENT),
    ],
)
def test_values_of_every_sort(actual: list[float], expected: list[float], finding: Finding) -> None:
    assert volume(actual, expected, 6).finding == finding


def test_nothing_at_all_and_a_single_series_without_dimensions() -> None:
    assert explain(cube_of_volume(lay_out([]), np.array([]), np.array([]))).finding == Finding.NOTHING
    assert explain(cube_of_volume(lay_out([{}]), np.array([1.0]), np.array([9.0]))).finding == Finding.EVEN
    with pytest.raises(ValueError, match="one length"):
        cube_of_volume(lay_out([{}]), np.array([1.0, 2.0]), np.array([9.0]))


def test_what_cannot_be_told_is_not_told() -> None:
    """Three payments fewer of one merchant of four are chance."""
    assert volume([7.0, 10, 10, 9], [10.0] * 4, 4).finding == Finding.EVEN


number = st.one_of(st.floats(allow_nan=True, allow_infinity=True, width=32), st.integers(-3, 1000).map(float))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(number, number), min_size=12, max_size=12))
def test_whatever_comes_shares_and_confidence_stay_between_0_and_1(pairs: list[tuple[float, float]]) -> None:
    explanation = volume([one for one, _ in pairs], [two for _, two in pairs], 3, 4)
    for segment in explanation.segments:
        assert 0 <= segment.share <= 1
        assert 0 <= segment.confidence <= 1
    for dimension, values in explanation.hit.items():
        assert not {value.name for value in values} & {value.name for value in explanation.spared[dimension]}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 3.0, 100.0]))
def test_amounts_in_another_unit_have_the_same_segments(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    cube = make_cube(rng, (5, 6), series=30, mean=300)
    planted = plant(rng, cube, strays=0.1)
    if planted is None:
        return
    scaled = planted.cube.actual * unit * 1.2345, planted.cube.expected * unit * 1.2345
    explanation = explain(Cube(cube.dimensions, cube.names, cube.codes, *scaled))
    assert explanation.segments
    assert is_same(cube, explanation.segments[0].labels, planted.labels)


def test_a_hundred_thousand_series_of_four_dimensions_take_less_than_a_second() -> None:
    rng = np.random.default_rng(8)
    cards = (50, 20, 10, 100)
    planted = None
    while planted is None:
        planted = plant(rng, make_cube(rng, cards, series=100_000, mean=20), strays=0.1)
    names = names_of(cards)
    columns = [[names[place][code] for code in row] for place, row in enumerate(planted.cube.codes.tolist())]
    labels = [dict(zip(planted.cube.dimensions, values, strict=True)) for values in zip(*columns, strict=True)]
    began = time.process_time()
    explanation = explain(cube_of_volume(lay_out(labels), planted.cube.actual, planted.cube.expected))
    assert time.process_time() - began < 1
    assert explanation.segments[0].labels == planted.labels


def test_the_usual_rate_of_a_series_that_has_seen_little_is_that_of_its_group() -> None:
    labels = table(2, 3)
    attempts = np.array([1000.0, 1000, 1, 1000, 1000, 0])
    successes = np.array([900.0, 900, 0, 300, 300, 0])
    rates = usual_rates(lay_out(labels), attempts, successes)
    assert rates[0] == pytest.approx(0.9, abs=0.01)
    assert rates[3] == pytest.approx(0.3, abs=0.01)
    assert rates[2] == pytest.approx(0.87, abs=0.03), "one failure says little against the two thousand of its merchant"
    assert rates[5] == pytest.approx(0.3, abs=0.03)
    assert np.isnan(usual_rates(lay_out(labels), np.zeros(6), np.zeros(6))).all()


def test_the_usual_volume_leaves_days_of_sales_and_of_outages_out() -> None:
    history = np.array([[100.0, 10], [102, 12], [900, 500], [0, 0], [98, 8], [101, float("nan")]])
    usual = usual_volumes(history)
    assert usual[0] == pytest.approx(100, abs=2)
    assert usual[1] == pytest.approx(10, abs=2)
    assert np.isnan(usual_volumes(np.empty((0, 2)))).all()


def test_a_known_segment_is_told_with_its_numbers_though_the_whole_has_risen() -> None:
    labels = table(4, 2)
    expected = np.full(8, 100.0)
    actual = np.array([40.0, 40, 150, 150, 150, 150, 100, 100])
    cube = cube_of_volume(lay_out(labels), actual, expected)
    known = explain_given(cube, [{"merchant": "merchant 0"}, {"merchant": "no such"}])
    (segment,) = known.segments
    assert (segment.actual, segment.expected, segment.share) == (80, 200, 1)
    assert known.is_drop
    assert [value.name for value in known.hit["merchant"]] == ["merchant 0"]
    assert explain_given(cube, []).finding == Finding.NOTHING
