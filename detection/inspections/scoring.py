"""Did an incident happen where an inspection warned, or where it did not? Pure: rows in, rows out."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Period:
    """A stretch of time for which a finding stood; ``ended_at``: None while it stands."""

    finding: int
    service: int | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Happening:
    """An incident, as far as the score asks."""

    incident: int
    service: int
    occurred_at: datetime


@dataclass
class Score:
    """Numbers of findings and of incidents. Whether ``young`` ones warn of something is not known yet; ``unplaced``
    ones are of no service, and can be held against no incident."""

    warned: list[int] = field(default_factory=list)
    unfollowed: list[int] = field(default_factory=list)
    young: list[int] = field(default_factory=list)
    unplaced: list[int] = field(default_factory=list)
    foretold: list[int] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """The share of the findings that were followed by an incident, in percent; None where there is none."""
        return _percent(len(self.warned), len(self.unfollowed))

    @property
    def recall(self) -> float | None:
        """The share of the incidents that a finding had warned of, in percent; None where there is none."""
        return _percent(len(self.foretold), len(self.missed))


def score(periods: Iterable[Period], happenings: Iterable[Happening], *, within: timedelta, now: datetime) -> Score:
    """A period counts for ``within`` from its beginning, and not beyond its end: an incident of the same service in
    that time was foretold by it. A finding with several stretches was followed where one of them was."""
    rows = sorted(happenings, key=lambda each: (each.occurred_at, each.incident))
    by_service: dict[int, list[Happening]] = defaultdict(list)
    for each in rows:
        by_service[each.service].append(each)
    found, foretold = Score(), set[int]()
    verdicts: dict[int, set[str]] = defaultdict(set)
    for period in periods:
        verdict, incidents = _judge(period, by_service, within, now)
        verdicts[period.finding].add(verdict)
        foretold |= incidents
    for finding, said in sorted(verdicts.items()):
        place = next(name for name in ("warned", "young", "unfollowed", "unplaced") if name in said)
        getattr(found, place).append(finding)
    for each in rows:
        (found.foretold if each.incident in foretold else found.missed).append(each.incident)
    return found


def _judge(
    period: Period, by_service: dict[int, list[Happening]], within: timedelta, now: datetime
) -> tuple[str, set[int]]:
    if period.service is None:
        return "unplaced", set()
    until = min(period.began_at + within, period.ended_at or now)
    rows = by_service.get(period.service, [])
    moments = [each.occurred_at for each in rows]
    incidents = {each.incident for each in rows[bisect_left(moments, period.began_at) : bisect_right(moments, until)]}
    if incidents:
        return "warned", incidents
    is_young = period.ended_at is None and period.began_at + within > now
    return ("young" if is_young else "unfollowed"), set()


def _percent(part: int, rest: int) -> float | None:
    return round(100 * part / (part + rest), 1) if part + rest else None
