"""What happens every second. Any number of copies may run at once, in any process, without a leader: every step claims
its rows with SKIP LOCKED. Celery's beat ticks it, and so does `manage.py cycle`, which needs no broker, so that paging
outlives Redis.

Five things run side by side, because whoever talks to the outside may be kept waiting: the clockwork, in this order,
which reads and writes rows and nothing else; the sender (services/sending.py); the alerts, of which a storm may come;
the errands, which ask others; and the rounds, which look for risks.
"""

import logging
import socket
from collections.abc import Callable, Iterable

from django.db.models.functions import Now

from detection.inspections.services import run_due_inspections
from detection.services import calm_flaps, judge_heartbeats, process_receipts, release_suppressed
from incidents.services import (
    check_acknowledgements,
    close_silent,
    fire_reminders,
    record_breaches,
    record_warnings,
    remind_of_actions,
    wake_incidents,
)
from notifications.models import Heartbeat
from notifications.services.alarming import report_alarms
from notifications.services.checking import check_statuses
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from notifications.services.noticing import fire_notices
from notifications.services.sending import send_due_deliveries
from notifications.services.spending import watch_spending
from notifications.services.swapping import expire_swaps
from notifications.services.warrooms import make_war_rooms
from notifications.skew import clock_skew
from problems.services.recurring import look_for_recurrences
from problems.services.waivers import end_waivers

logger = logging.getLogger(__name__)

CLOCKWORK: list[Callable[[], int]] = [
    record_breaches,
    record_warnings,
    check_acknowledgements,
    wake_incidents,
    close_silent,
    fire_reminders,
    remind_of_actions,
    end_waivers,
    report_alarms,
    dispatch_events,
    advance_escalations,
    fire_notices,
    expire_swaps,
    watch_spending,
]
ERRANDS: list[Callable[[], int]] = [
    check_statuses,
    make_war_rooms,
    look_for_recurrences,
]
"""What asks somebody outside, or looks back over months, and may be kept waiting."""
ALERTS: list[Callable[[], int]] = [
    process_receipts,
    judge_heartbeats,
    release_suppressed,
    calm_flaps,
]
"""What makes incidents of alerts: it may have much to do, and paging does not wait for it."""


def inspect_risks() -> int:
    """A little at a time, so that the process can be stopped between two looks."""
    return run_due_inspections(seconds=1.0)


ROUNDS: list[Callable[[], int]] = [inspect_risks]
"""What looks for risks in sources, which may be slow: nothing and nobody waits for it. Celery has a task of its own
(detection/tasks.py)."""
CYCLE: list[Callable[[], int]] = [*ALERTS, *CLOCKWORK, send_due_deliveries, *ERRANDS]
"""Everything in order but the rounds, as tests want it."""


def run_cycle(ticker: str, steps: Iterable[Callable[[], int]] = CYCLE) -> bool:
    """Run every step once, and leave a sign of life. True where none failed."""
    is_clean = run_steps(steps)
    if is_clean:
        _beat(ticker)
    return is_clean


def run_steps(steps: Iterable[Callable[[], int]]) -> bool:
    """A step that fails does not keep the others from running. True where none failed."""
    is_clean = True
    for step in steps:
        try:
            step()
        except Exception:
            is_clean = False
            logger.exception("The cycle's step %s failed", step.__name__)
    return is_clean


def _beat(ticker: str) -> None:
    """Say that a whole cycle is done, and what this machine believes the time to be."""
    name = f"{ticker}@{socket.gethostname()}"[:60]
    signs = {"beat_at": Now(), "clock_skew": clock_skew()}
    if not Heartbeat.objects.filter(ticker=name).update(**signs):
        Heartbeat.objects.update_or_create(ticker=name, defaults=signs)
