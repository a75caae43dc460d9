"""Sources for the tests: a SQLite file, a database of the test server behind a port, and their payments."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from detection.models import Collection, Metric, Source
from detection.services import add_source, collect_metric
from tests.detection.made import make_metric

MINUTE = timedelta(minutes=1)
COLUMNS = "at TEXT, merchant TEXT, category TEXT, status TEXT, amount NUMERIC"


class Shop:
    """A SQLite file with a table of payments, which somebody else goes on writing."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "shop.db"
        with self.open() as line:
            line.execute(f"CREATE TABLE payments ({COLUMNS})")

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        line = sqlite3.connect(self.path)
        try:
            with line:
                yield line
        finally:
            line.close()

    def pay(
        self, at: datetime, *, count: int = 1, merchant: Any = "m1", category: Any = "books", **fields: Any
    ) -> None:
        row = (
            at.strftime("%Y-%m-%d %H:%M:%S") if at.tzinfo else at,
            merchant,
            category,
            fields.get("status", "paid"),
            fields.get("amount", 10),
        )
        with self.open() as line:
            line.executemany("INSERT INTO payments VALUES (?, ?, ?, ?, ?)", [row] * count)

    def source(self, **fields: Any) -> Source:
        fields.setdefault("slug", f"shop-{Source.objects.count()}")
        return add_source(name="Shop", kind="sqlite", options={"path": self.path.name}, **fields)


def payments_metric(source: Source, *, start: datetime, metric: Metric | None = None, **fields: Any) -> Collection:
    """Payments by minute x merchant x category, from ``start`` on."""
    metric = metric or make_metric(dimensions=["merchant", "category"])
    fields.setdefault("labels", {name: name for name in metric.dimensions})
    fields.setdefault("table", "payments")
    fields.setdefault("time_column", "at")
    return collect_metric(metric, source=source, collect_from=start, **fields)


class Door:
    """A port on the loopback that leads to a socket file, and that can be shut, or fall silent."""

    def __init__(self, path: str) -> None:
        self.path, self.is_silent = path, False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def shut(self) -> None:
        for line in [self.server, *self.lines]:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                outside, _address = self.server.accept()
                self.lines.append(outside)
                if self.is_silent:
                    continue
                inside = socket.socket(socket.AF_UNIX)
                inside.connect(self.path)
                self.lines.append(inside)
                for pair in ((outside, inside), (inside, outside)):
                    threading.Thread(target=_carry, args=pair, daemon=True).start()


def _carry(giver: socket.socket, taker: socket.socket) -> None:
    with suppress(OSError):
        while data := giver.recv(65536):
            taker.sendall(data)
    with suppress(OSError):
        taker.shutdown(socket.SHUT_WR)
