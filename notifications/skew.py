"""How wrong this machine's clock is. The one place that asks it: nothing else goes by it."""

import time
from datetime import timedelta

from lifecycle import clock


def clock_skew() -> timedelta:
    """How far it is ahead of the database's. What the question took cannot be told from skew, so only what lies
    outside of it counts."""
    before = time.time()
    there = clock.now().timestamp()
    after = time.time()
    ahead = before - there if before > there else min(after - there, 0)
    return timedelta(seconds=ahead)
