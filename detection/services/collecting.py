"""Collects what is due: claim under a lease, ask the source outside any transaction, store fenced by the lease.

Every interval is stored once whatever number of workers look: whoever has lost its lease stores nothing.
"""

import logging
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, F, Max

from detection import frames
from detection.believing import Believed, Labels, Rejected, believe
from detection.due import due_at, plan
from detection.models import Collection, Metric, RejectedRows
from detection.models.metric import EPOCH
from detection.models.source import RETRY_FIRST, RETRY_MOST
from detection.services.metrics import label_key, positions_of
from detection.services.reading import bounds_of, pace_of, query_of
from detection.services.sources import access_of
from detection.sources import SourceError, reader_of
from lifecycle import clock
from lifecycle.transitions import InputRefused

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
"""Longer than STRETCH and one question after it."""
STRETCH = 20.0
"""Seconds for which one metric may catch up before the next one has its turn."""


THREADS, OF_ONE_SOURCE = 4, 2
"""How many metrics are read at once, and how many of them out of one source: one that hangs leaves room for others."""
TASK_SECONDS = 5.0
"""How long a task claims metrics; it ends when its last answer has come."""
COLLECTORS_LOCK = 0x636F6C6C
"""The advisory lock of the worker that collects."""


def collect_for_a_while() -> int:
    """As a task of a worker: nothing where another worker is at it already, so that sources that hang never take more
    than one worker away from paging and judging. Returns how many intervals were stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [COLLECTORS_LOCK])
        if cursor.fetchone() != (True,):
            return 0
    try:
        if not Collection.objects.due(clock.now()).exists():
            return 0
        with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="collect") as pool:
            return sum(pool.map(_collect_beside, range(THREADS)))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [COLLECTORS_LOCK])


def _collect_beside(_number: int) -> int:
    """In a thread of its own, with a connection of its own."""
    try:
        return collect_due(seconds=TASK_SECONDS)
    finally:
        connection.close()


def collect_due(*, limit: int | None = None, seconds: float = 60.0) -> int:
    """Collect whatever is due, one metric after the other. Returns how many intervals were stored."""
    ends_at, stored = time.monotonic() + seconds, 0
    for _turn in range(limit or 10_000):
        # The time first: what is claimed and not read is nobody's until its lease ends.
        if time.monotonic() > ends_at or (collection := claim_next()) is None:
            break
        stored += collect(collection)
    return stored


@transaction.atomic
def claim_next() -> Collection | None:
    """The collection that is most overdue, ours for the length of a lease."""
    now = clock.now()
    reading = Collection.objects.filter(leased_until__gt=now).order_by().values("source")
    busy = reading.annotate(count=Count("pk")).filter(count__gte=OF_ONE_SOURCE).values("source")
    free = (
        Collection.objects.due(now)
        .exclude(source__in=busy)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )
    collection = free.select_related("metric", "source").order_by("due_at").first()
    if collection is None:
        return None
    collection.lease, collection.leased_until = uuid.uuid4(), now + LEASE
    collection.save(update_fields=["lease", "leased_until"])
    return collection


def collect(collection: Collection) -> int:
    """Read what is due of a claimed collection and let it go. Returns how many intervals were stored.

    What goes wrong is written down and tried again later; it never stops the worker.
    """
    stored = 0
    try:
        for at, believed in _answers(collection):
            if not _store(collection, at, believed):
                return stored
            stored += 1
    except SourceError as error:
        _fail(collection, error)
        return stored
    except Exception as error:  # one broken metric must not keep the others from being collected
        logger.exception("metric %s could not be collected", collection.metric_id)
        _fail(collection, SourceError(f"{type(error).__name__}"))
        return stored
    _let_go(collection)
    return stored


def _answers(collection: Collection) -> Iterator[tuple[datetime, Believed]]:
    """(interval, what is believed of it), those read before first."""
    metric, query, bounds = collection.metric, query_of(collection), bounds_of(collection)
    todo = plan(clock.now(), collection.collected_to, pace_of(collection))
    if todo.skipped:
        collection.collected_to += todo.skipped * metric.interval
    if not todo.fresh:
        return
    ends_at = time.monotonic() + STRETCH
    with reader_of(collection.source.kind, access_of(collection.source)) as reader:
        for at in (*todo.again, *todo.fresh):
            if time.monotonic() > ends_at:
                return
            yield at, believe(reader.read(query, at, at + metric.interval), len(metric.dimensions), bounds)


@transaction.atomic
def _store(collection: Collection, at: datetime, believed: Believed) -> bool:
    """Put an answer into the interval's frame. False where the lease is somebody else's by now."""
    held = _held(collection)
    if held is None:
        return False
    metric = collection.metric
    positions = _positions(metric, believed)
    width = (metric.series.aggregate(last=Max("position"))["last"] or 0) + 1
    seen = _seen(held, width)
    places = _zeros(metric, seen, at) if held.zero_when_missing else {}
    places |= {positions[labels]: value for labels, value in believed.values.items() if labels in positions}
    seen[list(positions.values())] = (at - EPOCH).days
    is_first = at >= held.collected_to
    if is_first or places:
        frames.append_frame(metric, at, places, width=width)
    _report(held, at, believed.rejected)
    held.collected_to = max(held.collected_to, at + metric.interval)
    held.leased_until, held.succeeded_at = clock.now() + LEASE, clock.now()
    held.failures, held.last_error, held.seen = 0, "", seen.tobytes()
    held.save(
        update_fields=["collected_to", "leased_until", "succeeded_at", "failures", "last_error", "seen"],
    )
    collection.collected_to = held.collected_to
    return True


def _held(collection: Collection) -> Collection | None:
    """The row, locked, while it is still ours."""
    ours = Collection.objects.select_for_update(no_key=True).filter(pk=collection.pk, lease=collection.lease)
    return ours.first()


def _positions(metric: Metric, believed: Believed) -> dict[Labels, int]:
    """Where the series stand; new ones are made, unless there are too many."""
    named = {labels: dict(zip(metric.dimensions, labels, strict=True)) for labels in believed.values}
    keys = {label_key(metric, labels): labels for labels in named.values()}
    by_labels = {labels: label_key(metric, named[labels]) for labels in named}
    try:
        found = positions_of(metric, keys)
    except InputRefused:
        believed.rejected.setdefault("series", Rejected()).count += len(keys)
        found = dict(metric.series.filter(key__in=list(keys)).values_list("key", "position"))
    return {labels: found[key] for labels, key in by_labels.items() if key in found}


def _seen(held: Collection, width: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """The day on which each series was last seen, by position; -1 for never."""
    known = np.frombuffer(bytes(held.seen), dtype=np.int32)
    days = np.full(max(width, len(known)), -1, dtype=np.int32)
    days[: len(known)] = known
    return days


def _zeros(metric: Metric, seen: "np.ndarray[tuple[int], np.dtype[np.int32]]", at: datetime) -> dict[int, float]:
    """A zero for every series that was seen within what the metric keeps."""
    oldest = (at - EPOCH - metric.retention).days
    return dict.fromkeys(np.flatnonzero(seen >= max(oldest, 0)).tolist(), 0.0)


def _report(held: Collection, at: datetime, rejected: dict[str, Rejected]) -> None:
    for reason, note in rejected.items():
        row, is_new = RejectedRows.objects.get_or_create(
            collection=held,
            reason=reason,
            defaults={"count": note.count, "sample": note.sample, "interval_at": at, "last_at": clock.now()},
        )
        if not is_new:
            RejectedRows.objects.filter(pk=row.pk).update(
                count=F("count") + note.count, sample=note.sample, interval_at=at, last_at=clock.now()
            )


@transaction.atomic
def _fail(collection: Collection, error: SourceError) -> None:
    """Wait before the next try, longer each time. An interval that asks for too much is left as a gap."""
    held = _held(collection)
    if held is None:
        return
    held.failures += 1
    held.last_error = str(error)
    wait = min(RETRY_FIRST * 2 ** min(held.failures - 1, 10), RETRY_MOST)
    if error.tries is not None and held.failures >= error.tries:
        metric = collection.metric
        width = (metric.series.aggregate(last=Max("position"))["last"] or 0) + 1
        frames.append_frame(metric, held.collected_to, {}, width=width)
        held.collected_to += metric.interval
        wait = timedelta(0)
    held.due_at = max(clock.now() + wait, due_at(held.collected_to, pace_of(collection)))
    held.lease, held.leased_until = None, None
    held.save(update_fields=["failures", "last_error", "collected_to", "due_at", "lease", "leased_until"])


@transaction.atomic
def _let_go(collection: Collection) -> None:
    held = _held(collection)
    if held is not None:
        held.collected_to = max(held.collected_to, collection.collected_to)
        held.due_at = due_at(held.collected_to, pace_of(collection))
        held.lease, held.leased_until = None, None
        held.save(update_fields=["collected_to", "due_at", "lease", "leased_until"])
