"""The learned baseline: what a verdict may depend on, what fires, and what a series has to have seen before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.quality.online import openings
from bench.quality.recordings import benchmark, labelled
from detection.rules import learned
from detection.rules.verdict import FIRING, OK, UNKNOWN, Judgement, Moment, State
from detection.services import evaluate_due
from tests.detection.made import feed, make_rule, two_hours_ago

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = 96
NOISE = np.random.default_rng(7)
Rows = NDArray[np.float64]


class Watch:
    """Series that are watched frame by frame, as a rule without alerts would do."""

    def __init__(self, count: int, interval: timedelta = QUARTER, **parameters: Any) -> None:
        self.parameters, self.interval = learned.read(parameters), interval
        self.state: State | None = np.zeros(count, dtype=learned.state_dtype(self.parameters, interval))
        self.at, self.seen = MONDAY, np.full((round(14 * timedelta(days=1) / interval) + 2, count), np.nan)

    def see(self, values: Rows) -> Judgement:
        shown = np.asarray(values, dtype=np.float64)
        moment = Moment(self.at, self.interval, shown, self.history(), shown < -np.inf, state=self.state)
        judged = learned.evaluate(self.parameters, moment)
        self.seen = np.concatenate([self.seen[1:], shown[np.newaxis]])
        self.state, self.at = judged.state, self.at + self.interval
        return judged

    def history(self) -> Rows:
        """The five frames around this moment one and two weeks ago."""
        week = (len(self.seen) - 2) // 2
        return np.stack([self.seen[week:][:5], self.seen[:5]])

    def codes(self, frames: Rows) -> NDArray[np.int8]:
        """(n_frames, n_series) -> the codes of each."""
        return np.array([self.see(frame).codes for frame in frames])


def daily(days: int, *, noise: float = 4.0, count: int = 1) -> Rows:
    """Sales of a day that rises to 300 at noon, (frames, series)."""
    curve = 200 - 100 * np.cos(np.arange(days * DAY) * 2 * np.pi / DAY)
    return curve[:, np.newaxis] + NOISE.normal(0, noise, (days * DAY, count))


def mixed() -> Rows:
    """Six series of different temper over two days, with gaps; the first is far too high for an hour of the second."""
    frames = np.hstack([daily(2, count=3), NOISE.poisson(0.3, (2 * DAY, 1)), NOISE.lognormal(3, 1, (2 * DAY, 2))])
    frames[NOISE.random(frames.shape) < 0.05] = np.nan
    frames[150:154, 0] = 900
    return frames


MIXED = mixed()


@pytest.fixture(scope="module")
def whole() -> NDArray[np.int8]:
    """What is said of MIXED."""
    return Watch(6).codes(MIXED)


def test_a_gap_is_unknown_and_teaches_nothing() -> None:
    watch, frames = Watch(2), daily(2, count=2)
    watch.codes(frames)
    before = watch.state
    judged = watch.see(np.array([np.nan, 200.0]))
    assert judged.codes[0] == UNKNOWN
    assert np.isnan(judged.expected[0])
    assert before is not None
    assert judged.state is not None
    assert before[0] == judged.state[0]
    assert before[1] != judged.state[1]


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e200, -1e16])
def test_a_value_beyond_reason_is_unknown(value: float) -> None:
    watch = Watch(1)
    watch.codes(daily(2))
    assert watch.see(np.array([value])).codes.tolist() == [UNKNOWN]
    assert (watch.codes(daily(2)) != FIRING).all()


def test_nothing_is_known_of_a_new_series() -> None:
    codes = Watch(1).codes(daily(1))
    assert (codes[:20] == UNKNOWN).all()
    assert (codes[40:] != UNKNOWN).all()


def test_the_state_that_is_given_is_left_as_it_is() -> None:
    watch = Watch(1)
    watch.codes(daily(1))
    given = watch.state
    assert given is not None
    before = given.tobytes()
    watch.see(np.array([500.0]))
    assert given.tobytes() == before


@pytest.mark.parametrize("factor", [1000.0, 0.25])
def test_the_unit_of_a_metric_makes_no_difference(factor: float, whole: NDArray[np.int8]) -> None:
    assert np.array_equal(whole, Watch(6).codes(MIXED * factor))


def test_series_are_judged_by_themselves(whole: NDArray[np.int8]) -> None:
    assert (whole[150:154, 0] == FIRING).any()
    for columns in ([0], [5, 1, 3]):
        assert np.array_equal(whole[:, columns], Watch(len(columns)).codes(MIXED[:, columns]))


def test_many_series_are_judged_block_by_block(monkeypatch: pytest.MonkeyPatch, whole: NDArray[np.int8]) -> None:
    monkeypatch.setattr(learned, "BLOCK", 4)
    assert np.array_equal(whole, Watch(6).codes(MIXED))


def test_a_state_that_was_stored_says_the_same(whole: NDArray[np.int8]) -> None:
    watch = Watch(6)
    watch.codes(MIXED[:145])
    stored = watch.state
    assert stored is not None
    again = Watch(6)
    again.state = np.frombuffer(stored.tobytes(), dtype=stored.dtype)
    again.at = watch.at
    assert np.array_equal(whole[145:], again.codes(MIXED[145:]))


def test_a_verdict_knows_nothing_of_what_comes_after(whole: NDArray[np.int8]) -> None:
    other = MIXED.copy()
    other[150:] *= 7
    codes = Watch(6).codes(other)
    assert np.array_equal(whole[:150], codes[:150])
    assert not np.array_equal(whole[150:], codes[150:])


@pytest.mark.parametrize("level", [0.0, 5.0, -3.0])
@pytest.mark.parametrize("interval", [timedelta(minutes=1), timedelta(hours=1)])
def test_a_constant_series_fires_when_it_changes_and_not_before(level: float, interval: timedelta) -> None:
    watch = Watch(1, interval)
    assert (watch.codes(np.full((120, 1), level)) != FIRING).all()
    assert watch.see(np.array([level + 10])).codes.tolist() == [FIRING]


def test_a_count_that_stops_fires_each_time() -> None:
    watch = Watch(1)
    watch.codes(np.full((DAY, 1), 100.0))
    for _incident in range(3):
        assert watch.see(np.array([0.0])).codes.tolist() == [FIRING]
        watch.codes(np.full((DAY, 1), 100.0))


def test_single_events_are_usual_where_there_are_few() -> None:
    counts = (NOISE.random((10 * DAY, 1)) < 0.02).astype(np.float64)
    codes = Watch(1).codes(counts)
    assert np.count_nonzero(codes == FIRING) <= 2


@pytest.mark.parametrize(
    ("change", "directions"),
    [(lambda value: value * 0.3, {"either", "below"}), (lambda value: value * 2.5, {"either", "above"})],
    ids=["drop", "peak"],
)
@pytest.mark.parametrize("direction", ["either", "above", "below"])
def test_a_drop_or_a_peak_at_noon_fires_at_once(
    change: Callable[[Rows], Rows], directions: set[str], direction: str
) -> None:
    frames, noon = daily(4), 3 * DAY + DAY // 2
    frames[noon : noon + 4] = change(frames[noon : noon + 4])
    codes = Watch(1, direction=direction).codes(frames)[:, 0]
    assert (codes[:noon] != FIRING).all()
    assert (codes[noon] == FIRING) == (direction in directions)


def test_the_night_is_no_drop_and_the_morning_no_peak() -> None:
    """Steep and regular: from 20 to 220 within a quarter of an hour at eight, back at twenty."""
    hours = np.arange(6 * DAY) % DAY
    frames = np.where((hours >= 32) & (hours < 80), 220.0, 20.0)[:, np.newaxis] + NOISE.normal(0, 3, (6 * DAY, 1))
    assert np.count_nonzero(Watch(1).codes(frames)[3 * DAY :] == FIRING) == 0


def test_a_level_shift_fires_and_then_becomes_the_usual() -> None:
    frames = NOISE.normal(100, 3, (6 * DAY, 1))
    frames[3 * DAY :] += 100
    codes = Watch(1).codes(frames)[:, 0]
    assert codes[3 * DAY] == FIRING
    assert (codes[3 * DAY + 60 :] != FIRING).all()


def test_the_band_holds_what_does_not_fire() -> None:
    watch = Watch(1)
    watch.codes(daily(3))
    judged = watch.see(np.array([105.0]))
    assert judged.low is not None
    assert judged.high is not None
    assert judged.low[0] < judged.expected[0] < judged.high[0]
    assert judged.low[0] < 105 < judged.high[0]
    assert 70 < judged.expected[0] < 130


def test_fewer_chance_alerts_make_a_wider_band() -> None:
    frames, widths = daily(3), []
    for chance in (0.5, 0.05, 0.005):
        watch = Watch(1, chance_alerts=chance)
        watch.codes(frames)
        judged = watch.see(np.array([100.0]))
        assert judged.high is not None
        widths.append(judged.high[0] - judged.expected[0])
    assert widths == sorted(widths)


def test_a_series_takes_less_than_a_kilobyte() -> None:
    assert learned.state_dtype(learned.read({}), timedelta(minutes=1)).itemsize < 1000
    assert learned.state_dtype(learned.read({}), timedelta(days=7)).itemsize < 1000


def test_one_frame_of_a_hundred_series_has_no_surprise_in_a_calm_month() -> None:
    """An hourly series may raise about one alert in two weeks by chance; calm ones raise far fewer."""
    interval, frames = timedelta(hours=1), NOISE.normal(100, 5, (30 * 24, 100))
    codes = Watch(100, interval).codes(frames)
    assert np.count_nonzero(codes == FIRING) / 3000 < 0.12


def test_the_sale_of_every_saturday_is_no_surprise_in_the_third_week() -> None:
    """A sale of three hours every Saturday, in frames of an hour."""
    hours = np.arange(4 * 7 * 24)
    sale = (hours // 24 % 7 == 5) & (hours % 24 >= 10) & (hours % 24 < 13)
    frames = (100 - 50 * np.cos(hours % 24 * np.pi / 12) + 250 * sale)[:, np.newaxis]
    codes = Watch(1, timedelta(hours=1)).codes(frames + NOISE.normal(0, 4, frames.shape))[:, 0]
    weeks = (codes.reshape(4, 7 * 24) == FIRING).sum(axis=1)
    assert weeks[0] > 0
    assert weeks[2:].sum() == 0


@pytest.mark.django_db
def test_a_rule_remembers_from_cycle_to_cycle_what_it_learned() -> None:
    rule = make_rule(kind="learned", parameters={}, fire_for=1, fire_of=1, clear_after=4)
    after = feed(rule.metric, NOISE.normal(100, 4, 60).tolist(), start=two_hours_ago(rule.metric))
    evaluate_due()
    assert not rule.alerts.exists()
    feed(rule.metric, [98.0, 10.0], start=after)
    evaluate_due()
    alert = rule.alerts.get()
    assert alert.peak == 10
    assert alert.expected == pytest.approx(100, abs=10)
    codes = [int(row.by_position[0]) for row in rule.verdicts.order_by("at")]
    assert codes[:20] == [UNKNOWN] * 20
    assert codes[-2:] == [OK, FIRING]


def as_a_scorer_reads(path: str) -> tuple[list[str], list[float], list[int]]:
    rows = [line.split(",") for line in Path(path).read_text().splitlines()[1:]]
    return [row[0] for row in rows], [float(row[1]) for row in rows], [0] * len(rows)


def test_the_measurement_judges_recordings_as_the_product_does(tmp_path: Path) -> None:
    """A peak after three days, in a file with labels (twice in the same minute, a gap) and in one of the benchmark."""
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "combined_windows.json").write_text('{"real/a.csv": []}')
    (tmp_path / "real").mkdir()
    values = NOISE.normal(50, 2, 80)
    values[70:73] = 500
    moments = [MONDAY + timedelta(hours=hour) for hour in range(80)]
    rows = [f"{at:%Y-%m-%d %H:%M:%S},{value}" for at, value in zip(moments, values, strict=True)]
    (tmp_path / "real" / "a.csv").write_text("\n".join(["timestamp,value", *rows]))
    rows[69:69] = [rows[68].split(",")[0] + ",50"]
    del rows[40]
    (tmp_path / "b.csv").write_text("\n".join(["timestamp,value,label", *(f"{row},0" for row in rows)]))
    scorer = SimpleNamespace(load=as_a_scorer_reads)
    with_labels = [one for one in labelled(tmp_path, scorer) if one.name == "b.csv"]
    found = openings([*benchmark(tmp_path), *with_labels])
    assert list(found.values()) == [[70], [70]]
