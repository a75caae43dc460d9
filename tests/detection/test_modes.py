"""Shadow, live and off; and the versions that edits leave behind."""

from typing import Any

import pytest

from catalog.models import Role
from detection.models import Alert, Rule, RuleMode, Verdict
from detection.services import (
    disable_rule,
    edit_rule,
    enable_rule,
    evaluate_due,
    go_live,
    restore_version,
    return_to_shadow,
)
from incidents.models import Incident
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused, VersionConflict
from tests.detection.made import feed, feed_and_judge, make_rule, two_hours_ago
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def verbs(rule: Any) -> list[str]:
    return list(Event.objects.about(rule).order_by("pk").values_list("verb", flat=True))


def test_a_rule_on_trial_is_judged_and_nothing_comes_of_it_until_it_goes_live() -> None:
    editor = make_person(Role.OPERATIONS)
    rule = make_rule(fire_for=1, fire_of=1, is_shadow=True, actor=editor)
    at = feed_and_judge(rule.metric, [5, 50, 60], start=two_hours_ago(rule.metric))
    trial = Alert.objects.get(rule=rule)
    assert (trial.is_shadow, trial.incident, trial.peak) == (True, None, 60)
    assert Verdict.objects.filter(rule=rule).count() == 3
    assert not Incident.objects.exists()
    go_live(rule, actor=editor, via="web", note="Found the outage of Monday.")
    trial.refresh_from_db()
    assert trial.ended_at is not None
    feed_and_judge(rule.metric, [70], start=at)
    alert = rule.alerts.live().get()
    assert alert.incident == Incident.objects.get()
    assert verbs(rule) == ["add", "go_live"]
    assert Event.objects.about(rule).latest("pk").note == "Found the outage of Monday."


def test_a_live_rule_that_returns_to_shadow_leaves_its_incident_open() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    at = feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    return_to_shadow(rule, actor=None, via="web")
    feed_and_judge(rule.metric, [50, 5, 5, 5, 5], start=at)
    incident = Incident.objects.get()
    assert incident.recovered_at is None
    assert not incident.alerts.open().exists()
    assert rule.alerts.filter(is_shadow=True).count() == 1


def test_going_live_needs_a_reason_an_editor_and_a_rule_that_judges() -> None:
    rule = make_rule(is_shadow=True)
    with pytest.raises(InputRefused):
        go_live(rule, actor=None, via="web", note="  ")
    with pytest.raises(NotPermitted):
        go_live(rule, actor=make_person(Role.SERVICE_OWNER), via="web", note="x")
    disable_rule(rule, actor=None, via="web")
    assert rule.mode.value == RuleMode.OFF
    with pytest.raises(TransitionRefused):
        go_live(rule, actor=None, via="web", note="x")
    enable_rule(rule, actor=None, via="web")
    assert rule.mode.value == RuleMode.SHADOW
    with pytest.raises(VersionConflict):
        go_live(rule, actor=None, via="web", note="x", expected_version=1)
    go_live(rule, actor=None, via="web", note="x")
    assert rule.mode.value == RuleMode.LIVE
    go_live(rule, actor=None, via="web", note="again")
    assert verbs(rule).count("go_live") == 1


def test_alerts_on_trial_are_not_counted_as_open() -> None:
    rule = make_rule(fire_for=1, fire_of=1, is_shadow=True)
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    listed: Any = Rule.objects.for_list().get()
    assert listed.open_alerts == 0


def test_every_edit_keeps_what_the_rule_was_and_why_it_changed() -> None:
    editor = make_person(Role.OPERATIONS)
    rule = make_rule(actor=editor)
    other = {"direction": "above", "value": 40.0}
    edit_rule(rule, actor=editor, via="web", parameters=other, name="Far too many", note="Sales peaks")
    first, second = rule.versions.order_by("number")
    assert first.definition["name"] == "Too many"
    assert first.definition["parameters"]["value"] == 20
    assert (second.number, second.actor, second.note, second.via) == (2, editor, "Sales peaks", "web")
    assert second.definition["service"] == rule.service_id


def test_an_earlier_version_comes_back_as_a_new_one() -> None:
    rule = make_rule()
    edit_rule(rule, actor=None, via="web", parameters={"direction": "above", "value": 40.0}, fire_for=3)
    restore_version(rule, number=1, actor=None, via="web", note="Missed an outage")
    rule.refresh_from_db()
    assert (rule.parameters["value"], rule.fire_for, rule.version) == (20, 2, 3)
    assert rule.versions.get(number=3).restored_from == 1
    with pytest.raises(InputRefused):
        restore_version(rule, number=77, actor=None, via="web")
    with pytest.raises(NotPermitted):
        restore_version(rule, number=1, actor=make_person(Role.SERVICE_OWNER), via="web")


def test_a_restored_version_judges_as_it_did() -> None:
    rule = make_rule(fire_for=1, fire_of=1)
    edit_rule(rule, actor=None, via="web", parameters={"direction": "above", "value": 99.0})
    feed(rule.metric, [50], start=two_hours_ago(rule.metric))
    evaluate_due()
    assert not Alert.objects.exists()
    restore_version(rule, number=1, actor=None, via="web")
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric) + rule.metric.interval)
    assert Alert.objects.count() == 1
