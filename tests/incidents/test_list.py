"""The list: every filter of the allow-list, its orders, tabs, tokens and what a row says."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Person, Role
from incidents import services
from incidents.filters import IncidentFilter
from incidents.models import Category, CustomField, Incident
from incidents.views import listing
from problems.models import Problem
from tests.clock import Clock
from tests.factories import make_incident, make_person, make_service, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Person:
    return make_person(name="Alice", username="alice")


@pytest.fixture
def page(engineer: Person) -> Client:
    client = Client()
    client.force_login(engineer)
    return client


def listed(page: Client, query: str = "") -> list[int]:
    response = page.get(f"/incidents/?{query}")
    assert response.status_code == 200
    return [int(number) for number in re.findall(r'id="incident-(\d+)"', response.content.decode())]


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- Filters ----------------------------------------------------------------------------------------------


@pytest.fixture
def wanted(engineer: Person, clock: Clock) -> Incident:
    """An incident of which every filter can say something, beside one of which none can."""
    cards = Category.objects.create(name="Cards", slug="cards-x", path="900/")
    credit = Category.objects.create(name="Credit", slug="credit-x", parent=cards, path="900/901/")
    team = make_team(engineer, slug="cards-om")
    for key, kind in (("region", "text"), ("shops", "number"), ("tier", "choice"), ("fraud", "flag"), ("day", "date")):
        choices = ["gold", "silver"] if kind == "choice" else []
        CustomField.objects.create(key=key, name=key.title(), kind=kind, choices=choices)
    make_incident(title="another", level=3)
    clock.advance(days=3)
    incident = make_incident(
        title="wanted",
        level=1,
        service=make_service(slug="cards", operations_team=team),
        category=credit,
        impact=1,
        urgency=1,
        tags=["eu", "checkout"],
        source="hotline",
        custom={"region": "South West", "shops": 12, "tier": "gold", "fraud": True, "day": "2026-01-31"},
    )
    child = make_incident(title="child", level=3)
    manager = make_person(Role.INCIDENT_MANAGER, username="mandy")
    services.acknowledge_incident(incident, actor=engineer, via="web")
    services.assign_incident(incident, actor=engineer, via="web", handler=make_person(username="hans"), manager=manager)
    services.set_parent(child, actor=engineer, via="web", parent=incident)
    problem = Problem.objects.create(title="why", service=incident.service)
    problem.incidents.add(incident)
    return incident


ONLY_WANTED = [
    "q=wanted",
    "service=cards",
    "level=1",
    "status=acknowledged",
    "status=acknowledged&status=closed",
    "category=cards-x",
    "category=credit-x",
    "owner=alice",
    "owner=@me",
    "handler=hans",
    "manager=mandy",
    "team=cards-om",
    "team=@mine",
    "source=hotline",
    "tag=eu",
    "tag=EU, checkout",
    "cf_region=south",
    "cf_shops=12",
    "cf_shops=12.0",
    "cf_tier=gold",
    "cf_fraud=true",
    "cf_day=2026-01-31",
    "major=yes",
    "problem=yes",
    "family=parent",
]


def test_each_filter_finds_what_it_says(page: Client, wanted: Incident) -> None:
    assert len(listed(page)) == 3
    for query in ONLY_WANTED:
        assert listed(page, query) == [wanted.pk], query


def test_each_filter_leaves_out_what_it_says(page: Client, wanted: Incident) -> None:
    for query in (
        "service=" + Incident.objects.get(title="another").service.slug,
        "level=3",
        "status=reported",
        "category=-",
        "owner=-",
        "handler=-",
        "manager=-",
        "tag=eu, asia",
        "cf_region=north",
        "cf_shops=13",
        "cf_tier=silver",
        "cf_fraud=false",
        "cf_day=2026-02-01",
        "major=no",
        "problem=no",
        "family=child",
        "family=none",
        "snoozed=yes",
        "merged=yes",
        f"parent=INC-{wanted.pk}",
        "sla=overdue",
        "source=email",
    ):
        assert wanted.pk not in listed(page, query), query


def test_the_days_of_the_report_are_those_of_the_reader(page: Client, engineer: Person, clock: Clock) -> None:
    engineer.time_zone = "Asia/Shanghai"
    engineer.save()
    incident = make_incident()
    Incident.objects.filter(pk=incident.pk).update(
        reported_at="2026-01-31T16:30:00Z", occurred_at="2026-01-31T16:30:00Z"
    )
    for query, is_found in (
        ("reported_from=2026-02-01", True),
        ("reported_from=2026-02-02", False),
        ("reported_to=2026-02-01", True),
        ("reported_to=2026-01-31", False),
        ("reported_from=2026-02-01&reported_to=2026-02-01", True),
        ("reported_to=9999-12-31", True),
        ("reported_from=0001-01-01", True),
    ):
        assert (listed(page, query) == [incident.pk]) is is_found, query


def test_missed_targets_and_those_at_risk_are_filters(page: Client, engineer: Person, clock: Clock) -> None:
    late = make_incident(level=1)
    clock.advance(hours=3)
    services.record_breaches()
    fresh = make_incident(level=3)
    assert listed(page, "sla=breached") == [late.pk]
    assert listed(page, "sla=kept") == [fresh.pk]
    assert listed(page, "sla=overdue") == [late.pk]
    assert listed(page, "sla=at_risk") == [late.pk]


@pytest.mark.parametrize(
    "query",
    [
        "order=password",
        "order=-title",
        "category=nowhere",
        "team=nowhere",
        "handler=%00",
        "priority=9",
        "source=x",
        "parent=twelve",
        "reported_from=yesterday",
        "sla=maybe",
        "cf_shops=many",
        "cf_tier=bronze",
        "cf_gone=1",
        "cf_a%27%22__b=1",
        "major=1",
        "level=1&level=x",
    ],
)
def test_what_is_not_understood_is_named_and_shows_nothing(page: Client, wanted: Incident, query: str) -> None:
    response = page.get(f"/incidents/?tab=all&{query}")
    assert response.status_code == 200
    assert "is not understood" in text_of(response)
    assert not re.findall(r'id="incident-(\d+)"', response.content.decode())


def test_names_outside_the_allow_list_never_reach_the_database(page: Client, wanted: Incident) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert len(listed(page, "owner__password__startswith=x&ordering=password&a__b__c=&custom__x=1")) == 3
    assert not any("password" in query["sql"].split("WHERE")[-1] for query in queries if "LIKE" in query["sql"])


def test_the_filters_are_a_closed_list() -> None:
    assert list(IncidentFilter.base_filters) == [
        *("q", "level", "status", "service", "owner", "handler", "manager", "team", "category", "tag", "source"),
        *("priority", "sla", "reported_from", "reported_to", "major", "snoozed", "problem", "family", "parent"),
        "merged",
    ]


# --- Orders -----------------------------------------------------------------------------------------------


def test_orders(page: Client, engineer: Person, clock: Clock) -> None:
    calm = make_incident(title="card card", level=3)
    clock.advance(minutes=5)
    urgent = make_incident(title="slow", description="card", level=1)
    clock.advance(minutes=5)
    middle = make_incident(title="other", level=2, description="card and many more words")
    services.add_note(calm, actor=engineer, via="web", text="news")
    assert listed(page) == [urgent.pk, middle.pk, calm.pk]
    assert listed(page, "order=newest") == [middle.pk, urgent.pk, calm.pk]
    assert listed(page, "order=oldest") == [calm.pk, urgent.pk, middle.pk]
    assert listed(page, "order=level") == [urgent.pk, middle.pk, calm.pk]
    assert listed(page, "order=updated")[0] == calm.pk
    assert listed(page, "order=match&q=card")[0] == calm.pk
    assert listed(page, "order=match") == [urgent.pk, middle.pk, calm.pk]
    assert 'aria-sort="descending"' in text_of(page.get("/incidents/?order=newest"))


# --- Tabs, tokens, pages ------------------------------------------------------------------------------------


def test_what_is_snoozed_leaves_the_tabs_of_those_who_would_act_and_stays_in_sight(
    page: Client, engineer: Person, clock: Clock
) -> None:
    incident = make_incident(service=make_service(operations_team=make_team(engineer)))
    services.acknowledge_incident(incident, actor=engineer, via="web")
    until = incident.reported_at.replace(year=2031)
    services.snooze_incident(incident, actor=engineer, via="web", until=until, reason="vendor <b>answers</b> Monday")
    for tab, is_shown in {"mine": False, "team": False, "snoozed": True, "open": True, "all": True}.items():
        assert (listed(page, f"tab={tab}") == [incident.pk]) is is_shown, tab
    shown = text_of(page.get("/incidents/"))
    assert "snoozed, ends in" in shown
    assert "&lt;b&gt;answers" in shown


def test_each_token_drops_its_own_value_and_keeps_the_others(page: Client) -> None:
    shown = text_of(page.get("/incidents/?tab=all&level=1&level=2&q=card&page=3&unknown=1"))
    assert 'href="/incidents/?tab=all&amp;q=card&amp;level=2"' in shown
    assert 'href="/incidents/?tab=all&amp;q=card&amp;level=1"' in shown
    assert 'href="/incidents/?tab=all&amp;level=1&amp;level=2"' in shown
    assert "Level: Level 1" in shown


def test_a_count_ends_where_it_no_longer_matters(page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    monkeypatch.setattr(listing, "MOST_LISTED", 3)
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    service = make_service()
    for _number in range(4):
        make_incident(service=service)
    shown = text_of(page.get("/incidents/?page=2"))
    assert ">2+</span>" in shown
    assert "3 to 3 of more than 3" in shown
    assert len(listed(page, "page=99")) == 1


def test_the_list_costs_at_most_twelve_queries_whatever_is_in_it(page: Client, engineer: Person) -> None:
    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get(f"/incidents/?{query}").status_code == 200
        return len(queries)

    service = make_service(slug="cards", operations_team=make_team(engineer))
    busy = f"q=pay&service=cards&level=2&status=reported&status=acknowledged&owner={engineer.username}&team=@mine"
    for _number in range(3):
        services.acknowledge_incident(make_incident(service=service), actor=engineer, via="web")
    few = [cost(query) for query in ("tab=open", "tab=all", busy)]
    for number in range(27):
        incident = make_incident(service=service, tags=[f"tag{number}"])
        services.acknowledge_incident(incident, actor=engineer, via="web")
        Problem.objects.create(title="why", service=service).incidents.add(incident)
    many = [cost(query) for query in ("tab=open", "tab=all", busy)]
    assert few == many
    assert max(many) <= 12


# --- Rows ---------------------------------------------------------------------------------------------------


def test_a_row_says_what_it_is_part_of(page: Client, engineer: Person) -> None:
    parent, child = make_incident(title="parent", tags=["eu"], external_reference="JIRA-1"), make_incident()
    services.set_parent(child, actor=engineer, via="web", parent=parent)
    problem = Problem.objects.create(title="why", service=parent.service)
    problem.incidents.add(parent)
    shown = text_of(page.get("/incidents/"))
    assert f"child of INC-{parent.pk}" in shown
    assert "1 child" in shown
    assert f"PRB-{problem.pk}" in shown
    assert ">eu<" in shown
    assert "JIRA-1" in shown
    assert 'class="nobody"' in shown
    assert "data-countdown=" in shown


def test_the_chip_of_a_row_tells_the_clock_that_is_due_first(page: Client, engineer: Person, clock: Clock) -> None:
    incident = make_incident(level=1)
    assert "Response" in text_of(page.get("/incidents/"))
    services.acknowledge_incident(incident, actor=engineer, via="web")
    chip = re.search(r'<span class="due is-\w+">.*?</time>', text_of(page.get("/incidents/")))
    assert chip is not None
    assert "Response" not in chip[0]
    clock.advance(days=2)
    assert 'class="due is-bad"' in text_of(page.get("/incidents/"))


def test_a_title_is_text_whatever_it_holds(page: Client) -> None:
    make_incident(title="<img src=x onerror=alert(1)> \u202e{{7*7}}", tags=['"><svg onload=x>'])
    shown = page.get("/incidents/").content.decode()
    assert "<img src=x" not in shown
    assert "<svg onload" not in shown
    assert "{{7*7}}" in shown


def test_who_takes_it_becomes_its_handler(page: Client, engineer: Person) -> None:
    incident = make_incident()
    services.acknowledge_incident(incident, actor=make_person(), via="web")
    assert 'data-row-key="t"' in text_of(page.get("/incidents/"))
    page.post(f"/incidents/{incident.pk}/assign/", {"handler": "alice", "next": "/incidents/"})
    incident.refresh_from_db()
    assert incident.handler == engineer
    assert 'data-row-key="t"' not in text_of(page.get("/incidents/"))


def test_the_rows_stay_as_dense_as_they_were_asked_for(page: Client) -> None:
    make_incident()
    assert "is-dense" not in text_of(page.get("/incidents/?tab=open"))
    assert "is-dense" in text_of(page.get("/incidents/?density=dense"))
    assert "is-dense" in text_of(page.get("/incidents/?tab=open"))
    assert "is-dense" not in text_of(page.get("/incidents/?density=roomy"))
    assert page.get("/incidents/?density=%00").status_code == 200


def test_reporters_get_the_list_of_their_own_without_tools() -> None:
    reporter = make_person(Role.REPORTER)
    incident = make_incident(reporter=reporter, title="My card")
    make_incident(title="somebody else's")
    client = Client()
    client.force_login(reporter)
    assert listed(client) == [incident.pk]
    shown = text_of(client.get("/incidents/"))
    for tool in ('name="pk"', "export.csv", "Save view"):
        assert tool not in shown


def test_every_tab_that_is_empty_says_what_that_means(page: Client) -> None:
    words = {
        "mine": "Nothing is waiting for you",
        "team": "Nothing is waiting for your teams",
        "unacknowledged": "Everything is acknowledged",
        "majors": "No major incident is open",
        "at_risk": "No target is at risk",
        "snoozed": "Nothing is snoozed",
        "open": "All quiet",
        "all": "All quiet",
    }
    for tab, sentence in words.items():
        assert sentence in text_of(page.get("/incidents/", {"tab": tab})), tab
    assert "Test the pager" in text_of(page.get("/incidents/?tab=open"))


def test_a_long_address_of_many_values_is_read_in_good_time(page: Client) -> None:
    query = urlencode([("status", "reported")] * 200 + [("q", "a b c " * 30)])
    assert page.get(f"/incidents/?{query}").status_code == 200
