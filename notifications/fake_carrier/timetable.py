"""Runs things later: one thread watches the clock, a small pool does the work, so ten thousand messages may wait."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

logger = logging.getLogger(__name__)


class Timetable:
    def __init__(self, *, workers: int = 8) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._wake = threading.Condition()
        self._is_closed = False
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="fake-carrier-work")
        self._thread = threading.Thread(target=self._watch, name="fake-carrier-clock", daemon=True)
        self._thread.start()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), work))
            self._wake.notify()

    def close(self) -> None:
        with self._wake:
            self._is_closed = True
            self._wake.notify()
        self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _watch(self) -> None:
        while work := self._next_due():
            self._pool.submit(self._run, work)

    def _next_due(self) -> Callable[[], None] | None:
        with self._wake:
            while not self._is_closed:
                remaining = self._due[0][0] - time.monotonic() if self._due else None
                if remaining is not None and remaining <= 0:
                    return heapq.heappop(self._due)[2]
                self._wake.wait(remaining)
            return None

    @staticmethod
    def _run(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            # The carrier goes on whatever one message did to it.
            logger.exception("The fake carrier failed at a piece of work")
