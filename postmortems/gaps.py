"""Silences in a timeline, and what it does not say: what happened in between? Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LONG_SILENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Gap:
    """``place``: how many entries come before it."""

    started_at: datetime
    ended_at: datetime
    place: int = 0

    @property
    def minutes(self) -> int:
        return int((self.ended_at - self.started_at).total_seconds() // 60)


def find_gaps(moments: Iterable[datetime], longest: timedelta = LONG_SILENCE) -> list[Gap]:
    """The stretches between neighbouring moments that are longer than ``longest``, in order."""
    return [
        Gap(before, after, place)
        for place, (before, after) in enumerate(pairwise(sorted(moments)), start=1)
        if after - before > longest
    ]


# What every timeline should be able to say, and the recorded verbs (or their beginnings) that say it.
MILESTONES: dict[str, tuple[str, ...]] = {
    "detected": ("report",),
    "notified": ("page", "notify", "deliver", "escalat", "call", "sms", "email"),
    "acknowledged": ("acknowledge",),
    "decided": ("propose_solution", "approve_solution", "bypass_solution", "change_level", "declare_major", "transfer"),
    "recovered": ("recover",),
}


def milestone_of(verb: str) -> str:
    """The milestone that an event of that verb tells of; empty: none."""
    return next((name for name, starts in MILESTONES.items() if verb.startswith(starts)), "")


def unanswered(verbs: Iterable[str], told: Iterable[str] = ()) -> list[str]:
    """The milestones of which no recorded verb tells and that are not among those ``told``, in their order."""
    known = {*told, *(milestone_of(verb) for verb in verbs)}
    return [name for name in MILESTONES if name not in known]
