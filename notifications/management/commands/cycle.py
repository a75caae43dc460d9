"""Ticks the cycle every second without needing the broker; sends what is due, and keeps watch, in threads beside it."""

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection

from notifications.cycle import ALERTS, CLOCKWORK, ERRANDS, ROUNDS, run_cycle, run_steps
from notifications.keeper import keep_watch
from notifications.services.sending import send_until

logger = logging.getLogger(__name__)

WATCH_EVERY = 1.0


class Command(BaseCommand):
    help = "Runs the cycle every second until stopped, and sends beside it. Any number of copies may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between two ticks")
        parser.add_argument("--name", default="cycle", help="the name under which it shows on the pager's health page")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped, hint = threading.Event(), threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopped.set()
            hint.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # Threads of their own: they go on when the cycle hangs. The keeper dies with the process.
        watch = partial(repeat, keep_watch, stopped, WATCH_EVERY)
        threading.Thread(target=with_connection(watch), name="keeper", daemon=True).start()
        alerts = partial(repeat, partial(run_steps, ALERTS), stopped, options["every"])
        errands = partial(repeat, partial(run_steps, ERRANDS), stopped, options["every"])
        rounds = partial(repeat, partial(run_steps, ROUNDS), stopped, options["every"])
        beside = [
            threading.Thread(target=with_connection(partial(send_until, stopped, hint)), name="sender"),
            threading.Thread(target=with_connection(errands), name="errands"),
            threading.Thread(target=with_connection(alerts), name="alerts"),
            threading.Thread(target=with_connection(rounds), name="rounds"),
        ]
        for thread in beside:
            thread.start()
        try:
            repeat(partial(self._tick, options["name"], hint), stopped, options["every"])
        finally:
            stop(signal.SIGTERM, None)  # the threads end with it, whatever ended it
            for thread in beside:
                thread.join()

    def _tick(self, name: str, hint: threading.Event) -> None:
        run_cycle(name, CLOCKWORK)
        hint.set()


def with_connection(act: Callable[[], object]) -> Callable[[], None]:
    """A thread's connection to the database ends with the thread."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    return run


def repeat(act: Callable[[], object], stopped: threading.Event, every: float) -> None:
    """Again and again until stopped."""
    while not stopped.is_set():
        try:
            close_old_connections()
            act()
        except Exception:
            # The database is away: say so once a tick and try again with a fresh connection.
            logger.exception("The cycle could not run")
            connection.close()
        stopped.wait(every)
