"""Back-tests: what a rule would have said is what the engine does say, and how that compares with known incidents."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.models import Role
from detection import stored
from detection.backtest import Episode, Firing, firings_of
from detection.hits import Known, compare
from detection.models import Alert, Rule, Verdict
from detection.previews import preview_of
from detection.services import back_test, backtesting, draft_rule, evaluate_due, store_frame
from incidents import services as incidents
from incidents.models import Incident
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted
from tests.detection.made import MINUTE, feed, feed_and_judge, make_metric, make_rule, two_hours_ago
from tests.factories import make_incident, make_person, make_service, make_team

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = [5, 5, 50, 60, 70, 5, None, 5, 5, 5, 30, 5, 5, 30, 30, 30]


def episode(series: int, start: int, end: int | None, peak: float = 30) -> Episode:
    at = NOON + start * MINUTE
    return Episode(series, at, at, at, peak, 20, None if end is None else NOON + end * MINUTE)


def firing(start: int, end: int | None) -> Firing:
    return firings_of([episode(0, start, end)])[0]


def known(number: int, start: int, end: int | None, *, is_false: bool = False) -> Known:
    ended_at = None if end is None else NOON + end * MINUTE
    began = NOON + start * MINUTE
    return Known(number, f"INC-{number}", "/", began, began + 5 * MINUTE, ended_at, is_false)


def test_episodes_that_overlap_would_have_been_one_incident() -> None:
    joined = firings_of([episode(1, 5, 20, peak=90), episode(0, 0, 10), episode(0, 30, None), episode(1, 40, 50)])
    assert [(each.opened_at, each.ended_at, each.series) for each in joined] == [
        (NOON, NOON + 20 * MINUTE, (0, 1)),
        (NOON + 30 * MINUTE, None, (0, 1)),
    ]
    assert joined[0].peak == 90


@pytest.mark.parametrize(
    ("found", "is_hit"),
    [((0, 10), True), ((-25, 2), True), ((-90, -40), False), ((11, 20), True), ((61, 70), False), ((55, None), True)],
)
def test_a_firing_finds_the_incident_it_overlaps_or_comes_just_before(found: Any, is_hit: bool) -> None:
    comparison = compare([firing(*found)], [known(1, 0, 60)])
    assert bool(comparison.hit_count) is is_hit
    assert comparison.besides == (0 if is_hit else 1)


def test_the_counts_tell_hit_missed_and_besides() -> None:
    firings = [firing(2, 10), firing(200, 210), firing(400, 410)]
    incidents = [known(1, 0, 30), known(2, 100, 130), known(3, 395, 420, is_false=True)]
    comparison = compare(firings, incidents)
    assert (comparison.hit_count, len(comparison.hits), comparison.besides) == (1, 2, 2)
    assert [each.number for each in comparison.missed] == [2]
    assert comparison.lead == 3 * MINUTE


def judged(rule: Rule) -> list[tuple[Any, ...]]:
    alerts = Alert.objects.filter(rule=rule).order_by("opened_at", "series")
    return [(a.series_id, a.started_at, a.opened_at, a.last_seen_at, a.ended_at, a.peak, a.expected) for a in alerts]


def would_be(rule: Rule, span: timedelta = 6 * HOUR) -> list[tuple[Any, ...]]:
    test = back_test(rule, actor=None, span=span)
    return [
        (test.series[e.series].pk, e.started_at, e.opened_at, e.last_seen_at, e.ended_at, e.peak, e.expected)
        for e in test.outcome.episodes
    ]


@pytest.mark.django_db
def test_a_threshold_would_have_opened_the_very_alerts_that_the_engine_opened() -> None:
    rule = make_rule(selector={"status": "reversed"})
    start = two_hours_ago(rule.metric)
    for index, value in enumerate(STORY):
        values = [({"status": "approved"}, 99), ({"status": "reversed"}, value)]
        store_frame(rule.metric, at=start + index * MINUTE, values=values)
        evaluate_due()
    assert len(judged(rule)) == 2
    assert would_be(rule) == judged(rule)
    test = back_test(rule, actor=None, span=6 * HOUR)
    verdicts = Verdict.objects.filter(rule=rule).order_by("at")
    position = test.series[0].position
    assert [int(each.by_position[position]) for each in verdicts] == test.outcome.trace.codes[:, 0].tolist()


@pytest.mark.django_db
def test_a_rule_that_looks_at_earlier_days_would_have_too() -> None:
    parameters = {"direction": "below", "ratio": 0.5, "days": 2, "around": 1, "minimum_expected": 10}
    rule = make_rule(kind="earlier_days", parameters=parameters)
    start = two_hours_ago(rule.metric)
    for days in (2, 1):
        feed(rule.metric, [100] * 12, start=start - days * DAY)
    feed_and_judge(rule.metric, [100, 40, 45, None, 99, 98, 97, 3, 4, 99, 99, 99], start=start)
    assert len(judged(rule)) == 2
    assert would_be(rule, span=HOUR * 3) == judged(rule)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("change", {"direction": "falls", "by": 50, "unit": "percent", "intervals": 2}),
        ("absence", {"absent": "either", "frames": 2}),
        ("seasonal", {"direction": "below", "weeks": 2, "around": 1}),
        ("earlier_weeks", {"direction": "below", "ratio": 0.5, "weeks": 2}),
    ],
)
def test_every_kind_says_of_the_past_what_the_engine_said_live(kind: str, parameters: dict[str, Any]) -> None:
    rule = make_rule(kind=kind, parameters=parameters, fire_for=1, fire_of=2, clear_after=2)
    start = two_hours_ago(rule.metric)
    for weeks in (2, 1):
        feed(rule.metric, [100, 101, 99] * 5, start=start - weeks * 7 * DAY)
    feed_and_judge(rule.metric, [100, 98, 102, 20, 0, None, 101, 100, 99, 98, 99, 0, 0, 98, 99], start=start)
    assert judged(rule)
    assert would_be(rule) == judged(rule)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["success_rate", "share"])
def test_a_second_metric_and_totals_are_seen_even_where_only_some_series_are_looked_at(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, paid = make_metric(dimensions=["shop"]), make_metric(dimensions=["shop"])
    parameters = {
        "success_rate": {"direction": "below", "percent": 80, "minimum_volume": 10},
        "share": {"direction": "above", "percent": 60},
    }[kind]
    other = {"other_metric": tried} if kind == "success_rate" else {}
    rule = make_rule(paid, kind=kind, parameters=parameters, fire_for=1, fire_of=1, clear_after=1, **other)
    start = two_hours_ago(paid)
    for minute, lost in enumerate([0, 0, 40, 60, 0, 0]):
        for metric, falls in ((tried, 0), (paid, lost)):
            values = [({"shop": shop}, float(usual - falls)) for shop, usual in (("a", 100), ("b", 90), ("c", 200))]
            values[1:] = [(labels, value + falls) for labels, value in values[1:]]
            store_frame(metric, at=start + minute * MINUTE, values=values)
        evaluate_due()
    assert judged(rule)
    assert would_be(rule) == judged(rule)
    monkeypatch.setattr(backtesting, "MOST_JUDGED", 20)
    test = back_test(rule, actor=None, span=10 * MINUTE, wanted=rule.alerts.latest("pk").series_id)
    assert len(test.series) == 2
    kept = {row.pk for row in test.series}
    found = [(test.series[e.series].pk, e.opened_at, e.peak) for e in test.outcome.episodes]
    assert found == [(row[0], row[2], row[5]) for row in judged(rule) if row[0] in kept]


@pytest.mark.django_db
def test_a_stretch_begins_as_the_engine_would_have_with_alerts_already_open() -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    feed(rule.metric, [5, 50, 50, 50, 50, 50, 5, 5], start=start)
    test = back_test(rule, actor=None, span=3 * MINUTE)
    assert [each.opened_at for each in test.outcome.episodes] == [start + 2 * MINUTE]
    assert len(test.outcome.trace.times) == 3


@pytest.mark.django_db
def test_nothing_is_written() -> None:
    rule = make_rule()
    feed(rule.metric, STORY, start=two_hours_ago(rule.metric))
    back_test(draft_rule(rule, parameters={"direction": "above", "value": 4}), actor=None, span=DAY)
    rule.refresh_from_db()
    assert rule.parameters["value"] == 20
    assert rule.version == 1
    assert [model.objects.count() for model in (Alert, Verdict, Incident)] == [0, 0, 0]


@pytest.mark.django_db
def test_of_too_many_series_the_largest_are_looked_at_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = make_rule(parameters={"direction": "above", "value": 0})
    at = two_hours_ago(rule.metric)
    for minute in range(5):
        values = [({"status": f"s{number}"}, float(number)) for number in range(6)]
        store_frame(rule.metric, at=at + minute * MINUTE, values=values)
    monkeypatch.setattr(backtesting, "MOST_JUDGED", 20)
    test = back_test(rule, actor=None, span=10 * MINUTE)
    assert [str(row) for row in test.series] == ["s4", "s5"]
    assert "2 largest of 6" in test.limits[0]
    wanted = rule.metric.series.get(labels={"status": "s0"}).pk
    chosen = back_test(rule, actor=None, span=10 * MINUTE, wanted=wanted)
    assert wanted in [row.pk for row in chosen.series]


@pytest.mark.django_db
def test_a_wide_metric_is_read_for_a_shorter_stretch_and_time_is_boxed(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = make_rule()
    feed(rule.metric, [50] * 200, start=clock.now() - 4 * HOUR)
    monkeypatch.setattr(backtesting, "MOST_READ", 90)
    monkeypatch.setattr(stored, "MOST_HELD", 7)
    test = back_test(rule, actor=None, span=DAY)
    assert 80 < len(test.outcome.trace.times) <= 90
    assert "last 8" in test.limits[0]
    monkeypatch.undo()
    none = back_test(rule, actor=None, span=DAY, budget=timedelta(0))
    assert not none.outcome.trace.times


@pytest.mark.django_db
def test_of_a_stretch_that_would_take_too_long_the_newest_minutes_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule = make_rule()
    feed(rule.metric, [50] * 100, start=clock.now() - 2 * HOUR)
    for name, value in {"PILOT": 5, "PILOT_FROM": 10, "CAUTION": 0}.items():
        monkeypatch.setattr(backtesting, name, value)
    test = back_test(rule, actor=None, span=6 * HOUR)
    assert len(test.outcome.trace.times) == 60
    assert "last 60 minutes" in test.limits[0]


@pytest.mark.django_db
def test_what_was_not_looked_at_for_want_of_time_is_not_called_missed() -> None:
    service = make_service()
    rule = make_rule(service=service)
    feed(rule.metric, [5] * 60, start=clock.now() - HOUR)
    make_incident(service=service, occurred_at=clock.now() - 20 * MINUTE, level=2)
    reader = make_person(Role.OPERATIONS)
    whole = preview_of(back_test(rule, actor=None, span=HOUR), reader=reader)
    none = preview_of(back_test(rule, actor=None, span=HOUR, budget=timedelta(0)), reader=reader)
    assert len(whole.comparison.missed) == 1
    assert none.comparison.missed == []


@pytest.mark.django_db
def test_only_editors_may_ask() -> None:
    rule = make_rule()
    with pytest.raises(NotPermitted):
        back_test(rule, actor=make_person(Role.SERVICE_OWNER), span=HOUR)
    with pytest.raises(InputRefused):
        draft_rule(rule, parameters={"direction": "sideways"})


@pytest.mark.django_db
def test_incidents_that_are_not_for_the_reader_do_not_count() -> None:
    insider = make_person(Role.OPERATIONS)
    service = make_service(operations_team=make_team(insider))
    rule = make_rule(make_metric(), service=service)
    feed(rule.metric, STORY, start=two_hours_ago(rule.metric))
    at = two_hours_ago(rule.metric) + 3 * MINUTE
    incident = make_incident(service=service, occurred_at=at, level=2)
    incidents.acknowledge_incident(incident, actor=insider, via="web")
    incidents.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    test = back_test(rule, actor=None, span=6 * HOUR)
    seen, unseen = (preview_of(test, reader=reader) for reader in (insider, make_person(Role.OPERATIONS)))
    assert "2 of 1" not in seen.sentence
    assert "1 of 1 known" in seen.sentence
    assert "0 of 0 known" in unseen.sentence
    assert incident.reference not in str(unseen.rows)
    assert unseen.chart is not None
    assert not unseen.chart.marks
