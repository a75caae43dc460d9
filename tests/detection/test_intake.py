"""From a posted body to one incident: kept first, then applied once, by the source's time."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from detection.intake import signals_of
from detection.models import Alert, Receipt
from detection.services import process_receipts, rotate_key
from incidents.models import Incident
from incidents.services import acknowledge_incident, recover_incident, resolve_incident
from lifecycle import clock
from tests.detection.made import make_integration
from tests.factories import make_person

pytestmark = pytest.mark.django_db


def post(client: Client, key: str, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/hooks/alerts/{key}", raw, content_type="application/json")


def send(client: Client, key: str, *bodies: Any) -> None:
    for body in bodies:
        assert post(client, key, body).status_code == 202
    process_receipts()


def body_of(status: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
    moment = {"time": at.isoformat()} if at else {}
    return {"alert_id": "disk-1", "title": "Disk full", "status": status, **moment, **more}


def end(incident: Incident) -> None:
    engineer = make_person()
    acknowledge_incident(incident, actor=engineer, via="web")
    recover_incident(incident, actor=engineer, via="web", workaround="Cleaned.")
    resolve_incident(incident, actor=engineer, via="web", resolution="Cleaned.", cause_class="known")


def test_what_another_tool_reports_opens_an_incident_that_recovers_with_it(client: Client) -> None:
    integration, key = make_integration()
    assert post(client, key, body_of("firing", severity="critical", host="web-1")).status_code == 202
    assert not Alert.objects.exists(), "a body is kept first"
    process_receipts()
    incident, alert = Incident.objects.get(), Alert.objects.get()
    assert (incident.title, incident.service, incident.level_id) == ("Disk full", integration.service, 2)
    assert (alert.incident, alert.severity, alert.labels["host"]) == (incident, "critical", "web-1")
    assert integration.name in incident.events.get(verb="report").note
    send(client, key, body_of("resolved"))
    incident.refresh_from_db()
    assert incident.status == "recovered"
    assert Receipt.objects.filter(status="done", signals=1).count() == 2


def test_the_same_alert_many_times_is_one_incident_with_a_counter(client: Client) -> None:
    _integration, key = make_integration()
    send(client, key, *[body_of("firing")] * 30)
    send(client, key, *[body_of("firing")] * 20)
    assert Alert.objects.get().occurrences == 50
    assert Incident.objects.count() == 1


def test_a_resolve_that_overtakes_its_firing_opens_nothing(client: Client) -> None:
    _integration, key = make_integration()
    now = clock.now()
    send(client, key, body_of("resolved", now - timedelta(minutes=1)))
    send(client, key, body_of("firing", now - timedelta(minutes=3)))
    alert = Alert.objects.get()
    assert alert.status == "ended"
    assert "before it was seen" in alert.note
    assert not Incident.objects.exists()
    send(client, key, body_of("firing", now))
    assert Incident.objects.count() == 1, "it fires anew"


def test_a_resolve_that_comes_a_week_late_ends_nothing_newer(client: Client) -> None:
    _integration, key = make_integration()
    now = clock.now()
    send(client, key, body_of("firing", now - timedelta(minutes=3)))
    send(client, key, body_of("resolved", now - timedelta(days=7)))
    alert = Alert.objects.get()
    assert alert.status == "open"
    assert "came late and was ignored" in alert.note


def test_an_alert_that_comes_again_after_the_end_opens_a_new_incident_linked_to_the_old(client: Client) -> None:
    _integration, key = make_integration()
    send(client, key, body_of("firing"))
    first = Incident.objects.get()
    end(first)
    send(client, key, body_of("resolved"), body_of("firing"))
    second = Incident.objects.exclude(pk=first.pk).get()
    assert first.reference in second.events.get(verb="report").note
    assert second.reference in first.events.get(verb="alert_again").note
    assert Alert.objects.open().get().incident == second


def test_an_alert_that_fires_on_after_people_ended_its_incident_opens_another(client: Client, clock: Any) -> None:
    _integration, key = make_integration()
    send(client, key, body_of("firing"))
    first = Incident.objects.get()
    end(first)
    send(client, key, body_of("firing"))
    assert Incident.objects.count() == 1, "not yet: a repetition may have been under way"
    clock.advance(minutes=10)
    send(client, key, body_of("firing"))
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("key", ["", "mint_wrong", "x" * 500, "caf\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_wrong_key_and_a_disabled_one_get_the_same_answer(client: Client, key: str) -> None:
    integration, right = make_integration()
    wrong = post(client, key, body_of("firing"))
    integration.is_active = False
    integration.save()
    disabled = post(client, right, body_of("firing"))
    assert wrong.status_code == disabled.status_code == 404
    assert wrong.content == disabled.content
    assert not Receipt.objects.exists()


def test_a_key_may_stand_in_a_header_and_an_old_one_opens_for_a_day(client: Client, clock: Any) -> None:
    integration, old = make_integration()
    new = rotate_key(integration, actor=None, via="web")

    def status(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return client.post("/hooks/alerts/", b"{}", content_type="application/json", headers=headers).status_code

    assert [status(new), status(old)] == [202, 202]
    clock.advance(hours=25)
    assert [status(new), status(old)] == [202, 404]
    newest = rotate_key(integration, actor=None, via="web", at_once=True)
    assert [status(newest), status(new)] == [202, 404]


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b'{"title": "caf\xe9 is down", "status": "down", "id": 1}', "caf\N{REPLACEMENT CHARACTER} is down"),
        (rb'{"title": "nul \u0000 here", "status": "down"}', "nul \N{REPLACEMENT CHARACTER} here"),
        (rb'{"title": "half \ud800 pair", "status": "down"}', "half \N{REPLACEMENT CHARACTER} pair"),
        (b'\xef\xbb\xbf{"title": "with a mark", "status": "down"}', "with a mark"),
        ('{"title": "支付成功率下降 💸", "status": "down"}'.encode("utf-16"), "支付成功率下降 💸"),
        (rb'{"title": "two\r\nlines: \u001b[31mred", "status": "down"}', "two lines: [31mred"),
        (b'{"title": "<img src=x onerror=alert(1)>", "status": "down"}', "<img src=x onerror=alert(1)>"),
        (b'{"title": "{{7*7}} {% include %}", "status": "down"}', "{{7*7}} {% include %}"),
        (b'{"title": "huge", "status": "down", "value": 1e309, "n": ' + b"9" * 5000 + b"}", "huge"),
        (b'{"title": "' + b"long " * 5000 + b'", "status": "down"}', "long " * 60),
    ],
)
def test_no_letter_makes_an_alert_lost(client: Client, body: bytes, title: str) -> None:
    _integration, key = make_integration()
    send(client, key, body)
    assert Alert.objects.get().title == title
    assert Incident.objects.count() == 1


def test_what_is_too_much_is_refused_at_once(client: Client) -> None:
    _integration, key = make_integration(most_per_minute=2)
    assert post(client, key, b'{"a": "' + b"x" * 5_300_000 + b'"}').status_code == 413
    assert post(client, key, b"[" * 10_000).status_code == 400
    packed = client.post(
        f"/hooks/alerts/{key}", b"\x1f\x8b", content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert packed.status_code == 415
    assert [post(client, key, b"{}").status_code for _ in range(3)] == [202, 202, 429]
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"17", b'{"value": 4}', b'["a", null]'])
def test_what_nobody_understands_is_kept_and_shown_as_such(client: Client, body: bytes) -> None:
    _integration, key = make_integration()
    send(client, key, body)
    receipt = Receipt.objects.get()
    assert (receipt.status, bytes(receipt.body)) == ("quarantined", body)
    assert receipt.reason
    assert not Alert.objects.exists()


def test_a_body_that_breaks_the_worker_is_set_aside_and_the_others_go_on(
    client: Client, clock: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:

    def fragile(kind: str, body: Any, mapping: Any) -> Any:
        if body.get("title") == "poison":
            raise RuntimeError("boom")
        return signals_of(kind, body, mapping)

    monkeypatch.setattr("detection.services.intake.signals_of", fragile)
    _integration, key = make_integration()
    send(client, key, body_of("firing", title="poison"), body_of("firing"))
    assert Alert.objects.get().title == "Disk full"
    for _attempt in range(5):
        clock.advance(minutes=2)
        process_receipts()
    poisoned = Receipt.objects.get(status="quarantined")
    assert (poisoned.attempts, poisoned.reason) == (5, "RuntimeError: boom")
    assert "failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_same_body_from_many_senders_at_once_is_one_incident(client: Client) -> None:
    """As from a pair of monitors: eight threads post, two workers work it off meanwhile."""
    _integration, key = make_integration()
    raw = json.dumps(body_of("firing"))

    def work(number: int) -> list[int]:
        own = Client()
        codes = []
        for _time in range(10):
            codes.append(own.post(f"/hooks/alerts/{key}", raw, content_type="application/json").status_code)
            if number < 2:
                process_receipts()
        connection.close()
        return codes

    with ThreadPoolExecutor(8) as pool:
        codes = [code for answers in pool.map(work, range(8)) for code in answers]
    process_receipts()
    assert codes == [202] * 80
    assert Alert.objects.get().occurrences == 80
    assert Incident.objects.count() == 1


def test_a_database_in_trouble_is_said_so_that_the_sender_tries_again(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("the disk is full")

    _integration, key = make_integration()
    monkeypatch.setattr("detection.views.hooks.receive", fail)
    answer = post(client, key, body_of("firing"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "OperationalError" in caplog.text
