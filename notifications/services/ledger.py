"""How exactly paging keeps its moments: from when something was due to when it happened.

The rows themselves are the ledger: nothing that pages writes here, and a figure reads the index of one moment.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from lifecycle import clock
from notifications.models import Lateness

BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds in seconds."""
SETTLE = timedelta(seconds=30)
"""A transaction that is still open may yet bring a row of a moment ago: it is added up later."""
SOURCES = ("step", "message", "notice", "deadline")
LAGS = """
    SELECT 'step' AS what, created_at - wanted_at AS lag FROM notifications_delivery
    WHERE created_at > %(since)s AND created_at <= %(until)s AND purpose = 'page'
    UNION ALL
    SELECT 'message', sent_at - due_at FROM notifications_delivery WHERE sent_at > %(since)s AND sent_at <= %(until)s
    UNION ALL
    SELECT 'notice', fired_at - due_at FROM notifications_notice WHERE fired_at > %(since)s AND fired_at <= %(until)s
    UNION ALL
    SELECT 'deadline', b.recorded_at - greatest(b.due_at, i.reported_at) FROM incidents_breach b
    JOIN incidents_clock c ON c.id = b.clock_id JOIN incidents_incident i ON i.id = c.incident_id
    WHERE b.recorded_at > %(since)s AND b.recorded_at <= %(until)s
"""
"""What happened between two moments, and how late. A step's lag ends when its pages stand in the outbox, a message's
when the carrier has said yes; a wait that somebody asked for (a throttle, personal rules) is no lag of the message. A
deadline that had passed when its incident was reported could not be recorded before that."""
SECONDS = f"SELECT what, extract(epoch FROM greatest(lag, interval '0')) AS seconds FROM ({LAGS}) AS late"  # noqa: S608
QUANTILES = f"""
    SELECT what, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
           percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds), max(seconds)
    FROM ({SECONDS}) AS happened GROUP BY what
"""  # noqa: S608


@dataclass(frozen=True)
class Exactness:
    """Of one sort and stretch of time, in seconds; None where nothing happened."""

    what: str
    count: int
    p50: float | None
    p99: float | None
    longest: float | None


def read_exactness(*, since: datetime, until: datetime) -> list[Exactness]:
    """Every sort in one query."""
    with connection.cursor() as cursor:
        cursor.execute(QUANTILES, {"since": since, "until": until})
        found = {row[0]: row for row in cursor.fetchall()}
    return [_exactness(what, found.get(what)) for what in SOURCES]


def _exactness(what: str, row: tuple[str, int, float, float, float] | None) -> Exactness:
    if row is None:
        return Exactness(what, 0, None, None, None)
    _what, count, p50, p99, longest = row
    return Exactness(what, count, float(p50), float(p99), float(longest))


@transaction.atomic
def add_up() -> None:
    """Add to the histograms what has happened since they were last added up; every minute, by the keeper."""
    until = clock.now() - SETTLE
    rows = {row.what: row for row in Lateness.objects.select_for_update(skip_locked=True)}
    if not rows:
        new = [Lateness(what=what, counts=[0] * (len(BUCKETS) + 1), through=until) for what in SOURCES]
        Lateness.objects.bulk_create(new, ignore_conflicts=True)
    elif len(rows) == len(SOURCES):
        for what, seconds in _happened(since=min(row.through for row in rows.values()), until=until):
            rows[what].counts[bisect_left(BUCKETS, seconds)] += 1
            rows[what].seconds += seconds
        Lateness.objects.bulk_update(rows.values(), ["counts", "seconds"])
        Lateness.objects.update(through=until)


def _happened(*, since: datetime, until: datetime) -> list[tuple[str, float]]:
    with connection.cursor() as cursor:
        cursor.execute(SECONDS, {"since": since, "until": until})
        return [(what, float(seconds)) for what, seconds in cursor.fetchall()]
