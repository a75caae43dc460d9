"""Is paging alive? Read by the light in the top bar, the health page and outside monitors."""

from dataclasses import dataclass
from datetime import timedelta

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


def read_health() -> Health:
    """Four small index reads."""
    now = clock.now()
    beat = Heartbeat.objects.order_by("-beat_at").first()
    step = Escalation.objects.filter(status=EscalationStatus.RUNNING).order_by("next_due_at").first()
    waiting = Delivery.objects.claimable(now).order_by("due_at")
    message = waiting.first()
    moments = [step.next_due_at if step else None, message.due_at if message else None]
    lag = max((now - moment for moment in moments if moment is not None and moment < now), default=ZERO)
    return Health(beat_age=now - beat.beat_at if beat else None, lag=lag, waiting=waiting.count())


def pager_light() -> Light:
    """The light in the top bar, in words and colour."""
    health = read_health()
    if health.is_alive and health.lag < BEAT_LIMIT:
        return Light("ok", _("Paging OK"))
    if health.is_alive:
        return Light("warn", _("Paging is %(seconds)d s late") % {"seconds": health.lag.total_seconds()})
    return Light("bad", _("Paging stands still"))
