"""Stability targets and the budget that they leave. Values in, values out but for the reading of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.models import StabilityTarget


@dataclass(frozen=True)
class Target:
    """``share`` between 0 and 1 has to be reached; of a service, a line (by its number), or neither: the company."""

    kind: str
    service: int | None
    line: str | None
    share: float


@dataclass(frozen=True)
class Budget:
    """What may be lost in the whole period, what is left of it, and how fast it goes: at 1 it will just last, at 2 it
    is gone in half the time. ``burn`` is None where nothing may be lost, or nothing has passed yet."""

    target: float
    allowed: float
    left: float
    burn: float | None


def budget_of(target: float, *, lost: float, so_far: float, whole: float) -> Budget:
    """``so_far``: what it was measured against until now; ``whole``: what it will be at the end."""
    allowed, allowed_by_now = (1 - target) * whole, (1 - target) * so_far
    return Budget(target, allowed, allowed - lost, lost / allowed_by_now if allowed_by_now > 0 else None)


class Targets:
    """Those in force on a day; the newest of each subject counts."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._shares = {(each.kind, each.service, each.line): each.share for each in targets}

    @classmethod
    def on(cls, day: date) -> "Targets":
        rows = StabilityTarget.objects.filter(valid_from__lte=day).order_by("valid_from")
        return cls(
            Target(
                row.kind,
                row.service_id,
                None if row.business_line_id is None else str(row.business_line_id),
                float(row.percent / 100),
            )
            for row in rows
        )

    def find(self, kind: str, *, service: int | None = None, path: str = "") -> float | None:
        """Of a service, else of the nearest line of its path, else of the company."""
        if service is not None and (kind, service, None) in self._shares:
            return self._shares[kind, service, None]
        for line in reversed(path.rstrip("/").split("/")):
            if (kind, None, line) in self._shares:
                return self._shares[kind, None, line]
        return self._shares.get((kind, None, None))
