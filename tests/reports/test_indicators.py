"""Every indicator answers by every dimension, and its rows are those that it counted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Placement, Role, Service
from catalog.services import change_service
from incidents import services
from incidents.models import ActionItem, Impact, Incident
from notifications.models import Delivery
from problems.models import Problem
from reports import words
from reports.indicators import Question, every_indicator, find_indicator
from reports.models import StabilityTarget
from reports.period import Month
from reports.targets import Targets
from tests.clock import Clock as Hand
from tests.factories import make_business_line, make_incident, make_person, make_service

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def ask(name: str, *by: str, **filters: str) -> Any:
    indicator = find_indicator(name)
    assert indicator is not None
    return indicator.measure(Question(OCTOBER, NOW, filters, by))


@pytest.fixture
def month(clock: Hand) -> None:
    clock.set(NOW)
    cards, wallet = make_service(name="Cards", slug="cards"), make_service(name="Wallet")
    for day, service, level in [(1, cards, 1), (2, cards, 2), (31, cards, 2), (15, wallet, 3)]:
        incident = make_incident(service=service, level=level, reported_at=at(day))
        if day != 15:
            minutes = timedelta(minutes=10 * day)
            services.recover_incident(incident, actor=None, via="detector", recovered_at=at(day) + minutes)
    services.record_breaches()
    page_and_move(cards, wallet)


def page_and_move(cards: Service, wallet: Service) -> None:
    """Impact, pages by day and night, a problem, an action; on the 20th the wallet moves to another business."""
    other = make_business_line(name="Other")
    Placement.objects.create(service=wallet, business_line=wallet.business_line, valid_from=date(1970, 1, 1))
    Placement.objects.create(service=wallet, business_line=other, valid_from=date(2026, 10, 20))
    Service.objects.filter(pk=wallet.pk).update(business_line=other)
    person = make_person(Role.OPERATIONS)
    for number, incident in enumerate(Incident.objects.order_by("reported_at")):
        started = incident.reported_at - timedelta(days=1)
        ends = incident.reported_at + timedelta(days=8)
        Impact.objects.create(incident=incident, started_at=started, ended_at=ends, affected_users=900, source="person")
        Delivery.objects.create(
            incident=incident,
            recipient=person,
            channel="sms",
            purpose="page",
            dedup_key=f"page {number}",
            status="delivered" if number else "failed",
            wanted_at=started,
            created_at=started,
            sent_at=at(3 + number, 11 + 4 * number),
        )
    problem = Problem.objects.create(title="Slow", service=cards, raised_at=at(2))
    problem.incidents.set(Incident.objects.all())
    ActionItem.objects.create(title="Test it", type="prevent", owner=person, due_on=at(9).date(), created_at=at(5))


def test_every_indicator_answers_by_every_dimension_and_its_rows_add_up(month: None) -> None:
    for indicator in every_indicator():
        for name in indicator.dimensions:
            question = Question(OCTOBER, NOW, by=(name,))
            for key, value in indicator.measure(question).items():
                asked = question.narrowed(key)
                assert indicator.rows(asked).count() == value.count, (indicator.name, key)
                for part in indicator.parts:
                    assert indicator.rows(asked, part).count() == value.parts[part], (indicator.name, key, part)
                assert indicator.value(asked) == value, (indicator.name, key)


PATHS = (
    "/reports/explore/",
    "/reports/explore/?indicator=incidents&by=level&then=service&period=2026-10",
    "/reports/explore/?indicator=recover&by=month&from=2026-08-01&to=2026-10-31&level=2",
    "/reports/explore.csv?indicator=sla&by=clock&period=2026-Q4",
    "/reports/explore/rows/?indicator=sla&part=missed&period=2026-10",
    "/reports/explore/rows/?indicator=recover&part=left_out&month=2026-10&period=2026",
    "/api/v1/indicators/",
    "/api/v1/indicators/incidents/?by=service&period=2026-10",
)
REFUSED = (
    "/reports/explore/?indicator=happiness",
    "/reports/explore/?indicator=incidents&by=moon",
    "/reports/explore/?indicator=incidents&period=2026-13",
    "/reports/explore/?indicator=incidents&from=2026-10-02&to=2026-10-01",
    "/reports/explore/?indicator=incidents&level=x",
    "/reports/explore/rows/?indicator=incidents&day=2026-10",
    "/reports/explore/rows/?indicator=incidents&part=missed",
    "/reports/explore.csv?indicator=incidents&by=day&from=2022-10-02&to=2026-10-01",
    "/api/v1/indicators/incidents/?service=nothing",
)


def test_it_can_be_asked_by_address_file_and_api(month: None, client: Client) -> None:
    client.force_login(make_person(Role.MANAGER))
    found = {path: client.get(path) for path in PATHS}
    assert {path: response.status_code for path, response in found.items()} == dict.fromkeys(PATHS, 200)
    page = found[PATHS[1]].content.decode()
    assert "/reports/explore/rows/?indicator=incidents&amp;period=2026-10&amp;level=2&amp;service=cards" in page
    lines = found[PATHS[3]].content.decode("utf-8-sig").splitlines()
    assert lines[0] == "clock,clock name,sla,rows,met,missed"
    (body,) = [line for line in found[PATHS[-1]].json()["results"] if line["names"] == {"service": "Cards"}]
    assert (body["value"], body["count"]) == (3, 3)
    assert {path: client.get(path).status_code for path in REFUSED} == dict.fromkeys(REFUSED, 400)
    assert client.get("/api/v1/indicators/happiness/").status_code == 404


def test_a_service_that_moves_counts_where_it_was_and_targets_leave_budgets(clock: Hand, client: Client) -> None:
    """On the 21st the wallet moves; on 11 of the 31 days it belongs to the new business."""
    clock.set(datetime(2026, 10, 21, 9, tzinfo=UTC))
    manager = make_person(Role.MANAGER)
    old, new = make_business_line(name="Old"), make_business_line(name="New")
    wallet = make_service(business_line=make_business_line(name="Within", parent=old))
    lost = {"started_at": at(20), "ended_at": at(21), "affected_users": 4000, "source": "metric"}
    Impact.objects.create(incident=make_incident(service=wallet, reported_at=at(20)), **lost)
    fields = ("name", "slug", "owner", "operations_team", "rd_leader", "development_team", "is_active")
    unchanged = {name: getattr(wallet, name) for name in fields}
    change_service(wallet, actor=make_person(Role.ADMINISTRATOR), business_line=new, **unchanged)
    clock.set(NOW)
    client.force_login(manager)
    typed = {"kind": "uv", "business_line": old.pk, "percent": "98", "valid_from": "2026-01-01"}
    assert client.post("/reports/targets/", typed).status_code == 302
    assert client.post("/reports/targets/", {**typed, "percent": "99"}).status_code == 302
    assert client.post("/reports/targets/", {**typed, "service": wallet.pk}).status_code == 400
    found = ask("uv", "branch", service=wallet.slug)
    assert {key: (value.parts["lost"], value.parts["whole"]) for key, value in found.items()} == {
        (str(old.pk),): (2000, 200_000),
        (str(new.pk),): (2000, 110_000),
    }
    assert ask("uv", service=wallet.slug)[()].count == 1
    below = ask("uv", below=str(old.pk))[()]
    assert (below.value, below.parts["target"], below.parts["left"]) == (0.99, 0.99, pytest.approx(0))
    assert below.parts["burn"] == pytest.approx(1)
    assert ask("uv", line=str(new.pk))[()].parts.keys() == {"lost", "whole"}
    assert ask("incidents", "branch")[(str(old.pk),)].value == 1
    page = client.get("/reports/targets/").content.decode()
    assert "99 %" in page
    client.force_login(make_person(Role.OPERATIONS))
    assert client.post("/reports/targets/", typed).status_code == 404


def test_a_target_is_the_number_that_was_set(clock: Hand) -> None:
    clock.set(NOW)
    StabilityTarget.objects.create(kind="uv", percent="99.99", valid_from=at(1).date())
    share = Targets.on(at(2).date()).find("uv")
    assert share == 0.9999
    assert words.stability(share) == "99.990\u00a0%"


def test_what_nobody_can_be_measured_against_is_unknown(clock: Hand) -> None:
    clock.set(NOW)
    service = make_service()
    service.audiences.all().delete()
    assert ask("uv", service=service.slug)[()].value is None
    assert ask("found_by_rules")[()].value is None
    assert ask("recover")[()].value is None
    assert ask("pages_a_night")[()].value is None


def test_who_saw_it_first_and_what_came_back(clock: Hand) -> None:
    clock.set(NOW)
    alice = make_person(Role.INCIDENT_MANAGER)
    by_rule = make_incident(reported_at=at(5), source="detection", dedup_key="rule 1")
    earlier = make_incident(reported_at=at(4), source="hotline", service=by_rule.service)
    services.merge_incident(earlier, actor=alice, via="web", target=by_rule)
    make_incident(reported_at=at(6), source="detection", dedup_key="rule 2")
    make_incident(reported_at=at(7), source="hotline")
    Incident.objects.filter(pk=by_rule.pk).update(status="closed", resolved_at=at(6), closed_at=at(6))
    make_incident(reported_at=at(30), source="detection", dedup_key="rule 1")
    assert ask("found_by_rules")[()].parts == {"by_rules": 2, "by_people": 2}
    assert ask("repeat_rate")[()].parts == {"repeated": 1, "new": 3}


def test_explore_rows_targets_and_months_ask_the_same_number_of_queries_for_more(clock: Hand, client: Client) -> None:
    clock.set(NOW)
    client.force_login(make_person(Role.MANAGER))
    pages = (
        "/reports/",
        "/reports/targets/",
        "/reports/2026-10/rows/",
        "/reports/explore/?indicator=incidents&by=service&then=level&period=2026-10",
        "/reports/explore/?indicator=uv&by=service&period=2026-10",
        "/reports/explore/?indicator=pages&by=person&period=2026-10",
        *(f"/reports/explore/rows/?indicator={name}&period=2026-10" for name in ROW_LISTS),
    )
    line = make_business_line()

    def add(number: int) -> None:
        service = make_service(business_line=line)
        target = {"kind": "uv", "percent": 99, "valid_from": at(1).date()}
        StabilityTarget.objects.create(service=service, **target)
        page_and_count(service, number)

    counts: list[dict[str, int]] = []
    for number in (1, 2, 3, 4):
        add(number)
        if number in (1, 4):
            client.get(pages[1])  # content types are looked up once a process
            counts.append({page: queries_of(client, page) for page in pages})
    assert counts[0] == counts[1]


ROW_LISTS = ("incidents", "sla", "uv", "problems_open", "actions_open", "pages")
"""One for each kind of record that is listed."""


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200, page
    return len(captured)


def page_and_count(service: Service, number: int) -> None:
    """One more of every kind of record, each with people and a service of its own."""
    person = make_person(Role.OPERATIONS)
    incident = make_incident(service=service, level=1 + number % 3, reported_at=at(number))
    services.record_impact(incident, actor=None, via="web", affected_users=5, ended_at=at(number, 20))
    services.record_breaches()
    said = {"channel": "sms", "purpose": "page", "status": "delivered", "dedup_key": f"page {number}"}
    moments = {"wanted_at": at(number), "created_at": at(number), "sent_at": at(number)}
    Delivery.objects.create(incident=incident, recipient=person, **said, **moments)
    Problem.objects.create(title="Slow", service=service, raised_at=at(2), owner=person).incidents.add(incident)
    ActionItem.objects.create(
        title="Test it", type="prevent", owner=person, incident=incident, due_on=at(9).date(), created_at=at(5)
    )
