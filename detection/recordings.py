"""Reads a recorded day from a delimited file, and says what is wrong with its rows. Pure."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

MINUTES_OF_A_DAY = 24 * 60
_CLOCK = re.compile(r"(?:\d{4}-\d\d-\d\d[ T])?(\d{1,2})\s*[h:]\s*(\d{1,2})(?:\s*[:m]\s*\d{0,2}(?:\.\d+)?)?\s*Z?", re.I)


class UnusableRecordingError(Exception):
    """The file as a whole cannot be replayed; the message says why."""


@dataclass(frozen=True)
class Layout:
    """Names a column may have, best first. The header decides, in whatever order and case it stands."""

    time: Sequence[str]
    label: Sequence[str]
    value: Sequence[str]


@dataclass(frozen=True)
class Fault:
    """A row that was left out, and why."""

    line: int
    reason: str


@dataclass
class Recording:
    """``minutes``: minute of the day -> label -> value. ``labels``: all that occur, in the order of appearance."""

    minutes: dict[int, dict[str, float]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def between(self, first: int, last: int) -> list[int]:
        """The minutes that have rows, from ``first`` to ``last``, both included."""
        return [minute for minute in sorted(self.minutes) if first <= minute <= last]


def parse_clock(text: str) -> int:
    """Minute of the day of ``14h 33``, ``14:33`` or ``2026-01-01 14:33:00``. Raises ValueError."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text[:40]}” is no time of day")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text[:40]}” is no time of day")
    return hour * 60 + minute


def format_clock(minute: float) -> str:
    """``14:33`` of a minute of the day."""
    whole = int(minute) % MINUTES_OF_A_DAY
    return f"{whole // 60:02}:{whole % 60:02}"


def read_recording(lines: Iterable[str], layout: Layout) -> Recording:
    """Raises UnusableRecordingError where there is no header that the layout knows, or no row that can be used."""
    rows, columns = _open(lines, layout)
    recording = Recording()
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            _take(recording, row, columns)
        except ValueError as error:
            recording.faults.append(Fault(number, str(error)))
    if not recording.minutes:
        raise UnusableRecordingError("The file has no row that can be used.")
    return recording


def _open(lines: Iterable[str], layout: Layout) -> tuple[Iterator[tuple[int, list[str]]], tuple[int, int, int]]:
    numbered = ((number, line.replace("\0", "")) for number, line in enumerate(lines, start=1))
    for number, line in numbered:
        if line.strip():
            delimiter = max(",;\t", key=line.count)
            header = [name.strip(' "\ufeff\r\n').lower() for name in line.split(delimiter)]
            # One record a line: a stray quotation mark spoils its own row, not the rest of the file.
            return _rows(numbered, delimiter), _columns(header, layout, number)
    raise UnusableRecordingError("The file is empty.")


def _rows(numbered: Iterator[tuple[int, str]], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in numbered:
        try:
            yield number, next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            yield number, [line[:40]]


def _columns(header: list[str], layout: Layout, number: int) -> tuple[int, int, int]:
    places = []
    for names in (layout.time, layout.label, layout.value):
        found = [header.index(name) for name in names if name in header]
        if not found:
            wanted, seen = " or ".join(names), ", ".join(header)[:200]
            raise UnusableRecordingError(f"Line {number} names no column {wanted}; it reads: {seen}")
        places.append(found[0])
    return places[0], places[1], places[2]


def _take(recording: Recording, row: list[str], columns: tuple[int, int, int]) -> None:
    if len(row) <= max(columns):
        raise ValueError(f"the row has only {len(row)} columns")
    minute, label = parse_clock(row[columns[0]]), row[columns[1]].strip().lower()
    if not label or not label.isprintable() or "\ufffd" in label or len(label) > 100:
        raise ValueError("the label is missing or unusable")
    value = _count(row[columns[2]])
    values = recording.minutes.get(minute, {})
    if label in values:
        raise ValueError(f"{format_clock(minute)} {label} stands there a second time")
    if label not in recording.labels:
        recording.labels.append(label)
    recording.minutes.setdefault(minute, {})[label] = value


def _count(text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no number") from None
    if not math.isfinite(value) or not 0 <= value <= 1e9:
        raise ValueError(f"“{text[:40]}” is no count")
    return value
