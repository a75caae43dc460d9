"""Which causes bring the most incidents: the Pareto of the problem board."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from problems.models import Cause, Factor, Problem, Why

WINDOW = timedelta(days=90)
SHOWN = 6


@dataclass(frozen=True)
class Bar:
    """``width``: percent of the longest. ``together``: percent of all incidents counted that the causes up to this one
    stand behind; an incident with two causes counts once in it."""

    cause: Cause
    incidents: int
    width: float
    together: int


def of_cause(slug: str) -> Q:
    """Problems that an answer or a factor classes so."""
    return Q(pk__in=Why.objects.filter(cause__slug=slug).values("problem")) | Q(
        pk__in=Factor.objects.filter(cause__slug=slug).values("problem")
    )


def recurring_causes(now: datetime) -> list[Bar]:
    """Those with the most incidents of the last 90 days, three queries. Drills and false alarms are no incidents."""
    problems: dict[Cause, set[int]] = defaultdict(set)
    for model in (Why, Factor):
        rows: Any = model.objects.exclude(cause=None).select_related("cause__parent")
        for row in rows:
            problems[row.cause].add(row.problem_id)
    links = Problem.incidents.through.objects.filter(
        problem__in=set().union(*problems.values()),
        incident__occurred_at__gt=now - WINDOW,
        incident__is_drill=False,
    ).exclude(incident__status="cancelled")
    incidents: dict[int, set[int]] = defaultdict(set)
    for problem, incident in links.values_list("problem", "incident"):
        incidents[problem].add(incident)
    return bars_of((cause, set().union(*(incidents[pk] for pk in found))) for cause, found in problems.items())


def bars_of(counted: Iterable[tuple[Cause, set[int]]]) -> list[Bar]:
    """(cause, its incidents) -> the longest bars first. Pure."""
    found = [(cause, rows) for cause, rows in counted if rows]
    found.sort(key=lambda each: (-len(each[1]), each[0].pk))
    everything, reached, bars = set().union(*(rows for _cause, rows in found)), set[int](), []
    for cause, rows in found[:SHOWN]:
        reached |= rows
        width = round(100 * len(rows) / len(found[0][1]), 1)
        bars.append(Bar(cause, len(rows), width, round(100 * len(reached) / len(everything))))
    return bars
