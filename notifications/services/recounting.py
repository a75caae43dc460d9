"""What the timelines of incidents say of messages: many facts in a few statements."""

from collections.abc import Iterable
from typing import Any

from lifecycle.models import Via
from lifecycle.transitions import Fact, record_events
from notifications.models import Delivery

Told = tuple[Delivery, dict[str, Any]]


def recount(verb: str, told: Iterable[Told]) -> None:
    """One fact for each message; those that speak of no incident stand on no timeline."""
    facts = [
        Fact(delivery.incident, verb, {**_particulars(delivery), **data})
        for delivery, data in told
        if delivery.incident is not None
    ]
    record_events(facts, via=Via.SYSTEM)


def _particulars(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery.pk,
        "channel": delivery.channel,
        "purpose": delivery.purpose,
        "person": delivery.reader_name,
    }
