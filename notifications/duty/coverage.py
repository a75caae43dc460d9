"""How well a stretch is covered, and how evenly its load is shared."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.duty.roster import Duty
from notifications.duty.windows import Window, open_between

ZERO = timedelta(0)
NIGHTS = Window(frozenset(range(7)), time(22), time(7))
WEEKEND = frozenset((5, 6))


@dataclass
class Load:
    """What one person carries as primary. A night or a weekend day counts once one is on call at any time of it."""

    length: timedelta = ZERO
    shifts: int = 0
    nights: int = 0
    weekend_days: int = 0
    balance: float = 0.0
    """By how much more or less than an even share, 0.1 being a tenth more."""


@dataclass
class Coverage:
    length: timedelta = ZERO
    covered: timedelta = ZERO
    gaps: list[Duty] = field(default_factory=list)
    loads: dict[int, Load] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return self.covered / self.length if self.length else 0.0


def coverage_of(duties: Iterable[Duty], zone: ZoneInfo, members: Iterable[int] = ()) -> Coverage:
    """The figures of a timeline; ``members`` are shown with a load even where they carry nothing."""
    duties = list(duties)
    coverage = Coverage(loads={person: Load() for person in members})
    for duty in duties:
        coverage.length += duty.end - duty.start
        if duty.is_gap:
            _add_gap(coverage, duty)
            continue
        coverage.covered += duty.end - duty.start
        for person in duty.primary:
            load = coverage.loads.setdefault(person, Load())
            load.length += duty.end - duty.start
    if duties:
        _count(coverage, duties, zone)
    return _balanced(coverage)


def _add_gap(coverage: Coverage, duty: Duty) -> None:
    """Gaps that touch are one gap, unless somebody inactive stands in one and nobody in the other."""
    if coverage.gaps and coverage.gaps[-1].end == duty.start and coverage.gaps[-1].scheduled == duty.scheduled:
        duty = replace(duty, start=coverage.gaps.pop().start)
    coverage.gaps.append(duty)


def _count(coverage: Coverage, duties: list[Duty], zone: ZoneInfo) -> None:
    start, end = duties[0].start, duties[-1].end
    nights = open_between([NIGHTS], zone, start, end)
    days = [
        day
        for weekday in WEEKEND
        for day in open_between([Window(frozenset((weekday,)), time(0), time(0))], zone, start, end)
    ]
    for person, load in coverage.loads.items():
        own = [duty for duty in duties if person in duty.primary]
        load.shifts = len({(duty.layer, duty.shift, duty.changes) for duty in own})
        load.nights = _touched(nights, own)
        load.weekend_days = _touched(sorted(days), own)


def _touched(stretches: list[tuple[datetime, datetime]], duties: list[Duty]) -> int:
    """How many of the stretches any of the duties touches; both are in order."""
    count = place = 0
    for start, end in stretches:
        while place < len(duties) and duties[place].end <= start:
            place += 1
        count += place < len(duties) and duties[place].start < end
    return count


def _balanced(coverage: Coverage) -> Coverage:
    total = sum((load.length for load in coverage.loads.values()), ZERO)
    even = total / len(coverage.loads) if coverage.loads else ZERO
    for load in coverage.loads.values():
        load.balance = load.length / even - 1 if even else 0.0
    return coverage
