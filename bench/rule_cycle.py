"""One rule cycle from stored frames to verdict rows, day over day: ``python -m bench.rule_cycle [series ...]``.

Makes its own PostgreSQL; prints seconds a frame stored and a rule judged.
"""

import os
import sys
import time
from datetime import timedelta


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
            measure(size)
    finally:
        stack.stop()


def measure(size: int) -> None:
    import numpy as np

    from detection import frames
    from detection.models import Series
    from detection.services import evaluate_due
    from lifecycle import clock
    from tests.detection.made import make_metric, make_rule

    metric = make_metric(dimensions=["merchant"])
    rows = (Series(metric=metric, labels={"merchant": str(n)}, key=f'["{n}"]', position=n) for n in range(size))
    Series.objects.bulk_create(rows, batch_size=10_000)
    now = metric.align(clock.now()) - timedelta(minutes=1)
    parameters = {"direction": "below", "ratio": 0.5, "days": 1, "around": 0}
    make_rule(metric, kind="earlier_days", parameters=parameters, evaluate_from=now - timedelta(minutes=1))
    values = np.random.default_rng(1).uniform(90, 110, size)
    started = time.perf_counter()
    for at in (now - timedelta(days=1), now):
        frames.append_frame(metric, at, dict(enumerate(values.tolist())), width=size)
    stored = (time.perf_counter() - started) / 2
    started = time.perf_counter()
    if evaluate_due() != 1:
        raise SystemExit("the frame was not judged")
    print(f"{size:>9,} series: frame stored in {stored:.3f} s, judged in {time.perf_counter() - started:.3f} s")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main([int(word) for word in sys.argv[1:]] or [10_000, 100_000])
