"""Ticks the cycle every second without needing the broker, and keeps watch over it in a thread beside it."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection

from notifications.cycle import run_cycle
from notifications.keeper import keep_watch

logger = logging.getLogger(__name__)

WATCH_EVERY = 1.0


class Command(BaseCommand):
    help = "Runs the cycle every second until stopped. Any number of copies may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between two ticks")
        parser.add_argument("--name", default="cycle", help="the name under which it shows on the pager's health page")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopped.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # A thread of its own, which goes on when the cycle hangs; it dies with the process.
        watch = (keep_watch, WATCH_EVERY, stopped)
        threading.Thread(target=_repeat, args=watch, name="keeper", daemon=True).start()
        _repeat(lambda: run_cycle(options["name"]), options["every"], stopped)


def _repeat(act: Callable[[], object], every: float, stopped: threading.Event) -> None:
    while not stopped.is_set():
        _tick(act)
        stopped.wait(every)


def _tick(act: Callable[[], object]) -> None:
    try:
        close_old_connections()
        act()
    except Exception:
        # The database is away: say so once a tick and try again with a fresh connection.
        logger.exception("The cycle could not run")
        connection.close()
