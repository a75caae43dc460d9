"""How soon a page is out, and what a second costs in which nothing is due: ``python -m bench.paging [incidents]``.

Starts a whole product in a temporary folder with the fake carrier. Prints the time from the report of an incident to
the carrier's first yes, and of one cycle over an empty and over a full outbox.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2

from deploy.stack import Stack
from tests.scenarios import within

PAUSE = 0.4  # seconds between two incidents
STORED = 100_000
CYCLES = 50
LATENCIES = """
    SELECT extract(epoch FROM min(d.sent_at) - i.reported_at)::float
    FROM incidents_incident i LEFT JOIN notifications_delivery d ON d.incident_id = i.id AND d.purpose = 'page'
    GROUP BY i.id ORDER BY 1
"""


def main(incidents: int) -> None:
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as name:
        Path(name).chmod(0o711)  # root's PostgreSQL runs as another user and must get through
        stack = Stack(Path(name) / "var")
        try:
            stack.start()
            measure_latency(stack, incidents)
            stack.supervisor.stop("worker", "beat", "cycle", "web")
            measure_idle_cycle(stack)
        finally:
            stack.stop()


def measure_latency(stack: Stack, incidents: int) -> None:
    (duty,) = within.run(stack, "lay_out", 1)
    within.run(stack, "report_many", duty["service"], incidents, PAUSE)
    deadline = time.monotonic() + 60
    while None in (latencies := _column(stack, LATENCIES)) and time.monotonic() < deadline:
        time.sleep(1)
    if None in latencies or len(latencies) != incidents:
        raise SystemExit(f"{latencies.count(None)} of {len(latencies)} incidents paged nobody within a minute")
    p99 = latencies[max(0, round(0.99 * len(latencies)) - 1)]
    figures = f"p50 {statistics.median(latencies):.2f} s, p99 {p99:.2f} s, longest {latencies[-1]:.2f} s"
    print(f"report to the carrier's first yes, {incidents} incidents {PAUSE} s apart: {figures}")


def measure_idle_cycle(stack: Stack) -> None:
    for stored in (0, STORED):
        if stored:
            within.run(stack, "store_past", stored)
        cost = within.run(stack, "time_cycle", CYCLES)
        held = _column(stack, "SELECT count(*) FROM notifications_delivery")[0]
        print(
            f"one cycle with nothing due, {held:>7,} stored deliveries: "
            f"median {cost['median_ms']:.1f} ms, longest {cost['longest_ms']:.1f} ms, {cost['queries']} queries"
        )


def _column(stack: Stack, sql: str) -> list[Any]:
    line = psycopg2.connect(stack.postgres.url)
    try:
        with line, line.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]
    finally:
        line.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
