"""What carriers report about messages, of themselves or when asked. A status only moves forward, in whatever order the
reports arrive; a repeat changes nothing."""

from django.db import transaction

from lifecycle import clock
from notifications.channels.base import Fault, Report
from notifications.channels.twilio_codes import FAULTS
from notifications.models import Channel, Delivery, DeliveryCallback, DeliveryStatus, Purpose
from notifications.models.delivery import RANK
from notifications.services.ending import fail, send_again, take_over
from notifications.services.faulting import note_fault
from notifications.services.locking import lock_message

MEANING = {
    "accepted": DeliveryStatus.SENDING,
    "scheduled": DeliveryStatus.SENDING,
    "queued": DeliveryStatus.SENDING,
    "sending": DeliveryStatus.SENDING,
    "initiated": DeliveryStatus.SENT,
    "ringing": DeliveryStatus.SENT,
    "in-progress": DeliveryStatus.SENT,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "completed": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "busy": DeliveryStatus.FAILED,
    "no-answer": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
NO_KEY, VOICEMAIL = "no-key", "voicemail"
"""Why a call that was answered reached nobody."""
MACHINES = ("machine", "fax")


def record_callback(
    delivery: Delivery,
    *,
    provider_id: str,
    status: str,
    error_code: str = "",
    sequence: int | None = None,
    answered_by: str = "",
) -> None:
    """Keep what the carrier posted; move the delivery forward where it is news."""
    record_report(delivery, Report(status, error_code, answered_by), provider_id=provider_id, sequence=sequence)


@transaction.atomic
def record_report(delivery: Delivery, report: Report, *, provider_id: str, sequence: int | None = None) -> None:
    lock_message(delivery)
    DeliveryCallback.objects.create(
        delivery=delivery,
        status=report.status[:30],
        sequence=sequence,
        error_code=report.error_code[:20],
        answered_by=report.answered_by[:30],
    )
    if not delivery.provider_id:
        # The callback overtook the answer to our request, or the sender died before it could write the id down.
        delivery.provider_id = provider_id
        delivery.save(update_fields=["provider_id"])
    meant = MEANING.get(report.status)
    if meant is not None and RANK[meant] > RANK[DeliveryStatus(delivery.status)]:
        _move(delivery, meant, report)
    elif delivery.error_code == NO_KEY and _met_a_machine(delivery):
        fail(delivery, code=VOICEMAIL, text=VOICEMAIL)


def _move(delivery: Delivery, meant: DeliveryStatus, report: Report) -> None:
    now = clock.now()
    delivery.sent_at = delivery.sent_at or now
    if meant == DeliveryStatus.FAILED:
        _fail(delivery, report)
    elif meant == DeliveryStatus.DELIVERED:
        _arrive(delivery)
    else:
        delivery.status = meant
        delivery.save()


def _fail(delivery: Delivery, report: Report) -> None:
    fault = FAULTS.get(report.error_code)
    is_passing = fault == Fault.CARRIER and delivery.channel == Channel.SMS and send_again(delivery)
    if fault is not None:
        note_fault(delivery, fault, code=report.error_code, provider=delivery.provider)
    fail(delivery, code=report.error_code or report.status, text=report.status, is_taken_over=is_passing)


def _arrive(delivery: Delivery) -> None:
    """An ended call says only that it ended: of a page it proves nothing without a key."""
    is_call = delivery.channel == Channel.VOICE
    if is_call and delivery.reached_at is None and _met_a_machine(delivery):
        fail(delivery, code=VOICEMAIL, text=VOICEMAIL)
        return
    delivery.status, delivery.finished_at, delivery.check_at = DeliveryStatus.DELIVERED, clock.now(), None
    delivery.error_code = delivery.error = ""
    is_silent = is_call and delivery.purpose == Purpose.PAGE and delivery.reached_at is None
    if is_silent:
        delivery.error_code = delivery.error = NO_KEY
    delivery.save()
    if is_silent:
        take_over(delivery)


def _met_a_machine(delivery: Delivery) -> bool:
    if delivery.channel != Channel.VOICE:
        return False
    heard = delivery.callbacks.exclude(answered_by="").values_list("answered_by", flat=True)
    return any(each.startswith(MACHINES) for each in heard)
