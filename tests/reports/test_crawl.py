"""Every number of the report leads to exactly the rows that make it: each link is followed once, its rows added up."""

import re
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from catalog.models import Role
from reports import words
from tests.clock import Clock
from tests.factories import make_person
from tests.reports.months import make_october

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


def test_what_was_lost_is_what_the_impact_behind_the_link_lost(client: Client, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 3, 9, tzinfo=UTC))
    make_october()
    client.force_login(make_person(Role.INCIDENT_MANAGER))
    stability = client.get(PAGE).context["stability"]
    harmed = [service for service in stability["services"] if service["url"]]
    assert [service["name"] for service in harmed] == ["Cards", "Wallet"]
    for service in [*harmed, {"url": stability["url"], "uv": None}]:
        impacts = [impact for row in Rows(client).of(service["url"]) for impact in row.impacts.all()]
        if service["uv"]:
            assert sum(impact.affected_users for impact in impacts) == service["uv"]["lost"]  # none overlaps
            down = [(impact.started_at, impact.ended_at) for impact in impacts if impact.is_down and impact.ended_at]
            start, end = (datetime(2026, month, 1, tzinfo=UTC) for month in (10, 11))
            assert union_of(down, start, end) == service["time"]["lost"]
        else:
            assert len(impacts) == 6
