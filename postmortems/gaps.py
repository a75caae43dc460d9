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
