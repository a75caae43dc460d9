"""Many alerts, few incidents: grouping as data, storms, thresholds, the ends of groups, flapping, maintenance."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from detection.models import Alert, AlertGroup, MaintenanceWindow
from detection.services import (
    add_correlation_rule,
    add_heartbeat,
    add_route,
    beat,
    calm_flaps,
    end_maintenance,
    extend_maintenance,
    judge_heartbeats,
    pause_heartbeat,
    plan_maintenance,
    process_receipts,
    release_suppressed,
    resume_heartbeat,
)
from incidents.models import Incident, Level
from lifecycle import clock as time
from lifecycle.transitions import InputRefused
from tests.detection.made import feed_and_judge, make_integration, make_rule, two_hours_ago
from tests.detection.test_intake import send
from tests.factories import make_business_line, make_person, make_service

pytestmark = pytest.mark.django_db


def firing(name: str, status: str = "firing", **labels: Any) -> dict[str, Any]:
    return {"alert_id": name, "title": f"{name} is bad", "status": status, **labels}


def verbs_of(incident: Incident) -> list[str]:
    return list(incident.events.order_by("id").values_list("verb", flat=True))


def test_a_storm_becomes_at_most_five_incidents_and_every_alert_is_kept(client: Client) -> None:
    """2,000 alerts of 40 services, a hundred in a body and one in a body; bench/alert_storm.py does 10,000."""
    services = [make_service() for _number in range(40)]
    _integration, key = make_integration()
    add_route(name="By service", service_label="service")
    alerts = [
        {"status": "firing", "labels": {"alertname": f"A{number}", "service": services[number % 40].slug}}
        for number in range(2000)
    ]
    bodies = [{"version": "4", "alerts": alerts[start : start + 100]} for start in range(0, 1900, 100)]
    bodies += [{"version": "4", "alerts": [alert]} for alert in alerts[1900:]]
    for body in bodies:
        answer = client.post(f"/hooks/alerts/{key}", json.dumps(body), content_type="application/json")
        assert answer.status_code == 202
    process_receipts()
    assert Alert.objects.count() == 2000
    assert Incident.objects.count() <= 5
    assert not Alert.objects.filter(incident=None).exists()
    storm = Incident.objects.get(title__startswith="Alert storm")
    assert storm.alerts.values("service").distinct().count() == 36
    assert len(verbs_of(storm)) < 20, "the timeline does not name each"


def test_alerts_that_agree_in_labels_wait_for_the_threshold(client: Client, clock: Any) -> None:
    _integration, key = make_integration()
    add_correlation_rule(
        name="By cluster",
        matchers="cluster =~ c-.+\nenv != test",
        group_by=["cluster"],
        threshold=3,
        window=timedelta(minutes=10),
        level=Level.objects.get(pk=1),
        title="A cluster is ill",
    )
    send(client, key, firing("a", cluster="c-1"), firing("b", cluster="c-1"), firing("c", cluster="c-2"))
    assert not Incident.objects.exists()
    clock.advance(minutes=11)
    send(client, key, firing("a", "resolved", cluster="c-1"), firing("b", "resolved", cluster="c-1"))
    send(client, key, firing("d", cluster="c-1"), firing("e", cluster="c-1"))
    assert not Incident.objects.exists(), "those of more than ten minutes ago have ended and do not count"
    send(client, key, firing("f", cluster="c-1"))
    incident = Incident.objects.get()
    assert (incident.title, incident.level_id, incident.alerts.count()) == ("A cluster is ill", 1, 3)
    send(client, key, firing("g", cluster="c-3", env="test"))
    assert Alert.objects.get(title__startswith="g").group.correlation is None  # type: ignore[union-attr]


def test_a_group_takes_nothing_more_in_after_its_longest_time_and_the_next_knows_it(client: Client, clock: Any) -> None:
    _integration, key = make_integration()
    add_correlation_rule(name="All", window=timedelta(hours=1), max_window=timedelta(hours=2))
    send(client, key, firing("a"))
    for _hour in range(2):
        clock.advance(minutes=59)
        send(client, key, firing("a"), firing(f"b{_hour}"))
    assert Incident.objects.count() == 1
    clock.advance(minutes=5)
    send(client, key, firing("c"))
    old, new = AlertGroup.objects.order_by("pk")
    assert (old.locked_at is not None, new.previous) == (True, old)
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    ("policy", "recovers_after"), [("first", ["a"]), ("last", ["b"]), ("all", ["a", "b"]), ("never", [])]
)
def test_which_end_recovers_the_incident_is_a_policy(client: Client, policy: str, recovers_after: list[str]) -> None:
    _integration, key = make_integration(recover_on=policy)
    send(client, key, firing("a"))
    send(client, key, firing("b"))
    recovered = []
    for name in ("b", "a") if policy == "last" else ("a", "b"):
        send(client, key, firing(name, "resolved"))
        recovered.append(Incident.objects.get().status == "recovered")
    expected = {"first": [True, True], "last": [True, True], "all": [False, True], "never": [False, False]}
    assert recovered == expected[policy]


def test_an_alert_that_comes_and_goes_keeps_its_incident_open_until_it_is_calm(client: Client, clock: Any) -> None:
    _integration, key = make_integration()
    for _time in range(5):
        send(client, key, firing("a"))
        clock.advance(minutes=1)
        send(client, key, firing("a", "resolved"))
        clock.advance(minutes=1)
    incident = Incident.objects.get()
    verbs = verbs_of(incident)
    assert verbs.count("reopen") == 2, "twice before it is known to flap, never after"
    assert verbs.count("flap") == 1
    assert incident.status == "reported"
    clock.advance(minutes=10)
    calm_flaps()
    assert Incident.objects.get().status == "reported"
    clock.advance(minutes=6)
    calm_flaps()
    assert Incident.objects.get().status == "recovered"


def test_rules_keep_to_the_same_correlation_maintenance_and_policy(clock: Any) -> None:
    rule = make_rule(fire_for=1, fire_of=1, clear_after=1)
    add_correlation_rule(name="Rules", matchers="origin = rule", title="What the rules see")
    now = time.now()
    window = plan_maintenance(name="Quiet", starts_at=now, ends_at=now + timedelta(hours=1), services=[rule.service])
    feed_and_judge(rule.metric, [50], start=two_hours_ago(rule.metric))
    alert = Alert.objects.get()
    assert (alert.suppressed_by, alert.incident) == (window, None)
    assert release_suppressed() == 0
    clock.advance(hours=2)
    assert release_suppressed() == 1
    incident = Incident.objects.get()
    assert incident.title == "What the rules see"
    assert "Too many" in incident.events.get(verb="report").note


def test_during_maintenance_alerts_are_kept_and_nobody_is_told(client: Client, clock: Any) -> None:
    line = make_business_line()
    below = make_business_line(parent=line)
    integration, key = make_integration(service=make_service(business_line=below))
    person, now = make_person(), time.now()
    window = plan_maintenance(
        name="Database",
        starts_at=now + timedelta(minutes=5),
        ends_at=now + timedelta(minutes=35),
        business_lines=[line],
        matchers="host =~ db-.*",
        actor=person,
    )
    send(client, key, firing("early", host="db-1"))
    assert Incident.objects.count() == 1, "it has not begun"
    clock.advance(minutes=6)
    send(client, key, firing("a", host="db-1"), firing("b", host="db-2"), firing("c", host="web-1"))
    assert set(window.alerts.values_list("labels__host", flat=True)) == {"db-1", "db-2"}
    assert Alert.objects.get(title__startswith="c").incident is not None
    extend_maintenance(window, ends_at=now + timedelta(minutes=60), actor=person, via="web")
    send(client, key, firing("b", "resolved", host="db-2"))
    clock.advance(minutes=40)
    assert release_suppressed() == 0
    end_maintenance(window, actor=person, via="web")
    assert release_suppressed() == 1, "what has ended meanwhile opens nothing"
    released = Alert.objects.get(title__startswith="a is")
    assert released.incident is not None
    assert released.suppressed_by is None
    assert list(window.events.order_by("id").values_list("verb", "actor")) == [
        (verb, person.pk) for verb in ("plan", "extend", "end")
    ]
    assert integration.service.business_line == below


def test_a_window_that_repeats_holds_each_time() -> None:
    now = time.now()
    window = plan_maintenance(
        name="Nightly",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        repeats="daily",
        repeats_until=now + timedelta(days=3),
        matchers="host = a",
    )
    at = now + timedelta(minutes=30)
    holds = [window.occurrence(at + timedelta(days=day)) is not None for day in range(5)]
    assert holds == [True, True, True, False, False]
    assert window.occurrence(at + timedelta(hours=2)) is None
    assert window.next_occurrence(at) == (now + timedelta(days=1), now + timedelta(days=1, hours=1))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": timedelta(hours=-1)}, "ends_at"),
        ({"ends_at": timedelta(days=40)}, "ends_at"),
        ({"ends_at": timedelta(days=2), "repeats": "daily"}, "repeats"),
        ({"matchers": ""}, "services"),
        ({"matchers": "nonsense"}, "matchers"),
        ({"matchers": "host =~ (a+"}, "matchers"),
        ({"name": " "}, "name"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(changes: dict[str, Any], field: str) -> None:
    now = time.now()
    fields: dict[str, Any] = {"name": "X", "ends_at": timedelta(hours=1), "matchers": "host = a", **changes}
    fields["ends_at"] = now + fields["ends_at"]
    with pytest.raises(InputRefused) as refused:
        plan_maintenance(starts_at=now, **fields)
    assert field in refused.value.errors
    assert not MaintenanceWindow.objects.exists()


def test_the_silence_of_a_heartbeat_opens_an_incident_and_the_next_beat_recovers_it(client: Client, clock: Any) -> None:
    level = Level.objects.get(pk=2)
    heartbeat, key = add_heartbeat(
        name="Settlement",
        interval=timedelta(minutes=5),
        grace=timedelta(minutes=1),
        service=make_service(),
        level=level,
    )
    assert client.get(f"/hooks/heartbeats/{key}").status_code == 200
    clock.advance(minutes=5, seconds=50)
    assert judge_heartbeats() == 0
    clock.advance(seconds=10)
    assert judge_heartbeats() == 1
    assert judge_heartbeats() == 0
    incident = Incident.objects.get()
    assert incident.title == "No sign of life: Settlement"
    assert client.post(f"/hooks/heartbeats/{key}").status_code == 200
    incident.refresh_from_db()
    assert incident.status == "recovered"
    assert "beats again" in incident.events.get(verb="recover").note
    pause_heartbeat(heartbeat, actor=None, via="web")
    clock.advance(hours=2)
    assert judge_heartbeats() == 0
    resume_heartbeat(heartbeat, actor=None, via="web")
    clock.advance(hours=2)
    assert judge_heartbeats() == 1
    assert beat("wrong") is None
    assert client.get("/hooks/heartbeats/wrong").status_code == 404
