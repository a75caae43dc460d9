"""How much a problem matters, from what its incidents did together. Pure.

points = UV-minutes / 1,000 + 5 x incidents + 2 x hours lost. From 100 points on it is P1, from 30 P2, from 10 P3,
below P4.
UV-minutes are affected users times minutes, over every interval of impact. Hours are lost from the occurrence to the
recovery (else the resolution, else now) of every incident.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

PER_THOUSAND_UV_MINUTES = 1.0
PER_INCIDENT = 5.0
PER_HOUR = 2.0
FROM_POINTS = ((100, 1), (30, 2), (10, 3))
LOWEST = 4


@dataclass(frozen=True)
class Impact:
    """Of all incidents of a problem together."""

    uv_minutes: float
    incidents: int
    lost: timedelta

    @property
    def hours(self) -> float:
        return max(0.0, self.lost.total_seconds() / 3600)

    @property
    def points(self) -> float:
        return self.uv_minutes / 1000 * PER_THOUSAND_UV_MINUTES + self.incidents * PER_INCIDENT + self.hours * PER_HOUR

    @property
    def priority(self) -> int:
        """1, the highest, to 4."""
        return next((priority for least, priority in FROM_POINTS if self.points >= least), LOWEST)

    @property
    def arithmetic(self) -> str:
        """The sum as it was worked out: figures only, so it needs no language."""
        parts = (
            f"{self.uv_minutes:,.0f} / 1,000 × {PER_THOUSAND_UV_MINUTES:g}",
            f"{self.incidents:,} × {PER_INCIDENT:g}",
            f"{self.hours:,.1f} × {PER_HOUR:g}",
        )
        return f"{' + '.join(parts)} = {self.points:,.1f}"


def impact_of(problem: Any) -> Impact:
    """Of a problem that was read ``with_impact``."""
    return Impact(uv_minutes=problem.uv_minutes, incidents=problem.incidents_counted, lost=problem.lost)
