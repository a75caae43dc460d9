"""Duty by the API: what the pages can do, with status codes and shapes."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from notifications.models import Override, ScheduleLayer, SwapRequest
from tests.clock import Clock
from tests.factories import make_person, make_team
from tests.notifications.rotas import NOW, Turns, make_turns

pytestmark = pytest.mark.django_db
SCHEDULE = "/api/v1/schedules/night-owls/"


@pytest.fixture
def turns(clock: Clock) -> Turns:
    clock.set(NOW)
    return make_turns()


def client_of(person: Person) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


def moment(hours: int) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def test_it_says_who_is_on_call_at_a_moment(turns: Turns) -> None:
    client = client_of(turns.bob)
    (duty,) = client.get("/api/v1/oncall/").json()
    assert duty == {
        "team": "night-owls",
        "time_zone": "Europe/Berlin",
        "primary": ["alice"],
        "secondary": ["bob"],
        "until": "2026-12-01T08:00:00Z",
        "is_gap": False,
    }
    (tomorrow,) = client.get("/api/v1/oncall/", {"at": "2026-12-01T09:00:00+01:00"}).json()
    assert tomorrow["primary"] == ["bob"]
    (before,) = client.get("/api/v1/oncall/", {"at": "2020-01-01T00:00:00Z"}).json()
    assert (before["primary"], before["is_gap"]) == ([], True)
    for bad in ("soon", "2026-12-01", "9999-12-31T23:59:59Z", "\0"):
        assert client.get("/api/v1/oncall/", {"at": bad}).status_code == 400, bad


def test_a_schedule_is_stated_layer_by_layer(turns: Turns) -> None:
    team = make_team(turns.bob, slug="new-team")
    path = f"/api/v1/schedules/{team.slug}/"
    client = client_of(turns.manager)
    assert client.put(path, {"time_zone": "Mars/Olympus"}, format="json").status_code == 400
    assert client.put(path, {"time_zone": "Asia/Shanghai"}, format="json").status_code == 200
    windows = [{"weekdays": [5, 6], "opens": "22:00", "closes": "06:00"}]
    layer: dict[str, Any] = {"members": ["bob"], "starts_on": "2026-11-30", "handover_at": "09:00", "windows": windows}
    made = client.post(f"{path}layers/", layer, format="json")
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    changed = client.put(f"/api/v1/layers/{pk}/", layer | {"members": ["carol", "bob"]}, format="json")
    assert changed.json()["members"] == ["carol", "bob"]
    shown = client.get(path).json()
    assert (shown["time_zone"], shown["layers"][0]["windows"]) == ("Asia/Shanghai", windows)
    impossible: tuple[dict[str, Any], ...] = (
        {"members": []},
        {"members": ["nobody"]},
        {"every": 0},
        {"unit": "yearly"},
        {"windows": [{"opens": "x"}]},
    )
    for bad in impossible:
        assert client.post(f"{path}layers/", layer | bad, format="json").status_code == 400, bad
    assert client_of(turns.bob).post(f"{path}layers/", layer, format="json").status_code == 403
    assert client.delete(f"/api/v1/layers/{pk}/").status_code == 204
    assert not ScheduleLayer.objects.filter(pk=pk).exists()
    assert len(client.get("/api/v1/schedules/").json()) == 2


def test_overrides_are_made_refused_and_withdrawn(turns: Turns) -> None:
    client = client_of(turns.manager)
    body = {"person": "bob", "replaces": "alice", "starts_at": moment(1), "ends_at": moment(3)}
    made = client.post(f"{SCHEDULE}overrides/", body, format="json")
    assert (made.status_code, made.json()["made_by"]) == (201, turns.manager.username)
    again = client.post(f"{SCHEDULE}overrides/", body, format="json")
    assert (again.status_code, "contradicts" in again.json()["starts_at"][0]) == (400, True)
    outsider = client_of(make_person(Role.OPERATIONS))
    assert outsider.post(f"{SCHEDULE}overrides/", body, format="json").status_code == 403
    assert outsider.get(f"{SCHEDULE}overrides/").json()["results"][0]["person"] == "bob"
    pk = made.json()["id"]
    assert outsider.delete(f"/api/v1/overrides/{pk}/").status_code == 403
    assert client.delete(f"/api/v1/overrides/{pk}/").status_code == 204
    assert Override.objects.get().withdrawn_at is not None


def test_swaps_are_offered_and_taken_once(turns: Turns) -> None:
    body = {"starts_at": moment(1), "ends_at": moment(3), "status": "taken", "taker": "bob"}
    made = client_of(turns.alice).post(f"{SCHEDULE}swaps/", body, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "offered")
    pk = SwapRequest.objects.get().pk
    assert client_of(make_person()).post(f"/api/v1/swaps/{pk}/take/").status_code == 403
    assert client_of(turns.bob).post(f"/api/v1/swaps/{pk}/take/").json()["taker"] == "bob"
    refused = client_of(turns.carol).post(f"/api/v1/swaps/{pk}/take/")
    assert (refused.status_code, refused.json()["allowed"]) == (409, [])
    assert client_of(turns.bob).post(f"{SCHEDULE}swaps/", body, format="json").status_code == 201


def test_coverage_and_strangers(turns: Turns) -> None:
    (report,) = client_of(turns.bob).get("/api/v1/oncall/coverage/").json()
    assert (report["percent"], report["gaps"]) == (100.0, [])
    assert {load["person"] for load in report["loads"]} == {"alice", "bob", "carol"}
    reporter = client_of(make_person(Role.REPORTER))
    for path in ("/api/v1/oncall/", "/api/v1/oncall/coverage/", "/api/v1/schedules/", f"{SCHEDULE}swaps/"):
        assert reporter.get(path).status_code == 404, path
        assert APIClient().get(path).status_code == 401, path
