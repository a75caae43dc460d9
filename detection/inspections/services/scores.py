"""Reads what the score is made of (detection/inspections/scoring.py)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q

from catalog.models import Person
from detection.inspections.scoring import Happening, Period, Score, score
from detection.models import FindingPeriod, Inspection
from incidents.models import Incident
from incidents.models.status import Status

WINDOW = timedelta(days=90)
WITHIN = timedelta(days=30)
MOST = 100_000
"""Of each, so many are read; the newest."""


@dataclass(frozen=True)
class Rows:
    """Everything of a window: stretches with the inspection they are of, and what happened."""

    periods: list[tuple[int | None, Period]]
    happenings: list[Happening]


def read_rows(person: Person, now: datetime, *, window: timedelta = WINDOW) -> Rows:
    """Incidents count that the person may see; drills, false alarms and duplicates do not."""
    periods = FindingPeriod.objects.filter(began_at__gte=now - window, began_at__lte=now).order_by("-began_at")
    columns = ("finding__inspection", "finding", "finding__service", "began_at", "ended_at")
    incidents = Incident.objects.visible_to(person).filter(
        occurred_at__gte=now - window, occurred_at__lte=now, is_drill=False, merged_into=None
    )
    real = incidents.exclude(status=Status.CANCELLED).order_by("-occurred_at")
    return Rows(
        [(row[0], Period(*row[1:])) for row in periods.values_list(*columns)[:MOST]],
        [Happening(*row) for row in real.values_list("pk", "service", "occurred_at")[:MOST]],
    )


def whole_score(rows: Rows, now: datetime, *, within: timedelta = WITHIN) -> Score:
    """Of all inspections and activities together. What happened before anything was found was missed by nobody."""
    since = FindingPeriod.objects.aggregate(first=Min("began_at"))["first"]
    return _score([period for _of, period in rows.periods], rows.happenings, since, within=within, now=now)


def scores_of(
    inspections: list[Inspection], rows: Rows, now: datetime, *, within: timedelta = WITHIN
) -> dict[int, Score]:
    """Of each inspection, from its first run on; of one that looks at a single service, by the incidents of that."""
    ran = Inspection.objects.filter(pk__in=[each.pk for each in inspections])
    first = dict(ran.annotate(first=Min("runs__started_at", filter=Q(runs__error=""))).values_list("pk", "first"))
    found: dict[int, Score] = {}
    for each in inspections:
        own = [period for of, period in rows.periods if of == each.pk]
        happened = [row for row in rows.happenings if each.service_id in (None, row.service)]
        found[each.pk] = _score(own, happened, first[each.pk], within=within, now=now)
    return found


def _score(
    periods: list[Period],
    happenings: list[Happening],
    since: datetime | None,
    *,
    within: timedelta,
    now: datetime,
) -> Score:
    if since is None:
        return Score()
    return score(periods, [row for row in happenings if row.occurred_at >= since], within=within, now=now)
