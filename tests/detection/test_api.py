"""The API of detection: metrics, frames, rules, alerts; and bodies that mean harm."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from catalog.services import issue_token
from detection.models import Alert, Frame, Metric, Rule
from detection.services import evaluate_due
from lifecycle import clock
from tests.detection.made import feed_and_judge, make_metric, make_rule, two_hours_ago
from tests.factories import make_person, make_service

pytestmark = pytest.mark.django_db


class Api:
    def __init__(self, role: str = Role.OPERATIONS) -> None:
        _token, key = issue_token(person=make_person(role), name="test")
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}")

    def send(self, method: str, path: str, body: Any) -> Any:
        return self.client.generic(
            method, f"/api/v1/{path}", body if isinstance(body, str | bytes) else dumped(body), "application/json"
        )

    def post(self, path: str, body: Any) -> Any:
        return self.send("POST", path, body)


def dumped(body: Any) -> str:
    import json

    return json.dumps(body)


def rule_body(of: Metric, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Too many",
        "metric": of.slug,
        "kind": "threshold",
        "parameters": {"direction": "above", "value": 20},
        "selector": {"status": "reversed"},
        "service": make_service().slug,
        "level": 2,
        "title": "{series} at {value}",
        "fire_for": 1,
        "fire_of": 1,
        **changes,
    }


def test_from_a_metric_to_an_alert_by_the_api_alone() -> None:
    api = Api()
    body = {"name": "Payments", "slug": "pay", "dimensions": ["status"], "interval": 60}
    answer = api.post("metrics/", body)
    assert (answer.status_code, answer.json()["interval"]) == (201, 60)
    rule = api.post("rules/", rule_body(Metric.objects.get())).json()
    assert rule["status"] == "never"
    Rule.objects.update(evaluated_to=clock.now() - timedelta(hours=1))
    frame = {"at": clock.now().isoformat(), "values": [{"labels": {"status": "reversed"}, "value": 50}]}
    answer = api.post("metrics/pay/frames/", frame)
    assert (answer.status_code, answer.json()) == (201, {"stored": 1})
    evaluate_due()
    [alert] = api.get("alerts/?open=1").json()["results"]
    assert (alert["labels"], alert["peak"], alert["rule"]) == ({"status": "reversed"}, 50, rule["id"])
    assert alert["incident"]
    assert api.get(f"rules/{rule['id']}/").json()["status"] == "firing"
    assert len(api.get("rules/").json()["results"]) == 1


def test_a_rule_is_changed_and_switched() -> None:
    api, rule = Api(), make_rule()
    answer = api.send("PATCH", f"rules/{rule.pk}/", {"name": "Renamed", "version": 1})
    assert (answer.status_code, answer.json()["name"], answer.json()["version"]) == (200, "Renamed", 2)
    assert api.send("PATCH", f"rules/{rule.pk}/", {"name": "Late", "version": 1}).status_code == 409
    assert api.send("PATCH", f"rules/{rule.pk}/", {"status": "ok"}).status_code == 400
    assert api.send("PATCH", f"rules/{rule.pk}/", {"metric": "other"}).status_code == 400
    assert api.post(f"rules/{rule.pk}/disable/", {}).json()["status"] == "disabled"
    assert api.post(f"rules/{rule.pk}/enable/", {}).json()["is_active"] is True


def test_a_metric_is_changed_where_frames_do_not_depend_on_it() -> None:
    api, metric = Api(), make_metric()
    answer = api.send("PATCH", f"metrics/{metric.slug}/", {"lateness": 30})
    assert (answer.status_code, answer.json()["lateness"]) == (200, 30)
    assert api.send("PATCH", f"metrics/{metric.slug}/", {"interval": 30}).status_code == 400


def test_readers_read_and_strangers_find_nothing() -> None:
    rule = make_rule()
    feed_and_judge(rule.metric, [50, 50, 50], start=two_hours_ago(rule.metric))
    reader, stranger = Api(Role.SERVICE_OWNER), Api(Role.REPORTER)
    for path in ("metrics/", f"metrics/{rule.metric.slug}/", "rules/", f"rules/{rule.pk}/", "alerts/"):
        assert reader.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert Client().get(f"/api/v1/{path}").status_code == 401
    assert reader.post("rules/", rule_body(rule.metric)).status_code == 403
    assert (
        reader.post(f"metrics/{rule.metric.slug}/frames/", {"at": clock.now().isoformat(), "values": []}).status_code
        == 403
    )
    assert reader.post(f"rules/{rule.pk}/disable/", {}).status_code == 403
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        '[{"labels": {"status": "a"}, "value": NaN}]',
        '[{"labels": {"status": "a"}, "value": 1e309}]',
        '[{"labels": {"status": "a"}, "value": -1e309}]',
        '[{"labels": {"status": "a"}, "value": 1e39}]',
        '[{"labels": {"status": "a"}, "value": ' + "9" * 400 + "}]",
        '[{"labels": {"status": "a"}, "value": ' + "9" * 5000 + "}]",
        '[{"labels": {"status": "a"}, "value": "7"}]',
        '[{"labels": {"status": "a"}, "value": true}]',
        '[{"labels": {"status": "a"}, "value": [1]}]',
        '[{"labels": {"status": "a"}}]',
        '[{"labels": {"status": "a\\u0000"}, "value": 1}]',
        '[{"labels": {"status": "\\ud800"}, "value": 1}]',
        '[{"labels": {"status": {"a": 1}}, "value": 1}]',
        '[{"labels": {"status": null}, "value": 1}]',
        '[{"labels": [], "value": 1}]',
        '[{"labels": {"self": "a"}, "value": 1}]',
        '[{"labels": {"status": "a"}, "value": 1, "more": 2}]',
        "[[[[[[]]]]]]",
        "[" * 20_000 + "]" * 20_000,
        "{}",
        "7",
        "null",
    ],
)
def test_hostile_values_are_400_with_a_sentence_and_store_nothing(values: str) -> None:
    metric = make_metric()
    at = clock.now().isoformat()
    answer = Api().post(f"metrics/{metric.slug}/frames/", f'{{"at": "{at}", "values": {values}}}')
    assert answer.status_code == 400
    assert answer.json()
    assert not Frame.objects.exists()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b"\xff\xfe{}", b'{"at": "never", "values": []}', b"{"])
def test_bodies_that_are_no_frame_are_400(body: bytes) -> None:
    assert Api().post(f"metrics/{make_metric().slug}/frames/", body).status_code == 400


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1e309", "2026-13-01T00:00:00Z", ""])
def test_impossible_moments_are_400(at: str) -> None:
    frame = {"at": at, "values": [{"labels": {"status": "a"}, "value": 1}]}
    answer = Api().post(f"metrics/{make_metric().slug}/frames/", frame)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": {"direction": "above", "value": "x"}},
        {"parameters": {"self": 1}},
        {"parameters": []},
        {"parameters": "above"},
        {"parameters": {"direction": {"a": 1}, "value": 10}},
        {"selector": []},
        {"selector": {"status": 7}},
        {"selector": {"status": "a\x00"}},
        {"selector": {"nothing": "x"}},
        {"kind": "magic"},
        {"metric": "nothing"},
        {"service": "nothing"},
        {"level": 9},
        {"level": [1]},
        {"fire_for": 3, "fire_of": 2},
        {"fire_of": 10**30},
        {"title": "{0}"},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"group": "no slug"},
        {"is_active": False},
        {"evaluated_to": "2020-01-01"},
    ],
)
def test_hostile_rules_are_400_and_nothing_is_added(changes: dict[str, Any]) -> None:
    answer = Api().post("rules/", rule_body(make_metric(), **changes))
    assert answer.status_code == 400
    assert answer.json()
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"interval": 0},
        {"interval": -60},
        {"interval": 1e300},
        {"interval": True},
        {"interval": "soon"},
        {"retention": 1},
        {"dimensions": "status"},
        {"dimensions": ["a b"]},
        {"dimensions": [["a"]]},
        {"slug": "../etc"},
        {"precision": "float16"},
        {"speed": 600},
        {"name": None},
    ],
)
def test_hostile_metrics_are_400_and_nothing_is_defined(changes: dict[str, Any]) -> None:
    answer = Api().post("metrics/", {"name": "Payments", "slug": "pay", **changes})
    assert answer.status_code == 400
    assert not Metric.objects.exists()


def test_queries_that_mean_nothing_are_ignored() -> None:
    assert Api().get("alerts/?rule=1%20or%201&open=x&ordering=password").status_code == 200
    assert Api().get("alerts/?rule=99999999999999999999").status_code == 200
    assert Api().get("rules/99999999999999999999/").status_code == 404


def test_everything_about_alerts_is_made_by_the_api(client: Client) -> None:
    from detection.services import process_receipts

    api, service = Api(), make_service()
    made = api.post("integrations/", {"name": "Zabbix", "kind": "json", "service": service.slug, "level": 2})
    assert made.status_code == 201
    number, key = made.json()["id"], made.json()["key"]
    assert "key" not in api.get(f"integrations/{number}/").json()
    route = {"name": "Web", "matchers": "host =~ web-.*", "service": service.slug}
    assert api.post("alert-routes/", route).json()["matchers"] == "host =~ web-.*"
    assert api.post("alert-routes/", {**route, "matchers": "host =~ (("}).status_code == 400
    rule = api.post("correlation-rules/", {"name": "C", "group_by": ["host"], "window": 600, "threshold": 2}).json()
    assert (rule["window"], rule["max_window"]) == (600.0, 86400.0)
    assert api.send("PATCH", f"correlation-rules/{rule['id']}/", {"threshold": 1}).json()["threshold"] == 1
    now = clock.now()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=1)).isoformat()}
    window = api.post("maintenance-windows/", {"name": "M", **times, "services": [service.slug]}).json()
    assert window["is_on"] is True
    sent = client.post(f"/hooks/alerts/{key}", '{"title": "Full", "status": "firing"}', content_type="application/json")
    assert sent.status_code == 202
    process_receipts()
    (alert,) = api.get("alerts/?origin=integration").json()["results"]
    assert (alert["status"], alert["suppressed_by"], alert["title"]) == ("suppressed", window["id"], "Full")
    assert api.post(f"maintenance-windows/{window['id']}/end/", {}).json()["is_on"] is False
    beat = api.post("heartbeats/", {"name": "H", "interval": 60, "service": service.slug, "level": 2}).json()
    assert client.get(f"/hooks/heartbeats/{beat['key']}").status_code == 200
    assert api.get(f"heartbeats/{beat['id']}/").json()["status"] == "ok"
    stranger = Api(Role.DEVELOPER)
    assert stranger.get("integrations/").status_code == 200
    assert stranger.post(
        "heartbeats/", {"name": "I", "interval": 60, "service": service.slug, "level": 2}
    ).status_code in (
        403,
        404,
    )


def test_what_speaks_pagerduty_only_has_to_change_the_address(client: Client) -> None:
    from detection.services import process_receipts
    from tests.detection.made import make_integration

    _integration, key = make_integration(kind="pagerduty")
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical", "custom_details": {"mount": "/var"}}

    def enqueue(**event: Any) -> Any:
        return client.post("/v2/enqueue", dumped({"routing_key": key, **event}), content_type="application/json")

    answer = enqueue(event_action="trigger", payload=payload)
    assert (answer.status_code, answer.json()["status"]) == (202, "success")
    process_receipts()
    alert = Alert.objects.get()
    assert (alert.title, alert.severity, alert.labels["mount"]) == ("Disk full", "critical", "/var")
    assert enqueue(event_action="acknowledge", dedup_key=answer.json()["dedup_key"]).status_code == 202
    assert enqueue(event_action="resolve", dedup_key=answer.json()["dedup_key"]).status_code == 202
    process_receipts()
    alert.refresh_from_db()
    assert alert.acknowledged_at is not None
    assert alert.ended_at is not None
    assert enqueue(event_action="trigger", payload={"summary": "x"}).status_code == 400
    assert enqueue(event_action="resolve").status_code == 400
    assert client.post("/v2/enqueue", "[]", content_type="application/json").status_code == 400
    wrong = {"routing_key": "wrong", "event_action": "trigger", "payload": payload}
    assert client.post("/v2/enqueue", dumped(wrong), content_type="application/json").status_code == 404
