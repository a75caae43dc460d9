"""Stability of a month, by service, business line and company: reads impact and audiences, leaves the arithmetic to
reports/stability.py."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from itertools import groupby
from typing import Any, NamedTuple

from catalog.models import Audience, BusinessLine, Service
from reports import rows
from reports.period import ONE_DAY, Month
from reports.stability import Day, Harm, Share, aggregate, measure, measure_time

KINDS = ("uv", "pv", "time")
Shares = dict[str, Share]


class ImpactRow(NamedTuple):
    service: int
    started_at: datetime
    ended_at: datetime | None
    users: int
    page_views: int
    is_down: bool


def measure_month(month: Month, *, now: datetime) -> dict[str, Any]:
    """{"company": {"uv": {lost, whole}, ...}, "lines": [...], "services": [...]}

    User-days, page views and seconds. An impact that is still going on counts up to now, or to the end of the month.
    """
    services = list(rows.measured(month).select_related("business_line").order_by("name"))
    audiences = _audiences(month)
    shares: dict[int, Shares] = {}
    for service_id, impacts in groupby(_stream(month), key=lambda row: row.service):
        shares[service_id] = _measure(list(impacts), audiences.get(service_id, []), month, now)
    for service in services:
        if service.pk not in shares:
            shares[service.pk] = _measure([], audiences.get(service.pk, []), month, now)
    return {
        "company": _numbers([shares[service.pk] for service in services]),
        "lines": _by_line(services, shares),
        "services": [
            {"slug": service.slug, "name": service.name, **_numbers([shares[service.pk]])} for service in services
        ],
    }


def _stream(month: Month) -> Iterator[ImpactRow]:
    columns = ("incident__service", "started_at", "ended_at", "affected_users", "affected_page_views", "is_down")
    for row in rows.harmful(month).values_list(*columns).iterator(chunk_size=2000):
        yield ImpactRow(*row)


def _audiences(month: Month) -> dict[int, list[Audience]]:
    """Service -> its audiences that began before the month's end, oldest first."""
    found: dict[int, list[Audience]] = {}
    for audience in Audience.objects.filter(valid_from__lt=month.end.date()).order_by("service", "valid_from"):
        found.setdefault(audience.service_id, []).append(audience)
    return found


def _measure(impacts: list[ImpactRow], audiences: list[Audience], month: Month, now: datetime) -> Shares:
    until = month.until(now)
    users, views = _days(audiences, month, now)
    ended = [(row, max(row.ended_at or until, row.started_at)) for row in impacts]
    down = [(row.started_at, end) for row, end in ended if row.is_down]
    return {
        "uv": measure([Harm(row.started_at, end, row.users) for row, end in ended], users),
        "pv": measure([Harm(row.started_at, end, row.page_views) for row, end in ended], views),
        "time": measure_time(down, start=month.start, end=until),
    }


def _days(audiences: list[Audience], month: Month, now: datetime) -> tuple[list[Day], list[Day]]:
    """The users and the page views of every day; a day before the first audience has none."""
    users, views = [], []
    waiting, valid = list(reversed(audiences)), None
    for day in month.days(now):
        while waiting and waiting[-1].valid_from <= day:
            valid = waiting.pop()
        start = datetime.combine(day, time.min, UTC)
        users.append(Day(start, start + ONE_DAY, valid.daily_users if valid else 0))
        views.append(Day(start, start + ONE_DAY, valid.daily_page_views if valid else 0))
    return users, views


def _by_line(services: list[Service], shares: dict[int, Shares]) -> list[dict[str, Any]]:
    """Every business line that has services, in the order of the tree, with the sum of all services below it."""
    lines = []
    for line in BusinessLine.objects.all():
        inside = [shares[service.pk] for service in services if service.business_line.path.startswith(line.path)]
        if inside:
            lines.append({"slug": line.slug, "name": line.name, "depth": line.depth, **_numbers(inside)})
    return lines


def _numbers(shares: list[Shares]) -> dict[str, dict[str, float]]:
    found = {}
    for kind in KINDS:
        share = aggregate(entry[kind] for entry in shares)
        found[kind] = {"lost": round(share.lost, 3), "whole": round(share.whole, 3)}
    return found
