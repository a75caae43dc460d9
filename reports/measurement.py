"""Stability of a period, by service, business line and company: reads impact and audiences, leaves the arithmetic to
reports/stability.py.

A service's period is cut where somebody asks for it (days, months ...) and where the service moved to another business
line, always at midnight, so that the pieces add up to the whole.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from catalog.models import Audience, BusinessLine, Service
from reports import rows
from reports.columns import moment_of
from reports.impact import Impacts, impacts_by_service
from reports.lines import Stay, placements_by_service
from reports.period import Days, Period, day_of, midnight, pieces
from reports.stability import A_SECOND, Amounts, Share, aggregate, share_of_days

KINDS = ("uv", "pv", "time")
Shares = dict[str, Share]
A_DAY = 86_400


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
    numbers: NDArray[np.int64] | None = None
    """Of the impacts, where the service is cut, so that one that lies in two pieces counts once."""


def measure_period(period: Period, *, now: datetime) -> dict[str, Any]:
    """{"company": {"uv": {lost, whole}, ...}, "lines": [...], "services": [...]}

    User-days, page views and seconds. An impact that is still going on counts up to now, or to the end of the period.
    A service that moved counts with each line for the days in which it belonged there.
    """
    measured = measure_pieces(period, now=now)
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
) -> list[Measured]:
    """Every piece of every service in use or harmed (``within`` narrows them), one service's impact in memory at a
    time."""
    audiences = _audiences(period)
    cut = {service.pk: found for service, found in cut_services(period, grains=grains, within=within)}
    measured: dict[int, list[Measured]] = {}
    for number, impacts in impacts_by_service(period, services=cut):
        measured[number] = list(_measure_service(cut[number], impacts, audiences.get(number, []), period, now))
    for number in cut.keys() - measured.keys():
        unharmed = _measure_service(cut[number], Impacts.none(), audiences.get(number, []), period, now)
        measured[number] = list(unharmed)
    return [entry for number in cut for entry in measured[number]]


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


def _audiences(period: Period) -> dict[int, list[Audience]]:
    """Service -> its audiences that began before the period's end, oldest first."""
    found: dict[int, list[Audience]] = {}
    for audience in Audience.objects.filter(valid_from__lt=period.end_day).order_by("service", "valid_from"):
        found.setdefault(audience.service_id, []).append(audience)
    return found


def _measure_service(
    found: Sequence[Piece], impacts: Impacts, audiences: Sequence[Audience], period: Period, now: datetime
) -> Iterator[Measured]:
    """What each day lost is worked out once for all pieces; each is a stretch of those days."""
    users, views = _wholes(audiences, period)
    begun, until = sum(1 for _day in period.days(now)), period.until(now)
    midnights = moment_of(period.start) + np.arange(begun + 1) * A_DAY * A_SECOND
    lost = impacts.lost_by_day(midnights, moment_of(until))
    for piece in found:
        days = slice(_place(piece.period.first_day, period), _place(piece.period.end_day, period))
        past = slice(days.start, min(days.stop, begun))
        seconds = max((min(piece.period.end, until) - piece.period.start).total_seconds(), 0.0)
        shares = {
            "uv": share_of_days(lost.users[past], users[past]),
            "pv": share_of_days(lost.page_views[past], views[past]),
            "time": Share(float(lost.seconds_down[past].sum()), seconds),
        }
        wholes = {"uv": float(users[days].sum()), "pv": float(views[days].sum())}
        inside = impacts.numbers_in(piece.period) if len(found) > 1 else None
        count = len(impacts.numbers) if inside is None else len(inside)
        yield Measured(piece, shares, {**wholes, "time": float(A_DAY * (days.stop - days.start))}, count, inside)


def _place(day: date, period: Period) -> int:
    return (day - period.first_day).days


def _wholes(audiences: Sequence[Audience], period: Period) -> tuple[Amounts, Amounts]:
    """The users and the page views of every day; a day before the first audience has none."""
    users, views = (np.zeros(_place(period.end_day, period)) for _ in range(2))
    for audience in audiences:
        since = max(_place(audience.valid_from, period), 0)
        users[since:], views[since:] = audience.daily_users, audience.daily_page_views
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
    cut = [entry.numbers for entry in measured if entry.numbers is not None]
    return (len(np.unique(np.concatenate(cut))) if cut else 0) + sum(
        entry.impacts for entry in measured if entry.numbers is None
    )


def add_up(measured: Iterable[Measured], kind: str) -> Share:
    share = aggregate(entry.shares[kind] for entry in measured)
    return Share(round(share.lost, 3), round(share.whole, 3))


def _numbers(measured: Sequence[Measured]) -> dict[str, dict[str, float]]:
    shares = {kind: add_up(measured, kind) for kind in KINDS}
    return {kind: {"lost": share.lost, "whole": share.whole} for kind, share in shares.items()}
