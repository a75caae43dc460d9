"""One rule cycle, from stored frames to verdict rows: ``python -m bench.rule_cycle [series ...]``.

Day over day and the robust seasonal band of four weeks; beside them plain numpy on the same stored frames, and the
day-over-day rule in Prometheus where its binaries are (``PROMETHEUS_BIN`` names their directory). Makes its own
PostgreSQL.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

SIZES = [10_000, 100_000, 1_000_000]
ROUNDS = 7
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AROUND = 5
DAY_OVER_DAY = {"direction": "below", "ratio": 0.5, "days": 1, "around": 0, "minimum_expected": 1}
SEASONAL = {"direction": "both", "width": 5, "weeks": 4, "around": AROUND}
MOST_IN_PROMETHEUS = 100_000
"""It takes many minutes to be given a million series."""
FALLEN = 3
"""So many series have lost most of their payments and fire."""


def main(sizes: list[int]) -> None:
    from tests import servers

    stack = servers.Servers()
    stack.start()
    servers.use_redis_of("")
    try:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        for size in sizes:
            Trial(size).run()
    finally:
        stack.stop()


class Trial:
    """One metric of so many series, and the frames of four weeks that the two rules read."""

    def __init__(self, size: int) -> None:
        from lifecycle import clock
        from tests.detection.made import make_metric

        self.size = size
        self.metric = make_metric(dimensions=["merchant"])
        self.random = np.random.default_rng(size)
        self.now = self.metric.align(clock.now()) - 30 * MINUTE
        self.frames: dict[datetime, Any] = {}

    def run(self) -> None:
        self._make_series()
        self._store_past()
        self._measure("day over day", "earlier_days", DAY_OVER_DAY, self._plain_day)
        self.now += ROUNDS * MINUTE
        self._measure("band of four weeks", "seasonal", SEASONAL, self._plain_band)
        self._measure_prometheus()

    def say(self, words: str) -> None:
        print(f"{self.size:>9,} series  {words}", flush=True)

    def _make_series(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO detection_series (metric_id, labels, key, position) SELECT %s, "
                "jsonb_build_object('merchant', n::text), '[\"' || n || '\"]', n FROM generate_series(0, %s) n",
                [self.metric.pk, self.size - 1],
            )

    def _values(self) -> Any:
        return self.random.poisson(100, self.size).astype(np.float32)

    def _store_past(self) -> None:
        """What both rules will read; then how fast that was."""
        from detection import frames

        steps = range(-AROUND, AROUND + 2 * ROUNDS + 1)
        times = [self.now - week * 7 * DAY + step * MINUTE for week in (4, 3, 2, 1) for step in steps]
        times += [self.now - DAY + step * MINUTE for step in range(ROUNDS)]
        rows = [(at, self._values()) for at in sorted(times)]
        started = time.perf_counter()
        for start in range(0, len(rows), 10):
            frames.write_frames(self.metric, rows[start : start + 10])
        spent = time.perf_counter() - started
        rate = len(rows) / spent
        self.say(f"frames stored, ten at a time: {rate:8.1f} a second, {rate * self.size / 1e6:6.1f} million values")
        self.frames = {at: row for at, row in rows if at > self.now - 2 * DAY}

    def _measure(self, name: str, kind: str, parameters: dict[str, Any], plain: Callable[[datetime], int]) -> None:
        """Minute by minute, as the worker does: a frame comes, ``evaluate_due`` judges it."""
        from detection import frames
        from detection.services import disable_rule, evaluate_due
        from tests.detection.made import make_rule

        rule = make_rule(self.metric, kind=kind, parameters=parameters, evaluate_from=self.now - MINUTE, fire_of=60)
        stored, judged, bare = [], [], []
        for step in range(ROUNDS):
            at, row = self.now + step * MINUTE, self._values()
            row[:FALLEN] = 1
            self.frames[at] = row
            stored.append(_seconds(lambda: frames.write_frames(self.metric, [(at, row)])))  # noqa: B023 - called at once
            judged.append(_seconds(evaluate_due))
            bare.append(_seconds(lambda: plain(at)))  # noqa: B023
        self._check(rule)
        disable_rule(rule, actor=None, via="system")
        frame, cycle, beside = (statistics.median(each) * 1000 for each in (stored, judged, bare))
        best, best_bare = min(judged) * 1000, min(bare) * 1000
        self.say(
            f"{name:<18} cycle {cycle:8.1f} ms (best {best:.1f}), plain numpy {beside:8.1f} ms (best {best_bare:.1f}), "
            f"ratio {cycle / beside:.1f} ({best / best_bare:.1f}); its frame stored in {frame:.1f} ms"
        )

    def _check(self, rule: Any) -> None:
        """That the work was done: a verdict for every frame and series, firing where payments were lost."""
        codes = [verdict.by_position for verdict in rule.verdicts.all()]
        if len(codes) != ROUNDS or not all(len(row) == self.size and (row[:FALLEN] == 2).all() for row in codes):
            rule.refresh_from_db()
            raise SystemExit(f"{len(codes)} frames were not judged as they should have been: {rule.last_error}")

    def _plain_day(self, at: datetime) -> int:
        today, yesterday = _plain_read(self.metric.pk, [at, at - DAY])
        return int(np.count_nonzero(today < 0.5 * yesterday))

    def _plain_band(self, at: datetime) -> int:
        past = [at - week * 7 * DAY + step * MINUTE for week in (1, 2, 3, 4) for step in range(-AROUND, AROUND + 1)]
        today, *rows = _plain_read(self.metric.pk, [at, *past])
        history = np.stack(rows)
        middle = np.median(history, axis=0)
        scale = np.maximum(1.4826 * np.median(np.abs(history - middle), axis=0), np.sqrt(np.maximum(middle, 1)))
        return int(np.count_nonzero(np.abs(today - middle) > 5 * scale))

    def _measure_prometheus(self) -> None:
        from bench import _prometheus

        if self.size > MOST_IN_PROMETHEUS:
            return
        if _prometheus.binaries() is None:
            self.say("prometheus is not here: PROMETHEUS_BIN=directory, or install Debian's package")
            return
        at = self.now - MINUTE
        with tempfile.TemporaryDirectory() as folder:
            spent, found = _prometheus.measure(at, self.frames[at - DAY], self.frames[at], Path(folder))
        self.say(f"day over day in Prometheus {spent * 1000:8.1f} ms, {found} series found")


def _plain_read(metric: int, times: list[datetime]) -> list[Any]:
    """The stored frames in the order asked for, with as little around them as can be."""
    from django.db import connection

    buffer = BytesIO()
    with connection.cursor() as wrapped:
        cursor: Any = wrapped
        query = "SELECT at, values FROM detection_frame WHERE metric_id = %s AND at = ANY(%s)"
        command = cursor.mogrify(query, [metric, times]).decode()
        cursor.copy_expert(f"COPY ({command}) TO STDOUT (FORMAT binary)", buffer)
    raw, place, rows = buffer.getbuffer(), 19, {}
    while bytes(raw[place : place + 2]) != b"\xff\xff":
        moment, length = (int.from_bytes(raw[a : a + n], "big") for a, n in ((place + 6, 8), (place + 14, 4)))
        rows[moment] = np.frombuffer(raw, dtype=np.float32, count=length // 4, offset=place + 18)
        place += 18 + length
    order = [(at - datetime(2000, 1, 1, tzinfo=at.tzinfo)) // timedelta(microseconds=1) for at in times]
    return [rows[moment] for moment in order]


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main([int(word.replace(",", "")) for word in sys.argv[1:]] or SIZES)
