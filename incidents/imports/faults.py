"""What is wrong with an export, row by row, in words."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from incidents.spreadsheet import safe

SHOWN = 10
LONGEST = 200


class ImportRefusedError(Exception):
    """The file or the profile as a whole cannot be used; the message says why."""


class Outcome(StrEnum):
    """What became of it."""

    ROW = "row left out"
    VALUE = "value left out"
    KEPT = "kept, look at it"
    INCIDENT = "incident left out"


@dataclass(frozen=True)
class Fault:
    """``row``: the line of the file on which the row begins (the header is line 1), 0 for the file as a whole."""

    row: int
    reason: str
    outcome: Outcome = Outcome.ROW
    column: str = ""
    value: str = ""
    reference: str = ""


class Writer(Protocol):
    def writerow(self, row: Any, /) -> Any: ...


@dataclass
class Faults:
    """Counts every fault, keeps the first few, and hands each to ``report`` (a CSV writer) where there is one."""

    report: Writer | None = None
    first: list[Fault] = field(default_factory=list)
    by_outcome: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[str] = field(default_factory=Counter)

    HEADER = ("row", "reference", "column", "value", "reason", "outcome")

    def add(self, fault: Fault) -> None:
        self.by_outcome[fault.outcome] += 1
        self.by_reason[fault.reason if len(self.by_reason) < 1000 else "others"] += 1
        if len(self.first) < SHOWN:
            self.first.append(fault)
        if self.report is not None:
            self.report.writerow([safe(cell) for cell in self.cells(fault)])

    @staticmethod
    def cells(fault: Fault) -> list[Any]:
        value = fault.value if len(fault.value) <= LONGEST else f"{fault.value[:LONGEST]}…"
        return [fault.row, fault.reference, fault.column, value, fault.reason, str(fault.outcome)]

    @property
    def total(self) -> int:
        return self.by_outcome.total()


def report_to(lines: Any) -> Writer:
    """A CSV writer with the header written."""
    writer = csv.writer(lines)
    writer.writerow(Faults.HEADER)
    return writer
