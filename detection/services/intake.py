"""What other tools send: kept before they hear of it, then worked off in bulk, each body once.

A body that fails is tried again, then kept aside with the reason: nothing that was received is ever dropped for what is
in it.
"""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from detection.intake import NotAnAlert, NotUnderstood, signals_of
from detection.intake.reading import read
from detection.models import Integration, Receipt, ReceiptStatus, Tally
from detection.services.applying import Incoming, apply_signals
from lifecycle import clock

logger = logging.getLogger(__name__)
BATCH, ROUNDS = 500, 20
MOST_SIGNALS = 2_000
"""Signals applied in one transaction, as long as more than one body is left."""
MOST_ATTEMPTS, RETRY_AFTER = 5, timedelta(seconds=10)
KEPT = timedelta(days=30)
COUNT = """
INSERT INTO detection_tally (integration_id, minute, count)
VALUES (%s, date_trunc('minute', statement_timestamp()), 1)
ON CONFLICT (integration_id, minute) DO UPDATE SET count = detection_tally.count + 1
RETURNING count
"""


class TooMany(Exception):  # noqa: N818
    """The integration has sent all that it may in this minute."""


def receive(integration: Integration, body: bytes) -> Receipt:
    """Keep a body; once this returns and the transaction is over, it is safe. Raises TooMany, DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [integration.pk])
        (count,) = cursor.fetchone()
    if count > integration.most_per_minute:
        raise TooMany
    return Receipt.objects.create(integration=integration, body=body)


def process_receipts(*, limit: int = BATCH) -> int:
    """Turn waiting bodies into alerts, in the order in which they came. Returns how many were looked at.

    One worker at a time: the order counts. Others find the lock taken and leave.
    """
    done = 0
    for _round in range(ROUNDS):
        fresh = _process_batch(limit)
        done += fresh
        if not fresh:
            break
    return done


def _process_batch(limit: int) -> int:
    try:
        with transaction.atomic():
            receipts = _claim(limit)
            _work_off(receipts)
            return len(receipts)
    except Exception:
        if not transaction.get_connection().is_usable():
            raise
        logger.exception("a batch of received bodies failed; each is tried alone")
    return _process_singly(limit)


def _process_singly(limit: int) -> int:
    """After a batch has failed: what fails alone as well waits, and is kept aside in the end."""
    count = 0
    for pk in list(_waiting().values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                receipts = _claim(1, pk=pk)
                _work_off(receipts)
        except DatabaseError as error:
            if not transaction.get_connection().is_usable():
                raise
            _put_off(pk, error)
        except Exception as error:
            _put_off(pk, error)
        count += 1
    return count


def _put_off(pk: int, error: Exception) -> None:
    logger.warning("received body %s failed: %s", pk, type(error).__name__, exc_info=error)
    receipt = Receipt.objects.get(pk=pk)
    receipt.attempts += 1
    receipt.reason = f"{type(error).__name__}: {error}"[:1000].replace("\x00", "")
    if receipt.attempts >= MOST_ATTEMPTS:
        receipt.status = ReceiptStatus.QUARANTINED
    receipt.due_at = clock.now() + RETRY_AFTER * receipt.attempts
    receipt.save(update_fields=["attempts", "reason", "status", "due_at"])


def _waiting() -> QuerySet[Receipt]:
    return Receipt.objects.filter(status=ReceiptStatus.WAITING, due_at__lte=Now()).order_by("pk")


def _claim(limit: int, *, pk: int | None = None) -> list[Receipt]:
    """The oldest that wait; none where another worker is at it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('received bodies', 0))")
        if not cursor.fetchone()[0]:
            return []
    waiting = _waiting().filter(pk=pk) if pk else _waiting()
    related = ("integration__service__business_line", "integration__level")
    return list(waiting.select_related(*related).select_for_update(skip_locked=True, of=("self",))[:limit])


def _work_off(receipts: list[Receipt]) -> None:
    if not receipts:
        return
    incoming: list[Incoming] = []
    for receipt in receipts:
        incoming += _read(receipt)
    apply_signals(incoming)
    changed = ["status", "reason", "signals", "is_sanitised"]
    Receipt.objects.bulk_update(receipts, changed, batch_size=500)
    by_integration = {receipt.integration_id: receipt.received_at for receipt in receipts}
    for pk, received_at in by_integration.items():
        Integration.objects.filter(pk=pk).update(last_received_at=received_at)


def _read(receipt: Receipt) -> list[Incoming]:
    """What the body says; where it says nothing that we know, the receipt says so."""
    integration = receipt.integration
    try:
        body, receipt.is_sanitised = read(bytes(receipt.body))
        signals = signals_of(integration.kind, body, integration.mapping)
    except NotAnAlert as other:
        receipt.status, receipt.reason = ReceiptStatus.IGNORED, other.kind
        return []
    except NotUnderstood as refused:
        receipt.status, receipt.reason = ReceiptStatus.QUARANTINED, str(refused)[:1000]
        return []
    receipt.status, receipt.reason, receipt.signals = ReceiptStatus.DONE, "", len(signals)
    return [Incoming(integration, signal, receipt.received_at) for signal in signals]


def drop_old_receipts() -> int:
    """Bodies and counts that are old enough. What still waits is kept. Returns how many bodies went."""
    before: datetime = clock.now() - KEPT
    Tally.objects.filter(minute__lt=before).delete()
    old = Receipt.objects.filter(received_at__lt=before).exclude(status=ReceiptStatus.WAITING)
    return old.delete()[0]
