"""Canaries: a task through every queue of Celery, answered in the database. A worker that is alive and takes nothing
from its queue answers a ping all the same; it does not answer these."""

import logging

from celery import current_app
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from lifecycle import clock
from notifications.models import Canary

logger = logging.getLogger(__name__)

EXPIRES = 60
"""Seconds after which nobody needs to answer."""


def queues() -> list[str]:
    """Those that the settings declare: the worker takes from all of them."""
    return sorted(current_app.amqp.queues)


def send_canaries() -> int:
    """One for each queue. Where the broker is away nothing is sent, and the last answer grows old."""
    return sum(_send(queue) for queue in queues())


def _send(queue: str) -> bool:
    Canary.objects.update_or_create(queue=queue, defaults={"sent_at": Now()})
    try:
        current_app.send_task("notifications.tasks.answer_canary", [queue], queue=queue, expires=EXPIRES, retry=False)
    except OperationalError:
        logger.warning("The broker is away: no canary for the queue %s", queue)
        return False
    return True


def answer_canary(queue: str) -> None:
    """What the worker does with a canary."""
    Canary.objects.filter(queue=queue).update(answered_at=clock.now())
