"""Ticks the cycle every second without needing the broker."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection

from notifications.cycle import run_cycle

logger = logging.getLogger(__name__)


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
        while not stopped.is_set():
            self._tick(options["name"])
            stopped.wait(options["every"])

    def _tick(self, name: str) -> None:
        try:
            close_old_connections()
            run_cycle(name)
        except Exception:
            # The database is away: say so once a tick and try again with a fresh connection.
            logger.exception("The cycle could not run")
            connection.close()
