"""Rings when events were recorded, so that the cycle looks at once instead of within a second."""

import logging
import threading
from typing import Any

from kombu.exceptions import OperationalError

from notifications.tasks import run_cycle, send_deliveries

logger = logging.getLogger(__name__)


class Bell:
    """Asks a worker to run the cycle now, in a thread of its own.

    A broker that is away keeps its caller for seconds, at every event: neither a request nor the cycle may wait for
    that. Nothing is lost without the bell: the ticker comes within a second.
    """

    def __init__(self) -> None:
        self._pulled = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def pull(self) -> None:
        """Returns at once. Pulls that come while it rings become one more ring."""
        self._pulled.set()
        with self._starting:
            # A forked process inherits the bell, but not its thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="doorbell", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            self._pulled.wait()
            self._pulled.clear()
            try:
                for task in (run_cycle, send_deliveries):
                    task.apply_async(expires=5, retry=False)
            except OperationalError:
                logger.warning("The broker is away; the ticker takes over")
            except Exception:
                logger.exception("The doorbell does not ring; the ticker takes over")


bell = Bell()


def ring(**_signal: Any) -> None:
    """The receiver of "events were recorded"."""
    bell.pull()
