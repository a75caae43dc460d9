"""Stability of a period, by service, business line and company: reads impact and audiences, leaves the arithmetic to
reports/stability.py.

A service's period is cut where somebody asks for it (days, months ...) and where the service moved to another business
line, always at midnight, so that the pieces add up to the whole.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.db.models import Q

from catalog.models import Audience, BusinessLine, Service
from reports import rows
from reports.lines import Stay, placements_by_service
from reports.period import ONE_DAY, Days, Period, day_of, midnight, pieces
from reports.stability import Day, Harm, Share, aggregate, measure, measure_time

KINDS = ("uv", "pv", "time")
Shares = dict[str, Share]


class ImpactRow(NamedTuple):
    pk: int
    service: int
    started_at: datetime
    ended_at: datetime | None
    users: int
    page_views: int
    is_down: bool

    def lies_in(self, period: Period) -> bool:
        """The rule of ``rows.harmful``."""
        return self.started_at < period.end and (self.ended_at is None or self.ended_at >= period.start)


@dataclass(frozen=True)
class Piece:
    """A service in a stretch of days in which it belonged to one business line (its path says to which)."""

    service: Service
    path: str
    period: Period

    @property
    def line(self) -> str:
        return self.path.split("/")[-2]

    @property
    def branch(self) -> str:
        return self.path.split("/")[0]


@dataclass(frozen=True)
class Measured:
    """``wholes``: what the piece will have been measured against when it is over."""

    piece: Piece
    shares: Shares
    wholes: Mapping[str, float]
    impacts: int
    numbers: frozenset[int] = frozenset()
    """Of the impacts, where the service is cut, so that one that lies in two pieces counts once."""


def measure_period(period: Period, *, now: datetime) -> dict[str, Any]:
    """{"company": {"uv": {lost, whole}, ...}, "lines": [...], "services": [...]}

    User-days, page views and seconds. An impact that is still going on counts up to now, or to the end of the period.
    A service that moved counts with each line for the days in which it belonged there.
    """
    measured = list(measure_pieces(period, now=now))
    by_service: dict[int, list[Measured]] = {}
    for entry in measured:
        by_service.setdefault(entry.piece.service.pk, []).append(entry)
    services = [(found[0].piece.service, found) for found in by_service.values()]
    return {
        "company": _numbers(measured),
        "lines": _by_line(measured),
        "services": [
            {"slug": service.slug, "name": service.name, **_numbers(found)}
            for service, found in sorted(services, key=lambda pair: pair[0].name)
        ],
    }


def measure_pieces(
    period: Period, *, now: datetime, grains: Collection[str] = (), within: Q | None = None
) -> Iterator[Measured]:
    """Every piece of every service in use or harmed (``within`` narrows them), one service in memory at a time."""
    audiences = _audiences(period)
    cut = {service.pk: found for service, found in cut_services(period, grains=grains, within=within)}
    harmed = set()
    for number, impacts in groupby(_stream(period, cut), key=lambda row: row.service):
        harmed.add(number)
        yield from _measure_service(cut[number], list(impacts), audiences.get(number, []), now)
    for number, found in cut.items():
        if number not in harmed:
            yield from _measure_service(found, [], audiences.get(number, []), now)


def cut_services(
    period: Period, *, grains: Collection[str] = (), within: Q | None = None
) -> Iterator[tuple[Service, list[Piece]]]:
    """The services whose stability is told, each with its pieces in order."""
    services = rows.measured(period).select_related("business_line", "operations_team").order_by("name")
    stays = placements_by_service()
    days = {piece.first_day for grain in grains for piece in pieces(period, grain)}
    for service in services.filter(within) if within else services:
        yield service, list(_cut(service, stays.get(service.pk, []), period, days))


def _cut(service: Service, stays: Sequence[Stay], period: Period, days: Iterable[date]) -> Iterator[Piece]:
    moves = {day_of(stay.start) for stay in stays}
    inside = {day for day in moves.union(days) if period.first_day < day < period.end_day}
    bounds = sorted({period.first_day, period.end_day} | inside)
    for first, after in pairwise(bounds):
        here = [stay.path for stay in stays if stay.start <= midnight(first)]
        yield Piece(service, here[-1] if here else service.business_line.path, Days(first, after))


def _stream(period: Period, services: Collection[int]) -> Iterator[ImpactRow]:
    columns = ("pk", "incident__service", "started_at", "ended_at", "affected_users", "affected_page_views", "is_down")
    found = rows.harmful(period).filter(incident__service__in=list(services))
    for row in found.values_list(*columns).iterator(chunk_size=2000):
        yield ImpactRow(*row)


def _audiences(period: Period) -> dict[int, list[Audience]]:
    """Service -> its audiences that began before the period's end, oldest first."""
    found: dict[int, list[Audience]] = {}
    for audience in Audience.objects.filter(valid_from__lt=period.end_day).order_by("service", "valid_from"):
        found.setdefault(audience.service_id, []).append(audience)
    return found


def _measure_service(
    found: Sequence[Piece], impacts: Sequence[ImpactRow], audiences: Sequence[Audience], now: datetime
) -> Iterator[Measured]:
    for piece in found:
        inside = [row for row in impacts if row.lies_in(piece.period)] if len(found) > 1 else impacts
        shares, wholes = _measure(inside, audiences, piece.period, now)
        numbers = frozenset(row.pk for row in inside) if len(found) > 1 else frozenset[int]()
        yield Measured(piece, shares, wholes, len(inside), numbers)


def _measure(
    impacts: Sequence[ImpactRow], audiences: Sequence[Audience], period: Period, now: datetime
) -> tuple[Shares, dict[str, float]]:
    until = period.until(now)
    users, views = _days(audiences, period)
    begun = sum(1 for _day in period.days(now))
    ended = [(row, max(row.ended_at or until, row.started_at)) for row in impacts]
    down = [(row.started_at, end) for row, end in ended if row.is_down]
    users_hit = [Harm(row.started_at, end, row.users) for row, end in ended if row.users]
    views_hit = [Harm(row.started_at, end, row.page_views) for row, end in ended if row.page_views]
    shares = {
        "uv": measure(users_hit, users[:begun]),
        "pv": measure(views_hit, views[:begun]),
        "time": measure_time(down, start=period.start, end=until),
    }
    whole = {"uv": sum(day.amount for day in users), "pv": sum(day.amount for day in views)}
    return shares, {**whole, "time": (period.end - period.start).total_seconds()}


def _days(audiences: Sequence[Audience], period: Period) -> tuple[list[Day], list[Day]]:
    """The users and the page views of every day; a day before the first audience has none."""
    users, views = [], []
    waiting, valid = list(reversed(audiences)), None
    for day in period.days(period.end - ONE_DAY):
        while waiting and waiting[-1].valid_from <= day:
            valid = waiting.pop()
        start = midnight(day)
        users.append(Day(start, start + ONE_DAY, valid.daily_users if valid else 0))
        views.append(Day(start, start + ONE_DAY, valid.daily_page_views if valid else 0))
    return users, views


def _by_line(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """Every business line that had services, in the order of the tree, with the sum of all below it."""
    lines = []
    for line in BusinessLine.objects.all():
        inside = [entry for entry in measured if entry.piece.path.startswith(line.path)]
        if inside:
            lines.append({"slug": line.slug, "name": line.name, "depth": line.depth, **_numbers(inside)})
    return lines


def count_impacts(measured: Sequence[Measured]) -> int:
    cut = frozenset[int]().union(*(entry.numbers for entry in measured))
    return len(cut) + sum(entry.impacts for entry in measured if not entry.numbers)


def add_up(measured: Iterable[Measured], kind: str) -> Share:
    share = aggregate(entry.shares[kind] for entry in measured)
    return Share(round(share.lost, 3), round(share.whole, 3))


def _numbers(measured: Sequence[Measured]) -> dict[str, dict[str, float]]:
    shares = {kind: add_up(measured, kind) for kind in KINDS}
    return {kind: {"lost": share.lost, "whole": share.whole} for kind, share in shares.items()}
