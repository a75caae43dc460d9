"""What an indicator answers. Durations are told as median and 90th percentile, never the mean: one incident that stayed
open over a holiday would hide all others. Values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

# Name -> (from which moment of the incident, to which one).
DURATIONS = {
    "detect": ("occurred_at", "reported_at"),
    "acknowledge": ("reported_at", "acknowledged_at"),
    "recover": ("occurred_at", "recovered_at"),
    "resolve": ("reported_at", "resolved_at"),
    "close": ("reported_at", "closed_at"),
}


class Unit(StrEnum):
    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    """Between 0 and 1."""
    RATE = "rate"
    """So many of one thing for each of another."""


@dataclass(frozen=True)
class Value:
    """``value`` is None where nothing can be said; ``count`` rows make it. ``parts``: the numbers that it is made of,
    or that belong beside it, such as "p90" or "met"."""

    value: float | None
    count: int = 0
    parts: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """``count`` durations; ``median`` and ``p90`` in seconds, None where there are none."""

    count: int = 0
    median: float | None = None
    p90: float | None = None

    @classmethod
    def of(cls, count: int, median: timedelta | None, p90: timedelta | None) -> "Spread":
        return cls(count, _seconds(median), _seconds(p90))


@dataclass(frozen=True)
class Change:
    """A figure against that of the month before. ``ratio`` is None where that was zero or unknown."""

    now: float | None
    before: float | None

    @property
    def difference(self) -> float | None:
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def ratio(self) -> float | None:
        return None if self.difference is None or not self.before else self.difference / self.before


def share(part: float, whole: float) -> float | None:
    """None of nothing: a share of no rows is unknown, neither all nor none."""
    return part / whole if whole else None


def add_up(counts: list[dict[str, int]], *, by: str) -> dict[str, int]:
    """Totals of rows ``{"service": 4, "level": 1, "count": 3}`` by one of their keys (as text, for JSON)."""
    totals: dict[str, int] = {}
    for row in counts:
        key = str(row[by])
        totals[key] = totals.get(key, 0) + row["count"]
    return totals


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else round(duration.total_seconds(), 3)
