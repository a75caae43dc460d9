"""Ten thousand pages that are due in the same second: ``python -m bench.storm [pages]``.

Starts a whole product in a temporary folder with the fake carrier: cycles, worker, beat and web as in production.
Prints how long it took until the carrier had all of them, how late they were, how often it got one twice, and the
memory of the process that sends.
"""

import json
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg2

from deploy.stack import Stack
from tests.scenarios import within

AHEAD = 20.0  # seconds in which the rows are written before they are due
PATIENCE = 600
LAGS = """
    SELECT percentile_cont(ARRAY[0.5, 0.99, 1])
        WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - wanted_at)::float)::float[],
        extract(epoch FROM max(sent_at) - min(wanted_at))::float
    FROM notifications_delivery WHERE destination LIKE '+1556%' AND sent_at IS NOT NULL
"""
LEFT = "SELECT count(*) FROM notifications_delivery WHERE destination LIKE '+1556%' AND sent_at IS NULL"


def main(pages: int) -> None:
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as name:
        Path(name).chmod(0o711)  # root's PostgreSQL runs as another user and must get through
        stack = Stack(Path(name) / "var")
        try:
            stack.start()
            measure(stack, pages)
        finally:
            stack.stop()


def measure(stack: Stack, pages: int) -> None:
    due = within.run(stack, "prepare_storm", pages, AHEAD + pages / 500)
    end, peak = due + PATIENCE, 0
    while time.time() < end and _ask(stack, LEFT)[0][0]:
        peak = max(peak, _memory(stack.pids["cycle"]))
        time.sleep(0.5)
    left = _ask(stack, LEFT)[0][0]
    ((lags, took),) = _ask(stack, LAGS)
    times = Counter(message["to"] for message in _carrier(stack)["messages"] if message["to"].startswith("+1556"))
    print(f"{pages:,} pages due in one second: all but {left} at the carrier after {took:.1f} s")
    print(f"{pages / took:.0f} a second")
    print(f"late by p50 {lags[0]:.1f} s, p99 {lags[1]:.1f} s, longest {lags[2]:.1f} s")
    print(f"people who got it twice: {sum(number > 1 for number in times.values())}; not at all: {pages - len(times)}")
    print(f"memory of the sending process at most {peak / 1024:.0f} MB")


def _ask(stack: Stack, sql: str) -> list[Any]:
    line = psycopg2.connect(stack.postgres.url)
    try:
        with line, line.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        line.close()


def _carrier(stack: Stack) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 (an address of ours)
        f"{stack.carrier_url}/control/state", headers={"X-Control-Token": stack.env["TWILIO_AUTH_TOKEN"]}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        content: dict[str, Any] = json.load(answer)
    return content


def _memory(pid: int) -> int:
    """Resident kilobytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
