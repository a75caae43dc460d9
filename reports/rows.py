"""The rows behind the figures of a month. A figure counts a queryset of here, and its link lists the same one."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Service
from incidents.models import Clock, Impact, Incident, Status
from reports.indicators.incidents import KNOWN
from reports.indicators.values import DURATIONS
from reports.period import Period


def reported(period: Period) -> "QuerySet[Incident]":
    """Every incident that was reported in the month; drills are none."""
    return Incident.objects.filter(reported_at__gte=period.start, reported_at__lt=period.end, is_drill=False)


def counted(period: Period) -> "QuerySet[Incident]":
    """Without false alarms and merged duplicates, which are no incidents."""
    return reported(period).exclude(status=Status.CANCELLED)


def verdicts() -> "QuerySet[Any]":
    """Every clock that can have a verdict (reports/attainment.py says what that is), with ``verdict_at``."""
    counting = Clock.objects.filter(is_void=False, incident__is_drill=False)
    return counting.annotate(verdict_at=Coalesce("breached_at", "stopped_at"))


def judged(period: Period) -> "QuerySet[Clock]":
    """Clocks with a verdict in the month."""
    return verdicts().filter(verdict_at__gte=period.start, verdict_at__lt=period.end)


def timed(duration: str) -> Q:
    """Incidents whose duration ("acknowledge", "recover", "resolve") is known and does not run backwards."""
    start, end = DURATIONS[duration]
    return Q(**{f"{end}__gte": F(start)}) & KNOWN.get(duration, Q())


def harmful(period: Period) -> "QuerySet[Impact]":
    """Impact of which a part lies in the month, by service and start."""
    overlap = Q(started_at__lt=period.end) & (Q(ended_at=None) | Q(ended_at__gte=period.start))
    found = Impact.objects.exclude(incident__status=Status.CANCELLED).filter(overlap, incident__is_drill=False)
    return found.order_by("incident__service", "started_at", "id")


def measured(period: Period) -> "QuerySet[Service]":
    """The services whose stability is told: those in use, and those that were harmed."""
    return Service.objects.filter(Q(is_active=True) | Q(pk__in=harmful(period).order_by().values("incident__service")))
