"""Which intervals of a metric are to be read now. Pure: moments in, moments out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_FRESH = 60
"""New intervals read in one go: an outage is caught up with in steps."""


@dataclass(frozen=True)
class Pace:
    interval: timedelta
    lateness: timedelta = timedelta(0)
    delay: timedelta = timedelta(0)
    retention: timedelta = timedelta(days=35)


@dataclass(frozen=True)
class Plan:
    """``again``: intervals read before whose late rows may have come; ``fresh``: those never read. All by their
    beginning, oldest first."""

    again: list[datetime]
    fresh: list[datetime]
    skipped: int = 0
    """Intervals so old that they are not kept: they stay gaps."""


def plan(now: datetime, collected_to: datetime, pace: Pace, *, limit: int = MOST_FRESH) -> Plan:
    """``collected_to``: the beginning of the first interval that was never read."""
    ready = max(0, (now - pace.delay - collected_to) // pace.interval)
    oldest = now - pace.retention
    skipped = min(ready, max(0, -((collected_to - oldest) // pace.interval)))
    first = collected_to + skipped * pace.interval
    count = min(ready - skipped, limit)
    fresh = [first + index * pace.interval for index in range(count)]
    return Plan(_again(now, collected_to, pace), fresh, skipped)


def due_at(collected_to: datetime, pace: Pace) -> datetime:
    """When the first interval that was never read is over and its rows have had time to come."""
    return collected_to + pace.interval + pace.delay


def _again(now: datetime, collected_to: datetime, pace: Pace) -> list[datetime]:
    """Rules judge a frame once it is as old as the lateness. Until then late rows are looked for at ages of 1, 2, 4, 8
    ... intervals, and in the last interval before it is judged and the one after: often while much may come."""
    reach = pace.lateness // pace.interval
    doubled = {2**power for power in range(20) if 2**power < reach}
    ages = doubled | ({reach - 1, reach} - {0, -1})
    moments = [collected_to - age * pace.interval for age in sorted(ages, reverse=True)]
    return [at for at in moments if at > now - pace.delay - pace.lateness - 3 * pace.interval]
