"""Whether an incident is big enough for a postmortem: the policy's rows against what the incident did. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

Interval = tuple[datetime, datetime]


class Row(Protocol):
    """A row of the policy, as postmortems.models.TriggerRule keeps it."""

    pk: Any
    kind: str
    threshold: int
    days: int | None
    answer: str


@dataclass(frozen=True)
class Effect:
    """What an incident did. ``share``: percent of the service's users, None where their number is not known. ``down``:
    intervals in which the service did not work. ``alike``: for each row about a group, the number of incidents in it,
    this one included."""

    level: int
    is_major: bool
    users: int
    share: float | None
    down: Sequence[Interval]
    alike: Mapping[Any, int]


@dataclass(frozen=True)
class Finding:
    """What one row says: ``seen`` in the unit of its threshold, None where it is not known."""

    rule: Any
    kind: str
    threshold: int
    days: int | None
    seen: float | None
    holds: bool
    answer: str


def judge(effect: Effect, rows: Iterable[Row]) -> list[Finding]:
    """A finding for every row, in their order."""
    return [_judge(effect, row) for row in rows]


def minutes_of(intervals: Iterable[Interval]) -> int:
    """Whole minutes that the intervals cover together; what overlaps counts once."""
    whole, covered = timedelta(), None
    for start, end in sorted(intervals):
        begin = start if covered is None else max(start, covered)
        if end > begin:
            whole += end - begin
        covered = end if covered is None else max(covered, end)
    return int(whole.total_seconds() // 60)


def _judge(effect: Effect, row: Row) -> Finding:
    seen = _seen(effect, row)
    is_level = row.kind == "level"  # 1 is the worst
    holds = seen is not None and (seen <= row.threshold if is_level else seen >= row.threshold)
    return Finding(row.pk, row.kind, row.threshold, row.days, seen, holds, row.answer)


def _seen(effect: Effect, row: Row) -> float | None:
    return {
        "level": effect.level,
        "major": int(effect.is_major),
        "users": effect.users,
        "share": effect.share,
        "down": minutes_of(effect.down),
    }.get(row.kind, effect.alike.get(row.pk, 0))
