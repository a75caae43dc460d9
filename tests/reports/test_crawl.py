"""Every number of the report leads to exactly the rows that make it: each link is followed once, its rows added up."""

import re
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from catalog.models import Placement, Role
from incidents.models import Impact
from incidents.services import record_impact
from reports import words
from tests.clock import Clock
from tests.factories import make_business_line, make_incident, make_person, make_service
from tests.reports.months import at, make_october

pytestmark = pytest.mark.django_db
PAGE = "/reports/2026-10/"
LINK = re.compile(r'<a([^>]*)href="(/reports/(?:[0-9-]+|explore)/rows/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
MARK = re.compile(r"<title>(?P<what>[^<]*?): (?:(?P<time>[^<(]*) \()?(?P<count>\d+) incidents?\)?</title>")
CLOCK_MARK = re.compile(r"<title>[^<]*: (?P<share>[^<(]*) \((?P<met>\d+) / (?P<total>\d+)\)</title>")
ENDS = {"detect": "reported_at", "acknowledge": "acknowledged_at", "recover": "recovered_at", "resolve": "resolved_at"}


def union_of(down: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> float:
    """Seconds between start and end that any of the intervals covers."""
    seconds, cursor = 0.0, start
    for begin, finish in sorted(down):
        begin, finish = max(begin, cursor), min(finish, end)
        if finish > begin:
            seconds, cursor = seconds + (finish - begin).total_seconds(), finish
    return seconds


class Rows:
    """Follows every address once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen: dict[str, Any] = {}

    def of(self, address: str) -> Any:
        if address not in self.seen:
            answer = self.client.get(address)
            assert answer.status_code == 200, address
            self.seen[address] = answer.context["page"].paginator.object_list
        return self.seen[address]


def spread_of(rows: Any, address: str) -> tuple[str, str]:
    """Median and p90 as the report writes them, of the rows themselves."""
    found = re.search(r"(?:known|indicator)=(\w+)", address)
    assert found, address
    start = "occurred_at" if found[1] in ("detect", "recover") else "reported_at"
    seconds = sorted((getattr(row, ENDS[found[1]]) - getattr(row, start)).total_seconds() for row in rows)
    nine_tenths = next(value for number, value in enumerate(seconds, start=1) if number > len(seconds) * 0.9)
    return words.duration(statistics.median(seconds)), words.duration(nine_tenths)


def numbers_of(page: str) -> Iterator[tuple[str, str, str]]:
    """(address, which figure, the number) of every link that leads to rows."""
    for before, address, after, inside in LINK.findall(page):
        address, kind = unescape(address), re.search(r'data-figure="(\w+)"', before + after)
        if kind:
            yield address, kind[1], inside.strip()
        elif inside.strip().isdigit():
            yield address, "count", inside.strip()
        elif mark := MARK.search(inside):
            yield address, "count", mark["count"]
            if mark["time"]:
                yield address, "median" if "Median" in mark["what"] else "p90", mark["time"]
        elif mark := CLOCK_MARK.search(inside):
            yield address, "share", mark["share"]
            yield address, "count", mark["total"]


def test_every_number_leads_to_exactly_the_rows_that_make_it(client: Client, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    make_october()
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    page = client.get(PAGE).content.decode()
    rows, told = Rows(client), {"count": 0, "median": 0, "p90": 0, "share": 0}
    for address, kind, number in numbers_of(page):
        found = rows.of(address)
        told[kind] += 1
        if kind == "count":
            assert len(found) == int(number), address
        elif kind == "share":
            met = sum(row.breached_at is None for row in found)
            assert words.percent(met / len(found)) == number, address
        else:
            assert spread_of(found, address)[("median", "p90").index(kind)] == number, address
    assert told["count"] > 60
    assert min(told.values()) >= 6
    assert not re.findall(r'<td class="num">[1-9]\d*</td>', page)  # no number without a link


def stretches(slug: str) -> list[tuple[datetime, datetime]]:
    """When the wanderer belonged to a business line: it moved on the 10th."""
    first, moved, last = (datetime(2026, *day, tzinfo=UTC) for day in ((10, 1), (10, 10), (11, 1)))
    return [(first, moved)] if slug == "old" else [(moved, last)] if slug == "new" else [(first, last)]


def make_wanderer() -> list[Impact]:
    """A service that moved from one business line to another, with impact before, across and after; the second and
    the third are of one incident."""
    old, new = make_business_line(name="Old", slug="old"), make_business_line(name="New", slug="new")
    service = make_service(name="Wanderer", business_line=new)
    for line, day in ((old, datetime(1970, 1, 1, tzinfo=UTC)), (new, at(10))):
        Placement.objects.create(service=service, business_line=line, valid_from=day.date())
    first, second = make_incident(service=service, reported_at=at(5)), make_incident(service=service, reported_at=at(9))
    said: dict[str, Any] = {"actor": None, "via": "web", "is_down": True}
    return [
        record_impact(first, started_at=at(5, 1), ended_at=at(5, 3), affected_users=40, **said),
        record_impact(second, started_at=at(9, 18), ended_at=at(10, 6), affected_users=60, **said),
        record_impact(second, started_at=at(20, 1), ended_at=at(20, 2), affected_users=7, **said),
    ]


def test_what_was_lost_is_what_the_impact_behind_the_link_lost(client: Client, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    make_october()
    before, across, after = make_wanderer()
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    page = client.get(PAGE).context["stability"]
    lines, rows = {line["slug"]: line["shares"] for line in page["lines"]}, Rows(client)
    assert set(rows.of(lines["old"][0]["url"])) == {before, across}
    assert set(rows.of(lines["new"][2]["url"])) == {across, after}
    for line in page["lines"]:
        for start, end in stretches(line["slug"]):
            uv, pv, time = line["shares"]
            inside = (
                [(impact, max(impact.started_at, start), min(impact.ended_at, end)) for impact in rows.of(uv["url"])]
                if uv["url"]
                else []
            )
            lost = sum(
                impact.affected_users * ((till - since) / (impact.ended_at - impact.started_at))
                for impact, since, till in inside
            )
            assert line["uv"]["lost"] == lost
            down = [(impact.started_at, impact.ended_at) for impact, _since, _till in inside if impact.is_down]
            assert line["time"]["lost"] == union_of(down, start, end)
            assert bool(time["url"]) == bool(down)
            assert pv["url"] == ""  # nobody stated page views
    assert sum(line["uv"]["lost"] for line in page["lines"]) == page_total(client)
    assert len(rows.of(page["company"][0]["url"])) == 9
    harmed = [service["name"] for service in page["services"] if service["shares"][0]["url"]]
    assert harmed == ["Cards", "Wallet", "Wanderer"]


def page_total(client: Client) -> float:
    lost: float = client.get("/api/v1/reports/2026-10/").json()["numbers"]["stability"]["company"]["uv"]["lost"]
    return lost
