"""The page and the API of chats: who may, what is refused at save, and that secrets never come out."""

import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from catalog.sealing import unseal
from lifecycle.models import Event
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import ChatHook, PagingSettings
from tests.factories import make_person, make_team

pytestmark = pytest.mark.django_db
NEW = "/oncall/chats/new/"
URL = "https://hooks.example.com/services/T0/very-secret"


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """hooks.example.com stands for a public address, rebound.example.com for an internal one."""
    known = {"hooks.example.com": "93.184.216.34", "rebound.example.com": "10.0.0.7"}
    look_up = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        return [(2, 1, 6, "", (known[host], port))] if host in known else look_up(host, port, *rest, **options)

    monkeypatch.setattr("socket.getaddrinfo", resolve)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    return client


def fields(**changed: Any) -> dict[str, Any]:
    given = {
        "name": "Payments",
        "kind": "feishu",
        "url": URL,
        "secret": "s3cret",
        "levels": ["1", "2"],
        "language": "en",
    }
    return {**given, "is_active": "on", **changed}


def test_a_manager_adds_a_chat_and_never_sees_its_secrets_again(manager: Client) -> None:
    answer = manager.post(NEW, fields(team=make_team().pk), follow=True)
    chat = ChatHook.objects.get()
    assert (chat.name, chat.levels, unseal(chat.sealed_url), unseal(chat.sealed_secret)) == (
        "Payments",
        [1, 2],
        URL,
        "s3cret",
    )
    assert URL not in chat.sealed_url
    for page in (answer, manager.get("/oncall/chats/"), manager.get(f"/api/v1/chats/{chat.pk}/")):
        assert "very-secret" not in page.content.decode()
        assert "s3cret" not in page.content.decode()
    event = Event.objects.about(chat).get()
    assert event.verb == "add_chat"
    assert "secret" not in re.sub("'secret'", "", str({**event.data, "changed": []}))
    assert {"url", "secret"} <= set(event.data["changed"])


def test_what_is_left_empty_stays(manager: Client) -> None:
    manager.post(NEW, fields())
    chat = ChatHook.objects.get()
    manager.post(f"/oncall/chats/{chat.pk}/", fields(name="Checkout", url="", secret=""))
    chat.refresh_from_db()
    assert (chat.name, unseal(chat.sealed_url), unseal(chat.sealed_secret)) == ("Checkout", URL, "s3cret")
    manager.post(f"/oncall/chats/{chat.pk}/", fields(url="", secret="", forget_secret="on"))
    chat.refresh_from_db()
    assert chat.sealed_secret == ""
    assert Event.objects.about(chat).latest("id").data["changed"] == ["name", "secret"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://0/",
        "http://0177.0.0.1/",
        "http://2130706433/",
        "http://rebound.example.com/",
        "http://metadata.google.internal/",
        "https://user:pw@hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "javascript:alert(1)",
    ],
)
def test_an_address_inside_is_refused_at_save_and_written_down(manager: Client, url: str) -> None:
    answer = manager.post(NEW, fields(url=url))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "may not be called" in page or "complete web address" in page
    assert url not in page
    assert not ChatHook.objects.exists()
    event = Event.objects.get(verb="refuse_address")
    assert event.data["reason"] in ("refused", "malformed")
    assert url not in str(event.data)


def test_an_address_that_turned_inward_since_is_refused_when_it_is_tested(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.post(NEW, fields())
    chat = ChatHook.objects.get()
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, **_options: [(2, 1, 6, "", ("127.0.0.1", port))])
    page = manager.post(f"/oncall/chats/{chat.pk}/test/", follow=True).content.decode()
    assert "may not be called" in page
    assert Event.objects.get(verb="try_chat").data["code"] == "refused"


@pytest.fixture
def carrier(settings: Any) -> Iterator[FakeCarrier]:
    with FakeCarrier(account_sid="AC1", auth_token="t") as running:
        settings.OUTBOUND_ALLOW = [running.url.removeprefix("http://")]
        yield running
        running.assert_nothing_unexpected()


@pytest.mark.parametrize("refusal", ["", "500", "429"])
def test_a_test_tells_status_and_time_and_nothing_of_the_answer(
    manager: Client, carrier: FakeCarrier, refusal: Any
) -> None:
    group = carrier.group("dingtalk", "ops", secret="s3cret")
    manager.post(NEW, fields(kind="dingtalk", url=group.url, language="zh-hans"))
    chat = ChatHook.objects.get()
    carrier.change_modes(Modes(chat_refusal=refusal))
    page = manager.post(f"/oncall/chats/{chat.pk}/test/", follow=True).content.decode()
    assert "oops" not in page
    assert "rate limited" not in page
    event = Event.objects.get(verb="try_chat")
    assert event.data["is_success"] is (refusal == "")
    assert (" ms." in page) is (refusal == "")
    if not refusal:
        group.expect_message()


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.DEVELOPER, Role.SERVICE_OWNER, Role.REPORTER])
def test_for_everybody_else_there_is_nothing(client: Client, role: str) -> None:
    manager = make_person(Role.ADMINISTRATOR)
    client.force_login(manager)
    client.post(NEW, fields())
    chat = ChatHook.objects.get()
    client.force_login(make_person(role))
    base = f"/oncall/chats/{chat.pk}/"
    for path in ("/oncall/chats/", NEW, base, f"{base}test/", "/api/v1/chats/", f"/api/v1/chats/{chat.pk}/"):
        assert {client.get(path).status_code, client.post(path).status_code} <= {404, 405}, path
    assert not Event.objects.filter(verb="try_chat").exists()


def test_a_name_stands_once_and_levels_exist(manager: Client) -> None:
    manager.post(NEW, fields())
    assert "is there already" in manager.post(NEW, fields()).content.decode()
    assert manager.post(NEW, fields(name="x", levels=["9"])).status_code == 400
    answer = manager.post(
        "/api/v1/chats/", {"name": "y", "kind": "slack", "url": URL, "levels": [9]}, "application/json"
    )
    assert (answer.status_code, answer.json()) == (400, {"levels": ["There is no such level."]})


def test_the_api_does_what_the_page_does(manager: Client, carrier: FakeCarrier) -> None:
    group = carrier.group("slack", "ops")
    made = manager.post("/api/v1/chats/", {"name": "Ops", "kind": "slack", "url": group.url}, "application/json")
    assert made.status_code == 201
    shown = {"id": made.json()["id"], "name": "Ops", "kind": "slack", "team": None, "levels": [], "language": "en"}
    assert made.json() == {**shown, "is_active": True, "has_secret": False}
    path = f"/api/v1/chats/{made.json()['id']}/"
    assert manager.patch(path, {"levels": [1], "is_active": False}, "application/json").json()["levels"] == [1]
    assert manager.get("/api/v1/chats/").json()["results"][0]["is_active"] is False
    assert manager.post(f"{path}test/").json()["is_success"] is True
    group.expect_message("Test message of Mainstay", "Nothing is wrong")
    refused = manager.post(
        "/api/v1/chats/", {"name": "x", "kind": "slack", "url": "http://10.0.0.1/"}, "application/json"
    )
    assert (refused.status_code, list(refused.json())) == (400, ["url"])


def test_the_list_asks_the_database_the_same_for_many_chats(
    manager: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        ChatHook.objects.create(name=f"Chat {number}", kind="slack", team=make_team())
    with django_assert_max_num_queries(12):
        assert manager.get("/oncall/chats/").status_code == 200


def test_a_manager_says_for_which_levels_groups_are_made(manager: Client) -> None:
    page = manager.get("/oncall/chats/").content.decode()
    assert "No program is set up" in page
    manager.post("/oncall/chats/groups/", {"levels": ["1", "2"], "kind": "feishu"})
    chosen = PagingSettings.objects.get(pk=1)
    assert (chosen.war_room_levels, chosen.war_room_kind) == ([1, 2], "feishu")
    assert Event.objects.get(verb="set_war_rooms").data == {"levels": [1, 2], "kind": "feishu"}
    for wrong in ({"levels": ["9"]}, {"kind": "teams"}):
        assert manager.post("/oncall/chats/groups/", wrong).status_code == 400
