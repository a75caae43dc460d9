"""The boards: where a day begins, what stands on each, and what it costs to look again every few seconds."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import FirstPage, Person, Role
from incidents import services as handling
from incidents.models import Incident
from notifications.models import Delivery
from reports.boards.first_page import first_address, suggested
from reports.boards.live import etag_of
from reports.boards.views import BOARDS
from tests.clock import Clock
from tests.factories import acting, make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db
LIVE = {"X-Requested-With": "live"}


@pytest.fixture(autouse=True)
def november(clock: Clock) -> Clock:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    return clock


def page_to(person: Person, incident: Incident) -> None:
    Delivery.objects.create(
        incident=incident, recipient=person, channel="sms", purpose="page", dedup_key=f"test-{incident.pk}", body="Look"
    )


def text(client: Client, board: str) -> str:
    return client.get(f"/boards/{board}/").content.decode()


# --- Where a day begins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "page"),
    [
        ([Role.OPERATIONS], "queue"),
        ([Role.INCIDENT_MANAGER, Role.OPERATIONS], "command"),
        ([Role.SERVICE_OWNER], "services"),
        ([Role.RD_LEADER, Role.MANAGER], "services"),
        ([Role.DEVELOPER], "services"),
        ([Role.MANAGER], "trend"),
        ([Role.ADMINISTRATOR], "command"),
        ([Role.REPORTER], "incidents"),
    ],
)
def test_each_role_has_a_first_page(roles: list[str], page: str) -> None:
    assert suggested(Person(roles=roles)) == page


def test_the_root_leads_to_the_board_that_was_chosen(client: Client) -> None:
    manager = make_person(Role.MANAGER)
    client.force_login(manager)
    assert client.get("/").headers["Location"] == "/boards/trend/"
    assert client.post("/boards/choose/", {"first_page": "queue"}).headers["Location"] == "/boards/queue/"
    assert client.get("/").headers["Location"] == "/boards/queue/"
    client.post("/boards/choose/", {"first_page": FirstPage.INCIDENTS})
    assert client.get("/").headers["Location"] == "/incidents/"
    assert client.post("/boards/choose/", {"first_page": ""}).headers["Location"] == "/boards/trend/"
    assert client.post("/boards/choose/", {"first_page": "nowhere"}).status_code == 400
    assert client.get("/boards/nowhere/").status_code == 404


def test_a_new_company_is_led_to_its_first_steps(client: Client) -> None:
    administrator = make_person(Role.ADMINISTRATOR, phone="")
    assert first_address(administrator) == "/boards/setup/"
    client.force_login(administrator)
    assert "0 of 9 steps are done" in text(client, "setup")
    make_incident()
    assert "4 of 9 steps are done" in text(client, "setup")
    assert first_address(administrator) == "/boards/command/"


def test_boards_of_a_company_without_incidents_say_so(client: Client) -> None:
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    assert "No major incident is open." in text(client, "command")
    assert "No open incident is yours." in text(client, "queue")
    assert "No service is yours" in text(client, "services")
    assert "no incident was reported" in text(client, "trend")


# --- What stands on them --------------------------------------------------------------------------------------------


def test_my_queue_has_what_i_was_paged_for_then_mine_then_my_teams(client: Client) -> None:
    alice = make_person()
    service = make_service(operations_team=make_team(alice))
    paged, mine, team, strange = (
        make_incident(title=title, service=service if title != "Strange" else make_service())
        for title in ("Paged", "Owned", "Of the team", "Strange")
    )
    page_to(alice, paged)
    handling.acknowledge_incident(mine, **acting(alice))
    client.force_login(alice)
    body = text(client, "queue")
    places = [body.index(f'id="incident-{each.pk}"') for each in (paged, mine, team)]
    assert places == sorted(places)
    assert strange.title not in body
    assert body.count(f'id="incident-{paged.pk}"') == 1
    handling.acknowledge_incident(paged, **acting(alice))
    assert "Nobody is waiting for your answer." in text(client, "queue")


def test_the_command_board_has_majors_with_clocks_and_decisions(client: Client) -> None:
    boss, alice = make_person(Role.INCIDENT_MANAGER), make_person()
    major = make_incident(level=1, title="Cards down")
    handling.acknowledge_incident(major, **acting(alice))
    handling.propose_solution(major, text="Roll back", **acting(alice))
    waiting = make_incident(level=2, title="Nobody looked")
    client.force_login(boss)
    body = text(client, "command")
    assert f'id="major-{major.pk}"' in body
    assert "Recovery" in body.split("major-people")[0]
    assert 'class="nobody"' in body.split("major-people")[1].split("</dl>")[0]
    assert f"{major.reference}</a>" in body.split('id="decisions"')[1]
    assert f'id="incident-{waiting.pk}"' in body.split('id="unacknowledged"')[1]


def test_restricted_incidents_stand_on_no_board_of_others(client: Client) -> None:
    insider = make_person()
    service = make_service(name="Payroll", operations_team=make_team(insider))
    secret = make_incident(service=service, level=1, title="Quietfox")
    handling.restrict_incident(secret, is_restricted=True, participants=[], **acting(insider))
    owner = make_person(Role.SERVICE_OWNER)
    client.force_login(owner)
    for board in BOARDS:
        assert "Quietfox" not in text(client, board)
    client.force_login(insider)
    assert "Quietfox" in text(client, "queue")
    assert "Quietfox" in text(client, "services")


# --- What it costs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("board", BOARDS)
def test_the_number_of_queries_does_not_follow_the_incidents(client: Client, board: str) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    service = make_service(operations_team=make_team(boss), owner=boss)

    def add(level: int) -> None:
        incident = make_incident(service=service, level=level)
        page_to(boss, incident)
        taken = make_incident(service=service, level=level)
        handling.acknowledge_incident(taken, **acting(boss))
        handling.propose_solution(taken, text="Restart", **acting(make_person()))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/boards/{board}/", headers=LIVE).status_code == 200
        return len(queries)

    client.force_login(boss)
    add(1)
    add(2)
    count()
    few = count()
    for level in (1, 1, 2, 3):
        add(level)
    assert count() == few
    assert few <= 60


@pytest.mark.parametrize("board", BOARDS)
def test_what_did_not_change_is_not_sent_again(client: Client, clock: Clock, board: str) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    client.force_login(boss)
    make_incident(service=make_service(owner=boss), level=1)
    clock.advance(minutes=3)  # ages are told by the minute then
    client.get(f"/boards/{board}/")
    first = client.get(f"/boards/{board}/", headers=LIVE)
    assert "<html" not in first.content.decode()
    assert {"X-Requested-With", "Cookie"} <= {each.strip() for each in first.headers["Vary"].split(",")}
    clock.advance(seconds=5)
    asked: dict[str, Any] = {**LIVE, "If-None-Match": first.headers["ETag"]}
    again = client.get(f"/boards/{board}/", headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    if board in ("setup", "queue"):
        return
    make_incident(service=make_service(owner=boss), level=1)
    assert client.get(f"/boards/{board}/", headers=asked).status_code == 200


def test_a_countdown_and_a_token_are_no_news() -> None:
    before = '<input name="csrfmiddlewaretoken" value="abc"><time datetime="x" data-countdown="y">8:12 left</time>'
    after = '<input name="csrfmiddlewaretoken" value="def"><time datetime="x" data-countdown="y">8:07 left</time>'
    assert etag_of(before, secret="s") == etag_of(after, secret="s")
    assert etag_of(before, secret="s") != etag_of(before, secret="t")
    assert etag_of(before, secret="s") != etag_of(before.replace('countdown="y"', 'countdown="z"'), secret="s")
