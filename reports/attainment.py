"""SLA attainment: how many clocks kept their target. Values in, values out.

A clock counts once, in the month of its verdict: missed at its deadline, or met when it stopped in time. A clock that
still runs within its target has no verdict yet; a voided one (the incident was cancelled) never gets one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Verdict:
    is_met: bool
    at: datetime


@dataclass(frozen=True)
class Tally:
    """Clocks that met and that missed their target."""

    met: int = 0
    missed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.met + other.met, self.missed + other.missed)

    @property
    def total(self) -> int:
        return self.met + self.missed

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where no clock got a verdict."""
        return self.met / self.total if self.total else None


def judge(*, breached_at: datetime | None, stopped_at: datetime | None, is_void: bool) -> Verdict | None:
    """The verdict over one clock."""
    if is_void:
        return None
    if breached_at is not None:
        return Verdict(False, breached_at)
    return Verdict(True, stopped_at) if stopped_at is not None else None


def aggregate(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())
