"""What happens every second, in this order. Any number of copies may run at once, in any process, without a leader:
every step claims its rows with SKIP LOCKED. Celery's beat ticks it, and so does `manage.py cycle`, which needs no
broker, so that paging outlives Redis.
"""

import logging
import socket
from collections.abc import Callable

from django.db.models.functions import Now

from incidents.services import (
    check_acknowledgements,
    close_silent,
    fire_reminders,
    record_breaches,
    record_warnings,
    wake_incidents,
)
from notifications.models import Heartbeat
from notifications.services.alarming import report_alarms
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from notifications.services.noticing import fire_notices
from notifications.services.sending import send_due_deliveries
from notifications.services.swapping import expire_swaps
from notifications.services.warrooms import make_war_rooms
from notifications.skew import clock_skew

logger = logging.getLogger(__name__)

CYCLE: list[Callable[[], int]] = [
    record_breaches,
    record_warnings,
    check_acknowledgements,
    wake_incidents,
    close_silent,
    fire_reminders,
    report_alarms,
    dispatch_events,
    advance_escalations,
    fire_notices,
    expire_swaps,
    send_due_deliveries,
    make_war_rooms,
]


def run_cycle(ticker: str) -> bool:
    """Run every step once; a step that fails does not keep the others from running. True where none failed."""
    is_clean = True
    for step in CYCLE:
        try:
            step()
        except Exception:
            is_clean = False
            logger.exception("The cycle's step %s failed", step.__name__)
    if is_clean:
        _beat(ticker)
    return is_clean


def _beat(ticker: str) -> None:
    """Say that a whole cycle is done, and what this machine believes the time to be."""
    name = f"{ticker}@{socket.gethostname()}"[:60]
    signs = {"beat_at": Now(), "clock_skew": clock_skew()}
    if not Heartbeat.objects.filter(ticker=name).update(**signs):
        Heartbeat.objects.update_or_create(ticker=name, defaults=signs)
