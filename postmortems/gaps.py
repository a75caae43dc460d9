"""Silences in a timeline: what happened in between?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LONG_SILENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Gap:
    started_at: datetime
    ended_at: datetime

    @property
    def minutes(self) -> int:
        return int((self.ended_at - self.started_at).total_seconds() // 60)


def find_gaps(moments: Iterable[datetime], longest: timedelta = LONG_SILENCE) -> list[Gap]:
    """The stretches between neighbouring moments that are longer than ``longest``, in order."""
    return [Gap(before, after) for before, after in pairwise(sorted(moments)) if after - before > longest]


# What every timeline should be able to say, and the recorded verbs (or their beginnings) that say it.
MILESTONES: dict[str, tuple[str, ...]] = {
    "detected": ("report",),
    "notified": ("page", "notify", "deliver", "escalat", "call", "sms", "email"),
    "acknowledged": ("acknowledge",),
    "decided": ("propose_solution", "approve_solution", "bypass_solution", "change_level", "declare_major", "transfer"),
    "recovered": ("recover",),
}


def unanswered(verbs: Iterable[str]) -> list[str]:
    """The milestones of which no recorded verb tells, in their order."""
    known = list(verbs)
    return [name for name, starts in MILESTONES.items() if not any(verb.startswith(starts) for verb in known)]
