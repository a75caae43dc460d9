"""The wall-board: what it tells whom, and the links of screens."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services as handling
from lifecycle.transitions import NotPermitted
from reports.boards.wall_links import find_wall_link, make_wall_link, revoke_wall_link
from reports.models import Detail, WallLink
from tests.clock import Clock
from tests.factories import acting, make_incident, make_person, make_service

pytestmark = pytest.mark.django_db
LIVE = {"X-Requested-With": "live"}


@pytest.fixture(autouse=True)
def november(clock: Clock) -> Clock:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def link(boss: Person, detail: str, language: str = "en") -> str:
    return make_wall_link(actor=boss, name="Room", detail=detail, language=language)[1]


def test_a_link_tells_no_more_than_it_may(client: Client) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    service = make_service(name="Card payments")
    incident = make_incident(service=service, level=1, title="Gateway down")
    handling.acknowledge_incident(incident, **acting(make_person(name="Harriet")))
    told = {detail: client.get(f"/wall/{link(boss, detail)}/").content.decode() for detail in Detail.values}
    for detail, body in told.items():
        assert incident.reference in body
        assert 'data-countdown="' in body
        assert ("Card payments" in body) == (detail != Detail.LEVELS)
        assert ("Harriet" in body) == (detail != Detail.LEVELS)
        assert ("Gateway down" in body) == (detail == Detail.TITLES)
        assert f'href="/incidents/{incident.pk}/"' not in body
        assert 'data-bs-theme="dark"' in body
        assert "noindex" in client.get(f"/wall/{link(boss, detail)}/").headers["X-Robots-Tag"]


def test_restricted_incidents_hang_on_no_wall(client: Client) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    secret = make_incident(level=1, title="Quietfox")
    handling.restrict_incident(secret, is_restricted=True, participants=[], **acting(boss))
    make_incident(service=make_service(is_restricted=True), level=1, title="Quietfox too")
    client.force_login(boss)
    for path in ("/wall/", f"/wall/{link(boss, Detail.TITLES)}/"):
        body = client.get(path).content.decode()
        assert "Quietfox" not in body
        assert "All quiet" in body


def test_the_screen_speaks_the_language_of_its_link(client: Client) -> None:
    boss = make_person(Role.INCIDENT_MANAGER, time_zone="Asia/Shanghai")
    body = client.get(f"/wall/{link(boss, Detail.TITLES, 'zh-hans')}/").content.decode()
    assert '<html lang="zh-hans"' in body
    assert ">17:00</time>" in body


def test_a_revoked_link_answers_nothing(client: Client) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    made, secret = make_wall_link(actor=boss, name="Room", detail=Detail.TITLES, language="en")
    assert client.get(f"/wall/{secret}/").status_code == 200
    made.refresh_from_db()
    assert made.last_used_at is not None
    assert secret not in made.digest
    client.force_login(boss)
    assert client.post(f"/wall/links/{made.pk}/revoke/").status_code == 302
    assert client.get(f"/wall/{secret}/").status_code == 404
    assert client.get(f"/wall/{secret}/", headers=LIVE).status_code == 404
    assert client.post(f"/wall/links/{made.pk}/revoke/").status_code == 404


def test_the_link_of_somebody_who_left_answers_nothing() -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    secret = link(boss, Detail.LEVELS)
    assert find_wall_link(secret)
    boss.roles = [Role.OPERATIONS]
    boss.save(update_fields=["roles"])
    assert find_wall_link(secret) is None


def test_only_those_who_lead_make_links(client: Client) -> None:
    boss, alice = make_person(Role.INCIDENT_MANAGER), make_person()
    with pytest.raises(NotPermitted):
        make_wall_link(actor=alice, name="Room", detail=Detail.LEVELS, language="en")
    made, _secret = make_wall_link(actor=boss, name="Room", detail=Detail.LEVELS, language="en")
    with pytest.raises(NotPermitted):
        revoke_wall_link(made, actor=alice)
    client.force_login(alice)
    assert client.get("/wall/links/").status_code == 404
    assert client.post(f"/wall/links/{made.pk}/revoke/").status_code == 404
    client.force_login(boss)
    answer = client.post("/wall/links/", {"name": "Hall", "detail": "titles", "language": "en"})
    assert "/wall/" in answer.content.decode()
    assert WallLink.objects.get(name="Hall").detail == Detail.TITLES
    assert client.post("/wall/links/", {"name": "", "detail": "all", "language": "en"}).status_code == 400


def test_a_wall_costs_the_same_however_much_is_open(client: Client, clock: Clock) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    address = f"/wall/{link(boss, Detail.TITLES)}/"
    make_incident(level=1)
    clock.advance(minutes=3)  # ages are told by the minute then
    client.get(address, headers=LIVE)

    def ask() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, headers=LIVE)
        return len(queries), answer.headers["ETag"]

    few, etag = ask()
    assert client.get(address, headers={**LIVE, "If-None-Match": etag}).status_code == 304
    for level in (1, 2, 2, 3):
        make_incident(level=level)
    more, changed = ask()
    assert (more, changed != etag) == (few, True)
    assert few <= 28
