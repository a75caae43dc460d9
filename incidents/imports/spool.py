"""Gathers the rows of each reference although they may stand anywhere in the file, on disk instead of in memory."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from incidents.imports.rows import Row

SCHEMA = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
CREATE TABLE row (place INTEGER, number INTEGER, reference TEXT, cells TEXT);
"""


class Spool:
    """A context: fill it once, then read the references in the order in which they first appeared."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="import-")
        self._rows = sqlite3.connect(Path(self._folder.name) / "rows", isolation_level=None)
        self._rows.executescript(SCHEMA)
        self._places: dict[str, int] = {}

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_fault: Any) -> None:
        self._rows.close()
        self._folder.cleanup()

    def fill(self, rows: Iterable[Row], *, most: int | None = None) -> None:
        """Rows of the first ``most`` references only, where it is given."""
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", self._kept(rows, most))
        self._rows.execute("COMMIT")
        self._rows.execute("CREATE INDEX of_place ON row (place, number)")

    def _kept(self, rows: Iterable[Row], most: int | None) -> Iterator[tuple[int, int, str, str]]:
        for row in rows:
            place = self._places.get(row.reference)
            if place is None:
                if most is not None and len(self._places) >= most:
                    continue
                place = self._places[row.reference] = len(self._places)
            yield place, row.number, row.reference, json.dumps(row.cells, ensure_ascii=False)

    def __len__(self) -> int:
        """How many references there are."""
        return len(self._places)

    def references(self) -> Iterator[tuple[str, list[Row]]]:
        """Each reference with its rows in file order."""
        found = self._rows.execute("SELECT place, number, reference, cells FROM row ORDER BY place, number")
        for _place, group in groupby(found, key=lambda entry: entry[0]):
            rows = [Row(number, reference, tuple(json.loads(cells))) for _p, number, reference, cells in group]
            yield rows[0].reference, rows
