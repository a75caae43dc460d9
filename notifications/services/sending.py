"""Sends what the outbox promises: claim under a lease, talk to the carrier outside any transaction, finish fenced.

A crash between claim and finish leaves the row in "sending"; when its lease runs out somebody claims it again, and
first asks the carrier whether the message went out after all.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.db import close_old_connections, connection

from incidents.services.claiming import complain
from notifications.services.claiming import SLOTS, Slots, claim_due
from notifications.services.claims import Claim, Outcome
from notifications.services.finishing import finish_all
from notifications.services.handing_over import hand_over

logger = logging.getLogger(__name__)

THREADS = 6 * SLOTS
LOOK_EVERY = 0.2
"""Seconds between two looks for what is due, while carriers keep every message waiting."""
GATHER = 0.01
"""Seconds for more answers to come in after the first: they are written down together."""

IDLE_LOOK = 0.5
"""Seconds between two looks while nothing is due."""
TASK_SECONDS = 5
"""How long a task claims messages; it ends when its last answer has come."""
WORKERS_LOCK = 0x6D61696E
"""The advisory lock of the worker that sends."""


class Sender:
    """Keeps every free slot busy while anything is due. What hangs occupies its own slots, and nothing else.

    One thread at a time may use it; the carriers are talked to in threads of its own, which touch no row.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="send")
        self._running: dict[Future[Outcome], Claim] = {}
        self._ended: list[tuple[Claim, Outcome]] = []

    @property
    def is_idle(self) -> bool:
        return not (self._running or self._ended)

    def fill(self, *, limit: int = 2 * SLOTS) -> int:
        """Claim what is due, as far as there are slots, and hand it over; returns how many messages that were."""
        claims = claim_due(Slots(claim.lane for claim in self._running.values()), limit=limit)
        for claim in claims:
            self._running[self._pool.submit(hand_over, claim)] = claim
        return len(claims)

    def gather(self, *, within: float) -> list[Exception]:
        """Wait at most so long for an answer, and write down what has come; the errors of what could not be written.
        Where the database is away this raises, and the next call tries again."""
        if self._running:
            done, _waiting = wait(self._running, timeout=within, return_when=FIRST_COMPLETED)
            if done and len(done) < len(self._running):
                done, _waiting = wait(self._running, timeout=GATHER)
            self._ended += [(self._running.pop(future), future.result()) for future in done]
        return finish_all(self._ended)

    def close(self) -> None:
        self._pool.shutdown(wait=False)


def send_due_deliveries(*, limit: int | None = None, seconds: float = 60) -> int:
    """Send until nothing is due, at most ``limit`` messages, for at most so long; then wait for the last answers.
    Returns how many messages were claimed. In the order of the cycle this is the last step."""
    return send_while(lambda: True, limit=limit, seconds=seconds)


def send_for_a_while() -> int:
    """As a task of a worker: nothing where another worker is at it already, so that a carrier that hangs never takes
    more than one of them; and not for long, because a task has an end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [WORKERS_LOCK])
        if cursor.fetchone() != (True,):
            return 0
    try:
        return send_while(lambda: True, seconds=TASK_SECONDS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [WORKERS_LOCK])


def send_until(stopped: threading.Event, hint: threading.Event) -> None:
    """As a thread of a process of its own: for ever. ``hint`` says that something is due now."""
    sender = Sender()
    try:
        while not (stopped.is_set() and sender.is_idle):
            _send_once(sender, stopped, hint)
    finally:
        sender.close()


def _send_once(sender: Sender, stopped: threading.Event, hint: threading.Event) -> None:
    try:
        close_old_connections()
        hint.clear()
        claimed = 0 if stopped.is_set() else sender.fill()
        complain(sender.gather(within=LOOK_EVERY))
        if not claimed and sender.is_idle:
            hint.wait(IDLE_LOOK)
    except Exception:
        # The database is away, or a row is at odds with us: say so, and go on with what can be sent.
        logger.exception("The sender stumbled")
        connection.close()
        stopped.wait(1)


def send_while(may_go_on: Callable[[], bool], *, limit: int | None = None, seconds: float) -> int:
    sender, end, sent, failures = Sender(), time.monotonic() + seconds, 0, list[Exception]()
    try:
        while True:
            left = 2 * SLOTS if limit is None else min(limit - sent, 2 * SLOTS)
            may_claim = left > 0 and time.monotonic() < end and may_go_on()
            claimed = sender.fill(limit=left) if may_claim else 0
            sent += claimed
            if not claimed and sender.is_idle:
                break
            failures += sender.gather(within=LOOK_EVERY)
    finally:
        sender.close()
    complain(failures)
    return sent
