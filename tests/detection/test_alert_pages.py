"""Pages about alerts: who may see and change what, what is shown as text, and the debugger of routing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from detection.models import Alert, CorrelationRule, Heartbeat, Integration, MaintenanceWindow, Receipt, Route
from detection.services import (
    add_correlation_rule,
    add_heartbeat,
    add_route,
    edit_integration,
    plan_maintenance,
    process_receipts,
)
from incidents.models import Level
from lifecycle import clock
from tests.detection.made import make_integration
from tests.detection.test_intake import send
from tests.factories import make_person, make_service, make_team

pytestmark = pytest.mark.django_db
EVIL = '"><img src=x onerror=alert(1)>'


def client_of(role: str = Role.OPERATIONS) -> Client:
    client = Client()
    client.force_login(make_person(role))
    return client


@pytest.fixture
def editor() -> Client:
    return client_of()


def show(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_what_strangers_write_is_shown_as_text(editor: Client, client: Client) -> None:
    _integration, key = make_integration()
    body = {"title": EVIL, "status": "firing", "host": EVIL, "runbook_url": "javascript:alert(1)", "description": EVIL}
    send(client, key, body)
    alert = Alert.objects.get()
    for path in ("/detection/alerts/", alert.get_absolute_url(), f"/detection/receipts/{Receipt.objects.get().pk}/"):
        text = show(editor, path)
        assert "<img src=x" not in text, path
        assert 'href="javascript:' not in text, path


def test_an_integration_is_made_and_shows_its_key_once(editor: Client) -> None:
    service = make_service()
    form = {"name": "Zabbix", "kind": "json", "mapping": "", "service": service.slug, "level": "2"}
    form |= {"recover_on": "all", "most_per_minute": "100"}
    answer = editor.post("/detection/integrations/new/", form)
    key = answer.context["key"]
    assert key in answer.content.decode()
    integration = Integration.objects.get()
    assert key not in show(editor, integration.get_absolute_url())
    again = editor.post("/detection/integrations/new/", form)
    assert again.status_code == 400
    rotated = editor.post(f"/detection/integrations/{integration.pk}/rotate/")
    assert rotated.context["key"] != key
    editor.post(f"/detection/integrations/{integration.pk}/disable/")
    integration.refresh_from_db()
    assert not integration.is_active
    wrong = editor.post(f"/detection/integrations/{integration.pk}/edit/", {**form, "kind": "mapped", "version": "x"})
    assert wrong.status_code == 400


def test_why_a_body_was_not_understood_is_said_in_the_readers_language(editor: Client, client: Client) -> None:
    integration, key = make_integration()
    for body in (b"{bad", b"[]"):
        client.post(f"/hooks/alerts/{key}", body, content_type="application/json")
    process_receipts()
    Person.objects.update(language="zh-hans")
    text = show(editor, integration.get_absolute_url())
    assert "报文不是 JSON。 Expecting property name" in text
    assert "清单为空。" in text


def test_what_was_not_understood_is_read_again_with_a_better_mapping(editor: Client, client: Client) -> None:
    integration, key = make_integration()
    send(client, key, {"q": {"x": "Queue long"}})
    receipt = Receipt.objects.get()
    assert receipt.status == "quarantined"
    edit_integration(integration, actor=None, via="web", kind="mapped", mapping={"title": "q.x"})
    editor.post(f"/detection/receipts/{receipt.pk}/retry/")
    process_receipts()
    assert Alert.objects.get().title == "Queue long"


def test_the_debugger_says_which_route_applies_and_why_the_others_do_not(editor: Client) -> None:
    integration, _key = make_integration()
    target = make_service(name="Ledger")
    add_route(name="Web", matchers="host =~ web-.*", service=target)
    add_route(name="By label", matchers="env = prod", service_label="svc")
    add_route(name="Databases", matchers="host =~ db-.*\nseverity = critical", service=target)
    form = {"integration": str(integration.pk), "labels": "host = db-1\nenv = prod\nseverity = critical", "body": ""}
    answer = editor.post("/detection/routing/", form)
    (fate,) = answer.context["fates"]
    assert [(each.route.name, each.applies, str(each.fails or each.missing)) for each in fate.routes] == [
        ("Web", False, "host =~ web-.*"),
        ("By label", False, "svc"),
        ("Databases", True, ""),
    ]
    assert fate.alert.service == target
    assert not Alert.objects.exists()
    body = editor.post(
        "/detection/routing/", {**form, "labels": "", "body": '{"type": "url_verification", "challenge": "x"}'}
    )
    assert "handshake" in body.content.decode()
    nothing = editor.post("/detection/routing/", {**form, "labels": ""})
    assert nothing.status_code == 400


def test_routes_are_asked_in_their_order(editor: Client) -> None:
    first = add_route(name="First", service=make_service())
    second = add_route(name="Second", service=make_service())
    editor.post(f"/detection/routing/{second.pk}/up/")
    assert list(Route.objects.values_list("name", flat=True)) == ["Second", "First"]
    refused = editor.post(
        f"/detection/routing/{first.pk}/", {"name": "First", "matchers": "host =~ (", "is_active": "on"}
    )
    assert refused.status_code == 400
    editor.post(f"/detection/routing/{first.pk}/remove/")
    assert list(Route.objects.values_list("name", flat=True)) == ["Second"]


def test_rules_windows_and_heartbeats_are_made_on_their_pages(editor: Client) -> None:
    service = make_service()
    form = {"name": "By host", "group_by": "host, env", "window": "10 min", "max_window": "2 h", "threshold": "3"}
    form |= {"recover_on": "first", "is_active": "on", "matchers": "env = prod"}
    assert editor.post("/detection/correlation/new/", form).status_code == 302
    rule = CorrelationRule.objects.get()
    assert (rule.group_by, rule.window, rule.threshold) == (["host", "env"], timedelta(minutes=10), 3)
    assert editor.post(f"/detection/correlation/{rule.pk}/", {**form, "max_window": "1 min"}).status_code == 400
    now = clock.now()
    start, end, later = ((now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M") for hours in (0, 2, 3))
    window = {"name": "Upgrade", "starts_at": start, "ends_at": end, "repeats": "never", "services": [service.slug]}
    assert editor.post("/detection/maintenance/new/", window).status_code == 302
    made = MaintenanceWindow.objects.get()
    assert "Upgrade" in show(editor, "/detection/maintenance/")
    assert editor.post(f"/detection/maintenance/{made.pk}/extend/", {"ends_at": later}).status_code == 302
    assert editor.post(f"/detection/maintenance/{made.pk}/end/").status_code == 302
    beat = {"name": "Backup", "interval": "1 d", "grace": "", "service": service.slug, "level": "2"}
    assert "mint_" in editor.post("/detection/heartbeats/new/", beat).content.decode()
    heartbeat = Heartbeat.objects.get()
    assert editor.post(f"/detection/heartbeats/{heartbeat.pk}/pause/").status_code == 302
    assert "paused" in show(editor, "/detection/heartbeats/")


def test_others_may_look_and_change_nothing() -> None:
    integration, _key = make_integration()
    level = Level.objects.get(pk=2)
    route = add_route(name="R", service=integration.service)
    rule = add_correlation_rule(name="C")
    now = clock.now()
    window = plan_maintenance(name="M", starts_at=now, ends_at=now + timedelta(hours=1), services=[integration.service])
    heartbeat, _key = add_heartbeat(name="H", interval=timedelta(hours=1), service=integration.service, level=level)
    reader = client_of(Role.DEVELOPER)
    for path in ("alerts", "integrations", "routing", "correlation", "maintenance", "heartbeats"):
        show(reader, f"/detection/{path}/")
    for record in (integration, window, heartbeat):
        show(reader, record.get_absolute_url())
    posts = [
        *("integrations/new/", f"integrations/{integration.pk}/rotate/", "routing/new/", f"routing/{route.pk}/remove/"),
        *("correlation/new/", f"correlation/{rule.pk}/up/", "maintenance/new/", f"maintenance/{window.pk}/end/"),
        *(f"maintenance/{window.pk}/extend/", "heartbeats/new/", f"heartbeats/{heartbeat.pk}/pause/"),
    ]
    for path in posts:
        assert reader.post(f"/detection/{path}").status_code == 404, path


def test_alerts_of_a_restricted_service_are_for_its_own_people(client: Client) -> None:
    insider = make_person()
    service = make_service(operations_team=make_team(insider))
    service.is_restricted = True
    service.save()
    integration, key = make_integration(service=service)
    send(client, key, {"title": "Quietfox", "status": "firing"}, b"odd")
    stranger = client_of()
    alert = Alert.objects.get()
    assert "Quietfox" not in show(stranger, "/detection/alerts/")
    assert stranger.get(alert.get_absolute_url()).status_code == 404
    assert stranger.get(f"/detection/receipts/{Receipt.objects.first().pk}/").status_code == 404  # type: ignore[union-attr]
    own = Client()
    own.force_login(insider)
    assert "Quietfox" in show(own, "/detection/alerts/")
    assert integration.name in show(stranger, "/detection/integrations/")


@pytest.mark.parametrize(
    "query", ["status=open", "status=suppressed", "origin=rule", "severity=info", "q=disk", "service=x", "q=%00"]
)
def test_the_list_is_filtered(editor: Client, client: Client, query: str) -> None:
    _integration, key = make_integration()
    send(client, key, {"title": "Disk full", "status": "firing", "severity": "critical"})
    answer: Any = editor.get(f"/detection/alerts/?{query}")
    shown = query in ("status=open", "q=disk")
    assert ("Disk full" in answer.content.decode()) == shown


LISTS = [
    *(
        f"/detection/{part}/"
        for part in ("alerts", "integrations", "routing", "correlation", "maintenance", "heartbeats")
    ),
    *(
        f"/api/v1/{part}/"
        for part in ("alerts", "integrations", "alert-routes", "correlation-rules", "maintenance-windows", "heartbeats")
    ),
]


def add_one_of_each(client: Client, number: int) -> None:
    service, now = make_service(), clock.now()
    integration, key = make_integration(service=service)
    send(client, key, {"title": f"Disk {number}", "status": "firing", "host": f"db-{number}"})
    add_route(name=f"R{number}", matchers=f"host = db-{number}", service=service)
    add_correlation_rule(name=f"C{number}")
    plan_maintenance(name=f"M{number}", starts_at=now, ends_at=now + timedelta(hours=1), services=[service])
    add_heartbeat(name=f"H{number}", interval=timedelta(hours=1), service=service, level=integration.level)


def test_every_list_asks_the_database_as_often_for_many(editor: Client, client: Client) -> None:
    add_one_of_each(client, 0)
    for path in LISTS:
        show(editor, path)  # what is remembered from the first look on is no part of the count
    few = {path: queries_of(editor, path) for path in LISTS}
    for number in range(1, 5):
        add_one_of_each(client, number)
    assert {path: queries_of(editor, path) for path in LISTS} == few


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        show(client, path)
    return len(queries)
