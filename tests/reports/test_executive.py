"""The page for executives: its numbers are the indicators', its links the rows, its length does not grow."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Role
from incidents import services as handling
from incidents.models import ActionItem, Incident
from notifications.models import Delivery
from postmortems.services import start_postmortem
from problems.models import Problem
from reports.boards.drawing import BOTTOM, RIGHT, TOP, Mark, Step, columns, lines
from reports.boards.trends import months_up_to
from reports.period import Month, Quarter, Year
from tests.clock import Clock
from tests.factories import acting, make_incident, make_person, make_service

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
PAGE = "/reports/executive/?period=2026-Q4"


@pytest.fixture
def november(clock: Clock, db: None) -> None:
    clock.set(NOW)


def make_quarter() -> Incident:
    service = make_service(name="Cards")
    for month, level in [(8, 2), (10, 1), (10, 2), (10, 3), (11, 2)]:
        at = datetime(2026, month, 2, 8, tzinfo=UTC)
        incident = make_incident(service=service, level=level, reported_at=at, title=f"Month {month} level {level}")
        handling.recover_incident(incident, actor=None, via="detector", recovered_at=at + timedelta(minutes=30 * level))
    handling.record_breaches()
    return Incident.objects.get(level=1)


# --- Drawing and periods --------------------------------------------------------------------------------------------


def test_columns_stand_upon_each_other_and_within_the_plot() -> None:
    steps = [
        Step("a", [Mark(3, "x", "three", "/3"), Mark(1, "y", "one")]),
        Step("b"),
        Step("c", [Mark(8, "x", "eight")]),
    ]
    drawn = columns(steps, words=str)
    three, one, eight = drawn["bars"]
    assert (three["url"], eight["title"]) == ("/3", "eight")
    assert eight["y"] == TOP
    assert three["y"] + three["height"] == BOTTOM
    assert one["y"] + one["height"] == pytest.approx(three["y"], abs=0.2)
    assert three["height"] == pytest.approx(3 * one["height"], abs=0.4)
    longest = max(len(line["label"]) for line in drawn["grid"]) if drawn["grid"] else 0
    assert drawn["plot_left"] >= 10 * longest
    assert all(bar["x"] >= drawn["plot_left"] and bar["x"] + bar["width"] <= RIGHT for bar in drawn["bars"])
    assert columns([], words=str)["bars"] == []


def test_an_unknown_value_is_a_gap_in_the_line() -> None:
    steps = [Step(name, [Mark(value, "x", name)]) for name, value in [("a", 1.0), ("b", None), ("c", 2.0), ("d", 1.0)]]
    drawn = lines(steps, words=str)
    assert re.sub(r"[^ML]", "", drawn["lines"][0]["path"]) == "MML"
    assert len(drawn["bars"]) == 3
    nothing = lines([Step("a", [Mark(None, "x", "")])], words=str)
    assert (nothing["bars"], nothing["lines"], nothing["grid"]) == ([], [], [])


def test_twelve_months_end_with_the_period_or_with_the_present() -> None:
    assert months_up_to(Quarter(2026, 4), NOW)[-1] == Month(2026, 11)
    assert months_up_to(Quarter(2026, 1), NOW)[-1] == Month(2026, 3)
    year = months_up_to(Year(2025), NOW)
    assert (year[0], year[-1], len(year)) == (Month(2025, 1), Month(2025, 12), 12)


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_sheet_tells_the_quarter_and_every_number_leads_to_its_rows(client: Client, november: None) -> None:
    major = make_quarter()
    boss = make_person(Role.INCIDENT_MANAGER)
    postmortem = start_postmortem(incidents=[major], title="Cards", **acting(boss))
    client.force_login(boss)
    body = client.get(PAGE).content.decode()
    assert "2026-Q4 had 4 incidents, 1 of them major; 2026-Q3 had 1 incident, 0 of them major." in body
    assert "recovered within 1 h" in body
    assert major.title in body
    assert f'href="/postmortems/{postmortem.pk}/"' in body
    cards = re.findall(r'<a href="([^"]+)" class="card kpi[^"]*">.*?<span class="kpi-value">([^<]+)', body, re.S)
    counted = {url: value for url, value in cards if "indicator=incidents" in url or "indicator=majors" in url}
    assert sorted(counted.values()) == ["1", "4"]
    for url, value in counted.items():
        rows = client.get(unescape(url)).content.decode()
        assert len(set(re.findall(r'id="incident-(\d+)"', rows))) == int(value)
    for url in {unescape(url) for url in re.findall(r'<a href="(/reports/explore/rows/[^"]+)"', body)}:
        assert client.get(url).status_code == 200, url


def test_restricted_majors_are_counted_and_not_named(client: Client, november: None) -> None:
    major = make_quarter()
    handling.restrict_incident(major, is_restricted=True, participants=[], **acting(make_person(Role.INCIDENT_MANAGER)))
    client.force_login(make_person(Role.MANAGER))
    body = client.get(PAGE).content.decode()
    assert major.title not in body
    assert "1 that is not for you" in body


@pytest.mark.parametrize("asked", ["2026-10", "2026-Q5", "2099", "x", "2026-W40", "2027-Q1"])
def test_other_periods_are_not_found(client: Client, november: None, asked: str) -> None:
    client.force_login(make_person(Role.MANAGER))
    assert client.get(f"/reports/executive/?period={asked}").status_code == 404


def test_a_year_without_data_is_a_page_too(client: Client, november: None) -> None:
    client.force_login(make_person(Role.MANAGER))
    body = client.get("/reports/executive/?period=2019").content.decode()
    assert "In 2019 no incident was reported." in body
    assert "No major incident was reported." in body


def test_prevention_tells_outcomes_and_what_was_late(client: Client, november: None) -> None:
    boss = make_person(Role.INCIDENT_MANAGER)
    at = datetime(2026, 10, 20, tzinfo=UTC)
    closed = {"status": "closed", "closed_at": at, "raised_by": boss, "title": "Leak", "service": make_service()}
    for outcome in ("rule", "rule", "plan"):
        Problem.objects.create(outcome=outcome, **closed)
    for day, completed_at in [(10, at.replace(day=9)), (11, at), (12, None), (30, None)]:
        due_on = at.date().replace(day=day) if day < 30 else at.date().replace(month=11, day=30)
        facts = {"status": "done", "completed_at": completed_at} if completed_at else {}
        ActionItem.objects.create(title="Act", type="prevent", owner=boss, due_on=due_on, **facts)
    client.force_login(boss)
    body = client.get(PAGE).content.decode().split('id="prevention"')[1].split("</section>")[0]
    text = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    assert "Problems closed 3 Detection rule: 2 · Emergency plan: 1" in text
    assert "late or not done: 2" in text
    links = [unescape(url) for url in re.findall(r'href="([^"]+)"', body)]
    for part, count in (("part=rule", 2), ("part=late", 2), ("period=2026-Q4", 3)):
        url = next(url for url in links if url.endswith(part))
        assert client.get(url).content.decode().count("<tr") - 1 == count, url


def test_the_number_of_queries_does_not_follow_the_incidents(client: Client, november: None) -> None:
    client.force_login(make_person(Role.MANAGER))

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    make_quarter()
    few = count()
    make_incident(level=1, reported_at=datetime(2026, 10, 9, tzinfo=UTC))
    make_incident(level=1, reported_at=datetime(2026, 10, 10, tzinfo=UTC))
    assert count() == few


# --- On-call ---------------------------------------------------------------------------------------------------------


def test_the_load_of_on_call_is_told_by_person_channel_and_hour(client: Client, november: None) -> None:
    alice, bob = make_person(name="Alice"), make_person(name="Bob")
    at = datetime(2026, 11, 2, 23, tzinfo=UTC)
    for number, (person, status, hour) in enumerate(
        [(alice, "delivered", 23), (alice, "failed", 23), (alice, "delivered", 12), (bob, "delivered", 12)]
    ):
        incident = make_incident(title=f"Number {number}")
        Delivery.objects.create(
            incident=incident,
            recipient=person,
            channel="sms",
            purpose="page",
            dedup_key=f"load-{number}",
            body="Look",
            status=status,
            sent_at=at.replace(hour=hour),
            created_at=at.replace(hour=hour),
        )
    client.force_login(make_person(Role.MANAGER))
    body = client.get("/reports/oncall/?period=2026-11").content.decode()
    people = body.split('id="people"')[1].split("</section>")[0]
    assert people.index("Alice") < people.index("Bob")
    alice_row = re.sub(r"<[^>]+>", " ", people.split("Alice")[1].split("</tr>")[0]).split()
    assert alice_row[:2] == ["3", "2"]
    channels = body.split('id="channels"')[1].split("</section>")[0]
    assert re.search(r"part=not_arrived[^>]*>1</a>", channels)
    assert body.split('id="hours"')[1].count("<rect") == 2
    assert client.get("/reports/oncall/?period=x").status_code == 404
    assert client.get("/reports/oncall/?period=2019").status_code == 200
