"""Stored frames become verdicts, alerts and one incident that recovers by itself."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from detection import services
from detection.models import Alert, Metric, Rule, RuleStatus, Verdict
from detection.rules.verdict import FIRING, OK, UNKNOWN
from detection.services import disable_rule, edit_rule, enable_rule, evaluate_due, store_frame
from incidents.models import Incident
from incidents.services import acknowledge_incident, cancel_incident, recover_incident, resolve_incident
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, VersionConflict
from tests.detection.made import MINUTE, feed, feed_and_judge, make_metric, make_rule, two_hours_ago
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def codes_of(rule: Rule) -> list[int]:
    """The verdicts on the first series, oldest first."""
    return [int(row.by_position[0]) for row in rule.verdicts.order_by("at")]


def verbs_of(incident: Incident) -> list[str]:
    return list(incident.events.order_by("id").values_list("verb", flat=True))


def test_a_burst_opens_one_incident_that_recovers_by_itself() -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    after = feed_and_judge(rule.metric, [1, 2, 50, 1, 90, 70], start=start)
    incident = Incident.objects.get()
    assert (incident.title, incident.service, incident.level_id) == ("reversed at 90, 20 tolerated", rule.service, 2)
    assert incident.source == "detection"
    assert incident.occurred_at == start + 2 * MINUTE
    alert = Alert.objects.get()
    assert (alert.opened_at, alert.ended_at, alert.peak) == (start + 4 * MINUTE, None, 90)
    after = feed_and_judge(rule.metric, [5, 15, 5, 5], start=after)
    incident.refresh_from_db()
    assert incident.status == "reported", "15 is under the threshold, yet over the clear value"
    feed_and_judge(rule.metric, [5], start=after)
    incident.refresh_from_db()
    assert incident.status == "recovered"
    assert Alert.objects.get().ended_at == after
    assert verbs_of(incident) == ["report", "recover"]
    assert {event.via for event in incident.events.all()} == {"detector"}


def test_missing_values_neither_open_nor_recover() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    start = two_hours_ago(rule.metric)
    after = feed_and_judge(rule.metric, [None, None, 50], start=start)
    after = feed_and_judge(rule.metric, [None] * 20, start=after)
    assert Incident.objects.get().status == "reported"
    assert codes_of(rule) == [UNKNOWN, UNKNOWN, FIRING] + [UNKNOWN] * 20
    feed_and_judge(rule.metric, [1, 1, 1], start=after)
    assert Incident.objects.get().status == "recovered"


def test_missing_frames_neither_open_nor_recover() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [50], start=start)
    assert evaluate_due() == 0
    assert Incident.objects.get().status == "reported"


def test_a_rule_of_another_label_says_nothing() -> None:
    rule = make_rule(selector={"status": "denied"}, fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [500], start=two_hours_ago(rule.metric), status="reversed")
    assert not Incident.objects.exists()
    rule.refresh_from_db()
    assert rule.status == RuleStatus.UNKNOWN


def test_more_series_join_the_same_incident_with_one_line_each_time() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    at = two_hours_ago(rule.metric)
    store_frame(rule.metric, at=at, values=[({"status": "denied"}, 50), ({"status": "failed"}, 30)])
    evaluate_due()
    incident = Incident.objects.get()
    assert incident.title == "denied at 50, 20 tolerated and 1 more"
    store_frame(rule.metric, at=at + MINUTE, values=[({"status": "denied"}, 60), ({"status": "reversed"}, 40)])
    evaluate_due()
    store_frame(rule.metric, at=at + 2 * MINUTE, values=[({"status": "denied"}, 60), ({"status": "reversed"}, 45)])
    evaluate_due()
    assert verbs_of(incident) == ["report", "alert"]
    assert set(Alert.objects.values_list("incident", flat=True)) == {incident.pk}
    assert dict(Alert.objects.values_list("series__labels__status", "peak")) == {
        "denied": 60,
        "failed": 30,
        "reversed": 45,
    }


def test_the_incident_recovers_only_when_the_last_alert_has_ended() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    at = two_hours_ago(rule.metric)
    for denied, reversed_, status in ((50, 50, "reported"), (1, 50, "reported"), (1, 1, "recovered")):
        store_frame(rule.metric, at=at, values=[({"status": "denied"}, denied), ({"status": "reversed"}, reversed_)])
        evaluate_due()
        assert Incident.objects.get().status == status
        at += MINUTE


def test_a_new_alert_reopens_a_recovered_incident() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    feed_and_judge(rule.metric, [50, 1, 60], start=two_hours_ago(rule.metric))
    incident = Incident.objects.get()
    assert incident.status == "reported"
    assert verbs_of(incident) == ["report", "recover", "reopen", "alert"]
    assert incident.clocks.get(kind="recovery").stopped_at is None


def test_an_alert_never_joins_an_ended_incident() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    after = feed_and_judge(rule.metric, [50, 1], start=two_hours_ago(rule.metric))
    first = Incident.objects.get()
    resolve_incident(first, actor=make_person(), via="web", resolution="Restarted.", cause_class="known")
    feed_and_judge(rule.metric, [60], start=after)
    second = Incident.objects.exclude(pk=first.pk).get()
    assert second.status == "reported"
    assert Alert.objects.open().get().incident == second


def test_what_people_have_ended_is_left_alone_when_the_counts_return() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    after = feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    incident = Incident.objects.get()
    cancel_incident(incident, actor=make_person(), via="web", reason="A test of ours.")
    feed_and_judge(rule.metric, [1, 1], start=after)
    incident.refresh_from_db()
    assert incident.status == "cancelled"
    assert not Alert.objects.open().exists()
    rule.refresh_from_db()
    assert rule.last_error == ""


def test_an_incident_that_a_person_recovered_stays_so_while_its_alert_goes_on() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    after = feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    incident = Incident.objects.get()
    engineer = make_person()
    acknowledge_incident(incident, actor=engineer, via="web")
    recover_incident(incident, actor=engineer, via="web", workaround="Rerouted.")
    feed_and_judge(rule.metric, [50, 50, 1], start=after)
    assert verbs_of(incident) == ["report", "acknowledge", "recover"]


def test_rules_of_a_group_share_one_incident_at_the_worst_level() -> None:
    metric = make_metric()
    mild = make_rule(metric, name="mild", fire_for=1, fire_of=1, clear_after=1, group="cards", level=2)
    make_rule(
        metric,
        name="bad",
        fire_for=1,
        fire_of=1,
        clear_after=1,
        group="cards",
        level=1,
        service=mild.service,
        parameters={"direction": "above", "value": 100},
    )
    at = feed_and_judge(metric, [50], start=two_hours_ago(metric))
    assert Incident.objects.get().level_id == 2
    at = feed_and_judge(metric, [500], start=at)
    incident = Incident.objects.get()
    assert incident.level_id == 1
    assert verbs_of(incident) == ["report", "change_level", "alert"]
    at = feed_and_judge(metric, [50], start=at)
    assert Incident.objects.get().status == "reported", "the mild rule fires still"
    feed_and_judge(metric, [1], start=at)
    assert Incident.objects.get().status == "recovered"


def test_after_an_outage_what_began_and_ended_meanwhile_is_kept_and_calls_nobody() -> None:
    rule = make_rule()
    burst, calm = [50, 50, 1, 1, 1], [1] * 30
    feed(rule.metric, [*burst, *calm, *burst, *calm, *burst, *calm], start=two_hours_ago(rule.metric))
    assert evaluate_due(limit=17) == 105
    assert Alert.objects.filter(is_late=True, ended_at__isnull=False, incident=None).count() == 3
    assert codes_of(rule).count(int(FIRING)) == 6
    assert not Incident.objects.exists()


@pytest.mark.parametrize("limit", [17, 55, 500])
def test_after_an_outage_what_fires_still_opens_one_incident_dated_to_its_beginning(limit: int) -> None:
    rule = make_rule()
    start = two_hours_ago(rule.metric)
    burst, calm = [50, 50, 1, 1, 1], [1] * 30
    after = feed(rule.metric, [*burst, *calm, *burst, *calm, *[50] * 40], start=start)
    assert evaluate_due(limit=limit) == 110
    incident = Incident.objects.get()
    assert (incident.status, incident.occurred_at) == ("reported", start + 70 * MINUTE)
    assert Alert.objects.filter(incident=incident).count() == 1
    feed_and_judge(rule.metric, [1, 1, 1], start=after)
    assert Incident.objects.get().status == "recovered"


def test_a_burst_that_was_over_within_the_last_minutes_still_opens_its_incident() -> None:
    rule = make_rule()
    feed(rule.metric, [50, 50, 1, 1, 1], start=clock.now() - 6 * MINUTE)
    evaluate_due()
    assert verbs_of(Incident.objects.get()) == ["report", "recover"]


def test_a_backlog_judged_in_pieces_comes_to_the_same_verdicts() -> None:
    values = [50, 1, 50, None, 1, 5, 5, 60, 60, 1, 1, 1, 15, 30]
    at_once, piecemeal = make_rule(), make_rule()
    for rule in (at_once, piecemeal):
        feed(rule.metric, values, start=two_hours_ago(rule.metric))
    while evaluate_due(limit=3):
        pass
    assert evaluate_due() == 0
    again = make_rule(at_once.metric)
    evaluate_due()
    assert codes_of(at_once) == codes_of(piecemeal) == codes_of(again)


def test_frames_are_judged_only_when_their_lateness_has_passed(clock: object) -> None:
    from tests.clock import Clock

    assert isinstance(clock, Clock)
    metric = make_metric(lateness=timedelta(minutes=5))
    rule = make_rule(metric, fire_for=1, fire_of=1)
    store_frame(metric, at=clock.now(), values=[({"status": "reversed"}, 50)])
    assert evaluate_due() == 0
    clock.advance(minutes=6)
    assert evaluate_due() == 1
    assert codes_of(rule) == [FIRING]


def test_against_earlier_days_a_fall_opens_an_incident_and_too_little_history_is_unknown() -> None:
    metric = make_metric(dimensions=[])
    parameters = {"direction": "below", "ratio": 0.5, "days": 3, "required_days": 2, "around": 1}
    start = two_hours_ago(metric)
    rule = make_rule(
        metric,
        kind="earlier_days",
        parameters=parameters,
        title="{value} instead of {expected}",
        fire_for=1,
        fire_of=1,
        clear_after=1,
        evaluate_from=start - timedelta(days=3, hours=1),
    )
    for days in (2, 1, 0):
        for index, value in enumerate([100, 100, 100, 100] if days else [90, 40, 0, 80]):
            store_frame(metric, at=start - timedelta(days=days) + index * MINUTE, values=[({}, value)])
            evaluate_due()
    assert codes_of(rule) == [UNKNOWN] * 8 + [OK, FIRING, FIRING, OK]
    incident = Incident.objects.get()
    assert (incident.title, incident.status) == ("40 instead of 100", "recovered")


def test_in_a_replay_a_day_is_as_much_shorter_as_it_runs_faster() -> None:
    metric = make_metric(dimensions=[], interval=timedelta(seconds=0.1), speed=600)
    parameters = {"direction": "below", "ratio": 0.5, "days": 1, "around": 0}
    start = metric.align(clock.now() - timedelta(minutes=10))
    rule = make_rule(metric, kind="earlier_days", parameters=parameters, fire_for=1, fire_of=1)
    store_frame(metric, at=start, values=[({}, 100)])
    store_frame(metric, at=start + timedelta(seconds=144), values=[({}, 10)])
    evaluate_due()
    assert codes_of(rule) == [UNKNOWN, FIRING]


def test_a_rule_that_fails_says_so_and_the_others_go_on() -> None:
    metric = make_metric()
    broken, sound = make_rule(metric, name="broken"), make_rule(metric, name="sound")
    Rule.objects.filter(pk=broken.pk).update(parameters={"direction": "up"})
    feed(metric, [1], start=two_hours_ago(metric))
    assert evaluate_due() == 1
    broken.refresh_from_db()
    assert "ParametersRefused" in broken.last_error
    assert codes_of(sound) == [OK]
    Rule.objects.filter(pk=broken.pk).update(parameters=sound.parameters)
    assert evaluate_due() == 1
    broken.refresh_from_db()
    assert broken.last_error == ""


def test_a_late_frame_is_kept_but_not_judged_again() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    start = two_hours_ago(rule.metric)
    feed(rule.metric, [1], start=start + MINUTE)
    evaluate_due()
    feed(rule.metric, [500, 500], start=start)
    assert evaluate_due() == 0
    assert not Incident.objects.exists()


def test_a_disabled_rule_judges_nothing_and_its_incident_stays_open() -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    after = feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    disable_rule(rule, actor=make_person(), via="web")
    feed_and_judge(rule.metric, [1, 1], start=after)
    assert Incident.objects.get().status == "reported"
    assert not Alert.objects.open().exists()
    enable_rule(rule, actor=make_person(), via="web")
    assert evaluate_due() == 0
    assert codes_of(rule) == [FIRING]
    assert list(rule.events.values_list("verb", flat=True)) == ["add", "disable", "enable"]


def test_alerts_of_series_that_the_rule_was_edited_away_from_end() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    after = feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    edit_rule(rule, actor=None, via="web", selector={"status": "denied"})
    feed_and_judge(rule.metric, [50], start=after)
    assert not Alert.objects.open().exists()


def test_edits_are_guarded() -> None:
    rule = make_rule()
    with pytest.raises(NotPermitted):
        edit_rule(rule, actor=make_person("developer"), via="web", name="mine")
    with pytest.raises(VersionConflict):
        edit_rule(rule, actor=None, via="web", expected_version=7, name="late")
    with pytest.raises(InputRefused) as refused:
        edit_rule(
            rule,
            actor=None,
            via="web",
            name="",
            fire_for=5,
            title="{value.__class__}",
            selector={"merchant": "1"},
            parameters={"direction": "above", "value": "x"},
        )
    assert set(refused.value.errors) == {"name", "fire_for", "title", "selector", "value"}
    with pytest.raises(InputRefused):
        edit_rule(rule, actor=None, via="web", status="ok")


def test_a_title_fills_places_and_nothing_else() -> None:
    rule = make_rule(title="{series} {value} of {expected}, {rule}", fire_for=1, fire_of=1)
    feed_and_judge(rule.metric, [50.25], start=two_hours_ago(rule.metric), status="{value} {0.__class__}")
    assert Incident.objects.get().title == "{value} {0.__class__} 50.25 of 20, Too many"


def test_what_is_shown_of_a_rule_whose_frames_stopped_is_unknown() -> None:
    rule = make_rule()
    assert rule.status_at(clock.now()) == RuleStatus.NEVER
    feed_and_judge(rule.metric, [1], start=clock.now() - MINUTE)
    rule.refresh_from_db()
    assert rule.status_at(clock.now()) == RuleStatus.OK
    assert rule.status_at(clock.now() + timedelta(minutes=10)) == RuleStatus.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_two_workers_judge_every_frame_once() -> None:
    rules = [make_rule(fire_for=1, fire_of=1) for _ in range(4)]
    start = two_hours_ago(rules[0].metric)
    for rule in rules:
        feed(rule.metric, [1, 50, 50, 1, 60], start=start)
    judged, barrier = [], threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(6):
            judged.append(services.evaluate_due(limit=2))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    services.evaluate_due()
    assert sum(judged) <= 20
    assert Counter(Verdict.objects.values_list("rule", flat=True)) == {rule.pk: 5 for rule in rules}
    assert Incident.objects.count() == 4
    assert not Rule.objects.exclude(last_error="").exists()


@pytest.mark.django_db(transaction=True)
def test_two_rules_of_a_group_open_one_incident_from_two_workers() -> None:
    metric = make_metric()
    first = make_rule(metric, group="cards", fire_for=1, fire_of=1, clear_after=1)
    make_rule(metric, group="cards", fire_for=1, fire_of=1, clear_after=1, service=first.service)
    start = two_hours_ago(metric)
    for index, values in enumerate(([50], [1], [60], [1])):
        feed(metric, values, start=start + index * MINUTE)
        run_in_threads(2)
        assert not Rule.objects.exclude(last_error="").exists()
    evaluate_due()
    incident = Incident.objects.get()
    assert incident.status == "recovered"
    assert Alert.objects.filter(incident=incident).count() == 4


def run_in_threads(count: int) -> None:
    barrier = threading.Barrier(count)

    def work() -> None:
        barrier.wait()
        services.evaluate_due()
        services.evaluate_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_a_storm_of_series_is_one_incident_and_every_alert_is_kept() -> None:
    metric: Metric = make_metric(dimensions=["merchant"])
    make_rule(metric, fire_for=1, fire_of=1)
    store_frame(metric, at=two_hours_ago(metric), values=[({"merchant": str(number)}, 50) for number in range(3000)])
    evaluate_due()
    incident = Incident.objects.get()
    assert Alert.objects.filter(incident=incident).count() == 3000
    assert incident.title.endswith("and 2999 more")
    assert len(incident.events.get().note) < 300
