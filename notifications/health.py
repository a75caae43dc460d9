"""Is paging alive? Read by the light in the top bar, the health page and outside monitors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, Max, Min, QuerySet, Value
from django.utils.translation import gettext as _

from lifecycle import clock
from notifications.models import Delivery, Escalation, EscalationStatus, Heartbeat

BEAT_LIMIT = timedelta(seconds=10)
LAG_LIMIT = timedelta(seconds=30)
ZERO = timedelta(0)


@dataclass(frozen=True)
class Health:
    """``beat_age``: since the youngest heartbeat, None without any. ``lag``: of the longest overdue step or message."""

    beat_age: timedelta | None
    lag: timedelta
    waiting: int

    @property
    def is_alive(self) -> bool:
        return self.beat_age is not None and self.beat_age <= BEAT_LIMIT and self.lag <= LAG_LIMIT


@dataclass(frozen=True)
class Light:
    state: str
    text: str


def read_health(now: datetime | None = None) -> Health:
    """Three small index reads in one query; it stands on every page."""
    now = now or clock.now()
    beats = _reading("beat", Heartbeat.objects.all(), Max("beat_at"))
    steps = _reading("step", Escalation.objects.filter(status=EscalationStatus.RUNNING), Min("next_due_at"))
    messages = _reading("message", Delivery.objects.claimable(now), Min("due_at"))
    found = {what: (at, number) for what, at, number in beats.union(steps, messages)}
    beat_at = found.get("beat", (None, 0))[0]
    waits = [found[what][0] for what in ("step", "message") if what in found]
    lag = max((now - moment for moment in waits if moment and moment < now), default=ZERO)
    return Health(beat_age=now - beat_at if beat_at else None, lag=lag, waiting=found.get("message", (None, 0))[1])


def _reading(what: str, rows: QuerySet[Any], moment: Aggregate) -> QuerySet[Any, Any]:
    """(what, moment, number of rows); the moment is None where there are no rows."""
    counted = rows.order_by().annotate(what=Value(what)).values("what").annotate(at=moment, number=Count("pk"))
    rows_read: QuerySet[Any, Any] = counted.values_list("what", "at", "number")
    return rows_read


def pager_light(now: datetime | None = None) -> Light:
    """The light in the top bar, in words and colour."""
    health = read_health(now)
    if health.is_alive and health.lag < BEAT_LIMIT:
        return Light("ok", _("Paging OK"))
    if health.is_alive:
        return Light("warn", _("Paging is %(seconds)d s late") % {"seconds": health.lag.total_seconds()})
    return Light("bad", _("Paging stands still"))
