"""What follows from a carrier's refusal beyond the one message: a number to leave alone, somebody to tell."""

from catalog.models import Person
from notifications.channels.base import Fault
from notifications.models import Delivery
from notifications.services.alarming import raise_alarm
from notifications.services.stopping import stop_texts

NO_MOBILE = "21614"
"""Cannot get texts, but may be called."""


def note_fault(delivery: Delivery, fault: Fault, *, code: str, provider: str) -> None:
    """Remember what the carrier has told us about the number or about ourselves. Call under the message's lock."""
    about = f"{provider} {delivery.channel}"
    if fault == Fault.STOPPED:
        stop_texts(delivery.destination)
    elif fault == Fault.INVALID:
        _flag(delivery, code)
    elif fault == Fault.FILTERED:
        raise_alarm("texts_filtered", about=about, detail=code, incident=delivery.incident)
    elif fault in (Fault.ACCOUNT, Fault.CALLBACK):
        raise_alarm("account_suspended", about=about, detail=code, incident=delivery.incident)


def _flag(delivery: Delivery, code: str) -> None:
    """A number that the carrier does not know is no way to reach anybody: it has to be proved again."""
    if code == NO_MOBILE:
        stop_texts(delivery.destination)
    else:
        Person.objects.filter(phone=delivery.destination).update(phone_verified_at=None)
    raise_alarm("number_flagged", about=delivery.reader_name, detail=code, incident=delivery.incident)
