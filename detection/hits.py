"""Firings held against the incidents that are known: hit, missed, besides. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from detection.backtest import Firing

EARLY = timedelta(minutes=30)
"""A firing counts for an incident that began up to this long after the firing's end: rules see it before people do."""


@dataclass(frozen=True)
class Known:
    """An incident as far as a comparison needs it. ``is_false``: it turned out to be none."""

    number: int
    label: str
    url: str
    occurred_at: datetime
    reported_at: datetime
    ended_at: datetime | None
    is_false: bool = False


@dataclass(frozen=True)
class Hit:
    """A known incident with the first firing that found it, None where it was missed."""

    known: Known
    firing: Firing | None

    @property
    def lead(self) -> timedelta | None:
        """How long before its report the rule would have fired; negative where it came after."""
        return self.known.reported_at - self.firing.opened_at if self.firing else None


@dataclass(frozen=True)
class Comparison:
    """``hits``: each incident that was one; ``found_by``: the incidents of each firing, false ones among them."""

    firings: list[Firing]
    found_by: list[list[Known]]
    hits: list[Hit]

    @property
    def hit_count(self) -> int:
        return sum(hit.firing is not None for hit in self.hits)

    @property
    def missed(self) -> list[Known]:
        return [hit.known for hit in self.hits if hit.firing is None]

    @property
    def besides(self) -> int:
        """Firings that no incident answers to, or only one that turned out to be none."""
        return sum(not any(not known.is_false for known in found) for found in self.found_by)

    @property
    def lead(self) -> timedelta | None:
        """The median over the incidents found."""
        leads = [hit.lead for hit in self.hits if hit.lead is not None]
        return timedelta(seconds=median(lead.total_seconds() for lead in leads)) if leads else None


def compare(firings: Sequence[Firing], incidents: Sequence[Known], *, early: timedelta = EARLY) -> Comparison:
    """Which firing overlaps which incident; one without an end reaches to the end of time."""
    found_by = [[known for known in incidents if _meet(firing, known, early)] for firing in firings]
    hits = []
    for known in incidents:
        if not known.is_false:
            first = next((firing for firing, found in zip(firings, found_by, strict=True) if known in found), None)
            hits.append(Hit(known, first))
    return Comparison(list(firings), found_by, hits)


def _meet(firing: Firing, known: Known, early: timedelta) -> bool:
    begins_in_time = known.ended_at is None or firing.started_at <= known.ended_at
    return begins_in_time and (firing.ended_at is None or firing.ended_at >= known.occurred_at - early)
