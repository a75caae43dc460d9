"""Drops signs of life that say nothing any more."""

from datetime import timedelta

from lifecycle import clock
from notifications.models import Alarm, Audit, Canary, Heartbeat
from notifications.services.canaries import queues

KEPT = timedelta(days=7)
ALARMS_KEPT = timedelta(days=400)


def drop_old_signs() -> None:
    """Tickers of machines that are gone, queues that nobody declares, audits of last week."""
    now = clock.now()
    Heartbeat.objects.filter(beat_at__lt=now - timedelta(days=1)).delete()
    Canary.objects.exclude(queue__in=queues()).delete()
    Audit.objects.filter(began_at__lt=now - KEPT).delete()
    Alarm.objects.filter(settled_at__lt=now - ALARMS_KEPT).delete()
