"""The figures of a month, as plain numbers and words that JSON can hold.

The number of queries does not depend on the number of incidents: the database counts, sorts and takes percentiles.
Only impact intervals come here, as packed columns (reports/impact.py).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Max, Q, Sum
from django.db.models.functions import Coalesce

from incidents.models import Incident, Source
from reports import attainment, rows
from reports.indicators import DURATIONS, Spread, add_up
from reports.indicators.grouping import NINE_TENTHS, Percentile
from reports.measurement import measure_period
from reports.period import Month

Numbers = dict[str, Any]
TOP = 10


def compute(month: Month, *, now: datetime) -> Numbers:
    """Everything that the report of the month tells, with the month before beside it."""
    before = _core(month.previous, now=now)
    return {
        "month": str(month),
        "from": month.start.isoformat(),
        "to": month.end.isoformat(),
        **_core(month, now=now),
        "top": _top(month),
        "quality": _quality(month),
        "previous": {
            "incidents": before["incidents"]["all"],
            "durations": {name: spreads["all"] for name, spreads in before["durations"].items()},
            "attainment": before["attainment"],
            "stability": before["stability"]["company"],
        },
    }


def _core(month: Month, *, now: datetime) -> Numbers:
    return {
        "incidents": _count(month),
        "durations": _durations(month),
        "attainment": _attainment(month),
        "stability": measure_period(month, now=now),
    }


def _count(month: Month) -> Numbers:
    """Incidents by level and by service; cancelled ones only as a number of their own."""
    alive = ~Q(status="cancelled")
    grouped = (
        rows.reported(month)
        .order_by("service__name", "level")
        .values("service", "service__slug", "service__name", "level")
        .annotate(
            count=Count("pk", filter=alive),
            cancelled=Count("pk", filter=~alive),
            major=Count("pk", filter=alive & (Q(level=1) | Q(is_declared_major=True))),
            by_rules=Count("pk", filter=alive & Q(source=Source.DETECTION)),
        )
    )
    found = list(grouped)
    present = [row for row in found if row["count"]]
    totals = {name: sum(row[name] for row in found) for name in ("count", "cancelled", "major", "by_rules")}
    return {"all": {**totals, "by_level": add_up(present, by="level")}, "services": _by_service(present)}


def _by_service(present: list[Any]) -> list[Numbers]:
    """The services with incidents, most first."""
    services: dict[int, Numbers] = {}
    for row in present:
        empty = {"slug": row["service__slug"], "name": row["service__name"], "count": 0, "by_level": {}}
        entry = services.setdefault(row["service"], empty)
        entry["count"] += row["count"]
        entry["by_level"][str(row["level"])] = row["count"]
    return sorted(services.values(), key=lambda entry: (-entry["count"], entry["name"]))


def _durations(month: Month) -> Numbers:
    """{"recover": {"all": {count, median, p90}, "1": ...}}: seconds."""
    aggregates: dict[str, Aggregate] = {}
    for name, (start, end) in DURATIONS.items():
        known = rows.timed(name)
        aggregates[f"{name}_count"] = Count("pk", filter=known)
        aggregates[f"{name}_median"] = Percentile(F(end) - F(start), fraction=0.5, filter=known)
        aggregates[f"{name}_p90"] = Percentile(F(end) - F(start), fraction=NINE_TENTHS, kind="disc", filter=known)
    groups: dict[str, Mapping[str, Any]] = {"all": rows.counted(month).aggregate(**aggregates)}
    for row in rows.counted(month).order_by("level").values("level").annotate(**aggregates):
        groups[str(row["level"])] = row
    return {name: {group: _spread(row, name) for group, row in groups.items()} for name in DURATIONS}


def _spread(row: Mapping[str, Any], name: str) -> Numbers:
    spread = Spread.of(row[f"{name}_count"], row[f"{name}_median"], row[f"{name}_p90"])
    return {"count": spread.count, "median": spread.median, "p90": spread.p90}


def _attainment(month: Month) -> Numbers:
    """{"response": {"all": {met, missed}, "1": ...}}"""
    grouped = (
        rows.judged(month)
        .order_by("kind", "incident__level")
        .values("kind", "incident__level")
        .annotate(met=Count("pk", filter=Q(breached_at=None)), missed=Count("pk", filter=~Q(breached_at=None)))
    )
    tallies: dict[str, dict[str, attainment.Tally]] = {}
    for row in grouped:
        kind = tallies.setdefault(row["kind"], {})
        kind[str(row["incident__level"])] = attainment.Tally(row["met"], row["missed"])
    for kind in tallies.values():
        kind["all"] = attainment.aggregate(kind.values())
    return {
        name: {level: {"met": tally.met, "missed": tally.missed} for level, tally in kind.items()}
        for name, kind in tallies.items()
    }


def _top(month: Month) -> list[Numbers]:
    """The incidents that hurt most: worst level first, then most affected users, then longest outage."""
    found = (
        rows.counted(month)
        .select_related("service")
        .annotate(
            users=Coalesce(Sum("impacts__affected_users"), 0),
            outage=Max(F("recovered_at") - F("occurred_at"), output_field=DurationField()),
        )
        .order_by("level", "-users", F("outage").desc(nulls_last=True), "pk")[:TOP]
    )
    return [_top_line(incident) for incident in found]


def _top_line(incident: Incident) -> Numbers:
    outage = getattr(incident, "outage", None)
    return {
        "id": incident.pk,
        "title": incident.title,
        "level": incident.level_id,
        "service": incident.service.name,
        "users": getattr(incident, "users", 0),
        "outage": None if outage is None else round(outage.total_seconds(), 3),
    }


def _quality(month: Month) -> Numbers:
    """What the figures leave out or rest upon."""
    lacking = {f"lacks_{name}": Count("pk", filter=~rows.timed(name)) for name in DURATIONS}
    estimated = Count("incident", filter=Q(is_estimate=True), distinct=True)
    return {
        **rows.counted(month).aggregate(**lacking),
        **rows.harmful(month).order_by().aggregate(harmful=Count("incident", distinct=True), estimated=estimated),
    }
