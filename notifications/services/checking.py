"""Asks carriers what became of messages of which nothing final was heard: callbacks get lost.

Also minds the time: what a carrier took and does not deliver goes on by the next channel, and is given up at last.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction

from incidents.services.claiming import act_on_each, complain
from lifecycle import clock
from lifecycle.rows import update_rows
from notifications import providers
from notifications.channels import ChannelError, Report
from notifications.models import Delivery, DeliveryStatus
from notifications.services.breaking import Switchboard

CHECKS = tuple(timedelta(seconds=seconds) for seconds in (20, 45, 90, 180, 360, 600))
"""After it was sent; at the last of them it is given up."""
TAKEN_OVER_AFTER = CHECKS[1]
TALKING_FOR = timedelta(minutes=2)
ANOTHER_LOOK = timedelta(minutes=1)
AT_ONCE = 8
Question = tuple[Delivery, bool]
"""(the message, whether its carrier answers at the moment)"""


def first_check_at(sent_at: datetime) -> datetime:
    return sent_at + CHECKS[0]


def check_statuses(*, limit: int = 40) -> int:
    """Look after every message whose time for it has come; one of the errands. Returns how many."""
    questions = _claim(limit)
    if not questions:
        return 0
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="check") as pool:
        reports = list(pool.map(_ask, questions))
    answered = [(delivery, report) for (delivery, _is_up), report in zip(questions, reports, strict=True)]
    complain(act_on_each(_settle, answered)[1])
    return len(questions)


@transaction.atomic
def _claim(limit: int) -> list[Question]:
    """Move the moment of the next look on: so nobody else looks meanwhile, and a crash costs one look."""
    now = clock.now()
    due = Delivery.objects.filter(check_at__lte=now).order_by("check_at", "id")
    rows = list(due.select_for_update(no_key=True, skip_locked=True)[:limit])
    for row in rows:
        row.check_at = _next_check_at(row.sent_at or now, now)
    update_rows(rows, ["check_at"])
    board = Switchboard(now) if rows else None
    return [(row, board is not None and not board.is_open((row.provider, row.channel))) for row in rows]


def _next_check_at(sent_at: datetime, now: datetime) -> datetime:
    later = (sent_at + after for after in CHECKS if sent_at + after > now)
    return next(later, now + ANOTHER_LOOK)


def _ask(question: Question) -> Report | None:
    """Runs in a thread: touches no row."""
    delivery, is_up = question
    provider = providers.provider_of(delivery.provider, delivery.channel)
    if not (is_up and provider and provider.reports and delivery.provider_id):
        return None
    try:
        return provider.reporting.fetch(delivery.provider_id)
    except ChannelError:
        return None  # There is another look.


def _settle(delivery: Delivery, report: Report | None) -> None:
    from notifications.services.callbacks import record_report

    fresh = Delivery.objects.select_related("incident", "recipient", "chat").get(pk=delivery.pk)
    if report is not None and report.status != _last_heard(fresh):
        record_report(fresh, report, provider_id=fresh.provider_id)
    _mind_the_time(fresh)


def _last_heard(delivery: Delivery) -> str:
    return delivery.callbacks.order_by("-id").values_list("status", flat=True).first() or ""


@transaction.atomic
def _mind_the_time(delivery: Delivery) -> None:
    from notifications.services.ending import fail, take_over
    from notifications.services.locking import lock_message

    lock_message(delivery)
    waited = clock.now() - (delivery.sent_at or clock.now())
    if delivery.status != DeliveryStatus.SENT or waited < TAKEN_OVER_AFTER:
        return
    if waited >= CHECKS[-1]:
        fail(delivery, code="unknown", text="unknown")
    elif not (waited < TALKING_FOR and _last_heard(delivery) == "in-progress"):
        take_over(delivery)
