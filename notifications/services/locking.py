"""The one order of locks: see docs/decisions/003-one-order-of-locks.md."""

from lifecycle.transitions import lock
from notifications.models import Delivery


def lock_message(delivery: Delivery) -> None:
    """The incident first, where the message speaks of one, then the message."""
    if delivery.incident is not None:
        lock(delivery.incident)
    lock(delivery)
