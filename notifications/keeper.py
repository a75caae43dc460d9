"""Keeps watch beside the cycle: what is due every so often, once, whatever number of processes keep it.

It runs in a thread of its own of `manage.py cycle` and as a task of the worker. So it goes on when a cycle hangs, when
the broker is gone, or when either of the two is dead.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from lifecycle import clock
from notifications.models import Chore
from notifications.services.auditing import audit_and_report
from notifications.services.canaries import send_canaries
from notifications.services.ledger import add_up
from notifications.services.pruning import drop_old_signs
from notifications.services.watching import watch_signs

logger = logging.getLogger(__name__)

CATCH_UP = timedelta(seconds=20)


@dataclass(frozen=True)
class Duty:
    name: str
    every: timedelta
    act: Callable[[], object]
    patience: timedelta = timedelta(0)
    """After everything stood still the cycle gets so long before anybody looks whether it is late."""


DUTIES = [
    Duty("canaries", timedelta(seconds=30), send_canaries),
    Duty("signs", timedelta(seconds=30), watch_signs),
    Duty("audit", timedelta(seconds=60), audit_and_report, patience=CATCH_UP),
    Duty("ledger", timedelta(seconds=60), add_up),
    Duty("pruning", timedelta(hours=1), drop_old_signs),
]


def keep_watch() -> int:
    """Do what is due; what fails does not keep the rest from being done. Returns how much was done."""
    done = 0
    for duty in DUTIES:
        try:
            if claim(duty):
                duty.act()
                done += 1
        except Exception:
            logger.exception("The keeper's %s failed", duty.name)
    return done


@transaction.atomic
def claim(duty: Duty) -> bool:
    """Whether it is due and ours to do. The claim itself moves it on, so nobody else finds it due."""
    now = clock.now()
    row, _is_new = Chore.objects.get_or_create(name=duty.name, defaults={"due_at": now + duty.patience})
    if row.due_at > now:
        return False
    free = Chore.objects.select_for_update(skip_locked=True).filter(pk=row.pk, due_at=row.due_at).first()
    if free is None:
        return False
    stood_still = now - free.due_at > 2 * duty.every and duty.patience
    free.due_at = now + (duty.patience if stood_still else duty.every)
    free.save(update_fields=["due_at"])
    return not stood_still
