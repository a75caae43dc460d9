"""What boards ask of the figures, kept for a minute: figures of a month change slowly, and many screens ask."""

from datetime import datetime
from typing import Any

from django.core.cache import cache

from reports.boards.telling import Told, tell, tell_by
from reports.indicators import Question
from reports.measurement import KINDS, measure_period
from reports.period import Month
from reports.stability import Share

KEPT_FOR = 60  # seconds


def month_so_far(now: datetime) -> dict[str, Any]:
    """Stability of the present month, of the company and of each service (by its slug): the share of each kind, and of
    UV the target and the used part of the budget; None where one is unknown."""
    month = Month.of(now)
    key = f"boards:month:{month}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _measure(month, now)
        cache.set(key, found, KEPT_FOR)
    return found


def _measure(month: Month, now: datetime) -> dict[str, Any]:
    numbers = measure_period(month, now=now)
    question = Question(month, now)
    budgets = tell_by("uv", Question(month, now, by=("service",)))
    return {
        "month": month,
        "company": {**_shares(numbers["company"]), **_budget(tell("uv", question))},
        "services": {
            entry["slug"]: {**_shares(entry), **_budget(budgets.get((entry["slug"],)))} for entry in numbers["services"]
        },
    }


def _shares(numbers: dict[str, Any]) -> dict[str, float | None]:
    return {kind: Share(numbers[kind]["lost"], numbers[kind]["whole"]).stability for kind in KINDS}


def _budget(uv: Told | None) -> dict[str, float | None]:
    return {"target": uv.part("target") if uv else None, "used": used_budget(uv) if uv else None}


def used_budget(stability: Told) -> float | None:
    """Of what the target allows to be lost in the period: 1 where all of it is. None without a target, or where nothing
    may be lost."""
    lost, budget = stability.part("lost"), stability.part("budget")
    return lost / budget if lost is not None and budget else None
