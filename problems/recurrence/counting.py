"""How often something happened, and whether that is too often. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ONE_HAPPENING = timedelta(hours=1)


@dataclass(frozen=True)
class Sighting:
    """An incident that occurred, or was reopened, at a moment. ``survivor``: what it was merged into in the end, or
    itself."""

    incident: int
    survivor: int
    at: datetime


@dataclass(frozen=True)
class Threshold:
    """``times`` within a window are too many, where they are also ``factor`` times the usual number.

    ``needs_past``: without an earlier window nothing is too often; else nothing is compared then.
    """

    times: int
    factor: float = 0
    needs_past: bool = False


def occurrences(sightings: Iterable[Sighting]) -> list[Sighting]:
    """One sighting an occurrence, oldest first.

    A duplicate that was merged is no occurrence of its own where what it was merged into was seen within an hour
    before; later, it is: whoever merges every new incident into an old one does not hide that it comes back.
    """
    last: dict[int, datetime] = {}
    found = []
    for sighting in sorted(sightings, key=lambda each: (each.at, each.incident)):
        before = last.get(sighting.survivor)
        if before is None or sighting.at - before > ONE_HAPPENING:
            found.append(sighting)
        last[sighting.survivor] = sighting.at
    return found


def is_too_often(count: int, earlier: Sequence[int], threshold: Threshold) -> bool:
    """``earlier``: the counts of the windows of the same length before, as far as there are any."""
    if count < threshold.times or (threshold.needs_past and not earlier):
        return False
    usual = sum(earlier) / len(earlier) if earlier else 0
    return count >= usual * threshold.factor


def earlier_windows(
    start: datetime, window: timedelta, begin: datetime, *, most: int
) -> list[tuple[datetime, datetime]]:
    """The ``most`` windows before ``start`` that lie wholly after ``begin``, the latest first."""
    spans = [(start - window * (number + 1), start - window * number) for number in range(most)]
    return [span for span in spans if span[0] >= begin]
