"""The API around rules: shadow and live, versions, back-tests, one minute explained."""

from typing import Any

import pytest

from catalog.models import Role
from detection.models import Alert, Rule
from detection.services import edit_rule
from incidents import services as incidents
from tests.detection.made import MINUTE, feed, feed_and_judge, make_rule, two_hours_ago
from tests.detection.test_api import Api
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


def body_of(rule: Rule, **more: Any) -> dict[str, Any]:
    return {
        "name": "By program",
        "metric": rule.metric.slug,
        "kind": "threshold",
        "parameters": {"direction": "above", "value": 20},
        "service": rule.service.slug,
        "level": 2,
        "title": "x",
        **more,
    }


def test_a_rule_says_whether_it_starts_on_trial_and_goes_live_with_a_note() -> None:
    api, other = Api(), make_rule()
    assert api.post("rules/", body_of(other)).json()["mode"] == "live"
    made = api.post("rules/", body_of(other, is_shadow=True, note="Trying")).json()
    assert (made["mode"], made["is_shadow"]) == ("shadow", True)
    assert api.post(f"rules/{made['id']}/go-live/", {}).status_code == 400
    stale = {"note": "Good", "version": 99}
    assert api.post(f"rules/{made['id']}/go-live/", stale).status_code == 409
    assert Api(Role.SERVICE_OWNER).post(f"rules/{made['id']}/go-live/", {"note": "x"}).status_code == 403
    assert api.post(f"rules/{made['id']}/go-live/", {"note": "Good"}).json()["mode"] == "live"
    assert api.post(f"rules/{made['id']}/return-to-shadow/", {}).json()["mode"] == "shadow"


def test_alerts_on_trial_stand_apart() -> None:
    rule = make_rule(fire_for=1, fire_of=1, is_shadow=True)
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    api = Api()
    assert Alert.objects.count() == 1
    assert api.get("alerts/").json()["results"] == []
    assert [row["is_shadow"] for row in api.get("alerts/?shadow=1").json()["results"]] == [True]


def test_versions_are_read_and_restored() -> None:
    rule, api = make_rule(), Api()
    edit_rule(rule, actor=None, via="web", parameters={"direction": "above", "value": 99.0}, note="Peaks")
    rows = api.get(f"rules/{rule.pk}/versions/").json()["results"]
    assert [(row["number"], row["note"]) for row in rows] == [(2, "Peaks"), (1, "")]
    assert api.post(f"rules/{rule.pk}/versions/7/restore/", {}).status_code == 404
    assert Api(Role.SERVICE_OWNER).post(f"rules/{rule.pk}/versions/1/restore/", {}).status_code == 403
    restored = api.post(f"rules/{rule.pk}/versions/1/restore/", {"note": "Missed one"}).json()
    assert (restored["parameters"]["value"], restored["version"]) == (20, 3)


def test_a_back_test_counts_for_the_caller_and_saves_nothing() -> None:
    insider = make_person(Role.OPERATIONS)
    service = make_service(operations_team=make_team(insider))
    rule, api = make_rule(service=service, fire_for=1, fire_of=1), Api()
    start = two_hours_ago(rule.metric)
    feed(rule.metric, [5, 50, 5, 5, 5], start=start)
    incident = make_incident(service=service, occurred_at=start + MINUTE, level=2)
    said = api.post(f"rules/{rule.pk}/back-test/", {"span": "6h"}).json()
    assert (said["fired"], said["known"], said["hit"], said["besides"]) == (1, 1, 1, 0)
    assert said["firings"][0]["incidents"][0]["incident"] == incident.pk
    incidents.acknowledge_incident(incident, actor=insider, via="web")
    incidents.restrict_incident(incident, is_restricted=True, participants=[], actor=insider, via="web")
    said = api.post(f"rules/{rule.pk}/back-test/", {"span": "6h"}).json()
    assert (said["fired"], said["known"], said["besides"]) == (1, 0, 1)
    other = {"parameters": {"direction": "above", "value": 99}}
    assert api.post(f"rules/{rule.pk}/back-test/", other).json()["fired"] == 0
    rule.refresh_from_db()
    assert rule.parameters["value"] == 20


@pytest.mark.parametrize(
    "body", [{"span": "1y"}, {"parameters": []}, {"parameters": {"direction": "x"}}, {"fire_for": 0}, {"what": 1}, "["]
)
def test_a_back_test_of_nonsense_is_refused(body: Any) -> None:
    rule = make_rule()
    assert Api().post(f"rules/{rule.pk}/back-test/", body).status_code == 400
    assert Api(Role.SERVICE_OWNER).post(f"rules/{rule.pk}/back-test/", {}).status_code == 403


def test_a_minute_is_explained() -> None:
    rule, api = make_rule(), Api()
    start = two_hours_ago(rule.metric)
    feed_and_judge(rule.metric, [5, 50, 60], start=start)
    at = (start + 2 * MINUTE).isoformat().replace("+", "%2B")
    said = api.get(f'rules/{rule.pk}/explain/?at={at}&labels={{"status":"reversed"}}').json()
    assert (said["value"], said["expected"], said["then"], said["now"]) == (60, 20, "firing", "firing")
    assert said["incident"] == rule.alerts.get().incident_id
    assert [mark["then"] for mark in said["marks"]] == ["firing", "firing", "ok"]
    assert api.get(f"rules/{rule.pk}/explain/").json()["at"] == said["at"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [("at=soon", 400), ("labels=[]", 400), ("labels={", 400), ('labels={"status":"x"}', 404), ("series=x", 404)],
)
def test_a_minute_of_nothing_is_refused(asked: str, code: int) -> None:
    rule = make_rule()
    feed(rule.metric, [5], start=two_hours_ago(rule.metric))
    assert Api().get(f"rules/{rule.pk}/explain/?{asked}").status_code == code
