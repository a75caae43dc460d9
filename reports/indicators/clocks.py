"""SLA attainment. A clock belongs to the period of its verdict (reports/attainment.py)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from incidents.models import Clock, ClockKind, ImportedIncident, Status
from reports.indicators.dimensions import OF_CLOCKS, OF_INCIDENTS, Rows
from reports.indicators.grouping import Base, Share
from reports.indicators.registry import register
from reports.indicators.values import Unit

GROUP = _("SLA")
PARTS = {"met": _("met"), "missed": _("missed")}
CLOCKS = {**OF_INCIDENTS, **OF_CLOCKS}


def judged_clocks() -> "QuerySet[Any]":
    """Clocks that have, or had, a verdict, with ``verdict_at``; those of drills and voided ones have none."""
    verdict = Coalesce("breached_at", "stopped_at")
    return Clock.objects.filter(is_void=False, incident__is_drill=False).annotate(verdict_at=verdict)


def recorded_verdicts() -> "QuerySet[Any]":
    found = ImportedIncident.objects.filter(incident__is_drill=False, facts__has_key="sla_met")
    return found.exclude(incident__status=Status.CANCELLED).exclude(facts__sla_met=None)


JUDGED = Base(judged_clocks, Rows("incident__", "incident__service__", "verdict_at"), CLOCKS)
RECORDED = Base(recorded_verdicts, Rows("incident__", "incident__service__", "incident__reported_at"), OF_INCIDENTS)


def attainment(name: str, label: Any, definition: Any, **more: Any) -> Share:
    options: dict[str, Any] = {
        "base": JUDGED,
        "condition": lambda _question: Q(breached_at=None),
        "part": "met",
        "rest": "missed",
        "parts": PARTS,
        "is_better_high": True,
    }
    dimensions = tuple(CLOCKS) if "base" not in more else tuple(OF_INCIDENTS)
    return Share(name, label, definition, GROUP, Unit.SHARE, dimensions, **{**options, **more})


OVERALL = attainment(
    "sla",
    _("Targets kept"),
    _(
        "Of the response, recovery and resolution clocks with a verdict in the period: the share that met its target. "
        "A clock gets its verdict at its deadline, if it was missed, else when it stopped; a voided one never."
    ),
    whole=Q(kind__in=(ClockKind.RESPONSE, ClockKind.RECOVERY, ClockKind.RESOLUTION)),
)
NAMES = {
    ClockKind.RESPONSE: _("Response targets kept"),
    ClockKind.RECOVERY: _("Recovery targets kept"),
    ClockKind.RESOLUTION: _("Resolution targets kept"),
    ClockKind.DEVELOPMENT: _("Development targets kept"),
    ClockKind.ACCEPTANCE: _("Transfers accepted in time"),
    ClockKind.UPDATE: _("Progress updates in time"),
}
BY_KIND = tuple(
    attainment(
        f"sla_{kind.value}",
        label,
        _("Of the clocks of this kind with a verdict in the period: the share that met its target."),
        whole=Q(kind=kind),
    )
    for kind, label in NAMES.items()
)
ELSEWHERE = attainment(
    "sla_recorded",
    _("Targets kept, as another system recorded it"),
    _(
        "Of the imported incidents reported in the period: the share that the system they came from says kept its SLA. "
        "That system's rules are not ours, so this is told apart."
    ),
    base=RECORDED,
    condition=lambda _question: Q(facts__sla_met=True),
)
register(OVERALL, *BY_KIND, ELSEWHERE)
