"""What carriers report about messages. A status only moves forward, in whatever order the reports arrive."""

from django.db import transaction

from lifecycle import clock
from notifications.models import Delivery, DeliveryCallback, DeliveryStatus
from notifications.models.delivery import RANK
from notifications.services.locking import lock_message
from notifications.services.sending import fail

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


@transaction.atomic
def record_callback(
    delivery: Delivery, *, provider_id: str, status: str, error_code: str = "", sequence: int | None = None
) -> None:
    """Keep the report; move the delivery forward where the report is news. A repeat changes nothing."""
    lock_message(delivery)
    DeliveryCallback.objects.create(
        delivery=delivery, status=status[:30], sequence=sequence, error_code=error_code[:20]
    )
    if not delivery.provider_id:
        # The callback overtook the answer to our request, or the sender died before it could write the id down.
        delivery.provider_id = provider_id
    meant = MEANING.get(status)
    if meant is None or RANK[meant] <= RANK[DeliveryStatus(delivery.status)]:
        delivery.save(update_fields=["provider_id"])
    elif meant == DeliveryStatus.FAILED:
        fail(delivery, code=error_code or status, text=status)
    else:
        _move(delivery, meant)


def _move(delivery: Delivery, status: DeliveryStatus) -> None:
    now = clock.now()
    delivery.status = status
    delivery.sent_at = delivery.sent_at or now
    if status == DeliveryStatus.DELIVERED:
        delivery.finished_at = now
    delivery.save()
