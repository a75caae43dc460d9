"""Reads a recording (counts by minute or hour) from a delimited file, and says what is wrong with its rows. Pure."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

MINUTES_OF_A_DAY = 24 * 60
MOST_DAYS = 366
_MOMENT = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d)[ T])?(\d{1,2})\s*(?:[h:]\s*(\d{1,2})?(?:\s*[:m]\s*\d{0,2}(?:\.\d+)?)?)?\s*Z?", re.I
)
Key = tuple[str, ...]


class UnusableRecordingError(Exception):
    """The file as a whole cannot be replayed; the message says why."""


@dataclass(frozen=True)
class Layout:
    """Names a column may have, best first: the header decides, in whatever order and case it stands.

    ``labels``: dimension -> names; ``values``: value -> names. ``step``: minutes from row to row in time. An empty
    label reads as ``blank``, and is a fault where that is empty; labels are ``folded`` to lower case. Rows of one time
    and the same labels are ``summed``, or the second is a fault. ``parts``: (part, whole) of values, never more.
    """

    time: Sequence[str]
    labels: Mapping[str, Sequence[str]]
    values: Mapping[str, Sequence[str]]
    step: int = 1
    blank: str = ""
    folded: bool = False
    summed: bool = False
    parts: tuple[str, str] | None = None


@dataclass(frozen=True)
class Fault:
    """A row that was left out, and why."""

    line: int
    reason: str


@dataclass
class Recording:
    """``minutes``: minute since the first midnight -> labels in the layout's order -> value by name. ``keys``: all
    combinations of labels that occur, in the order of appearance."""

    minutes: dict[int, dict[Key, dict[str, float]]] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def between(self, first: int, last: int) -> list[int]:
        """The minutes that have rows, from ``first`` to ``last``, both included."""
        return [minute for minute in sorted(self.minutes) if first <= minute <= last]


def parse_clock(text: str) -> int:
    """Minute of the day of ``14h 33``, ``14:33``, ``14h`` or ``2026-01-01 14:33:00``. Raises ValueError."""
    return _parse(text)[1]


def parse_moment(text: str) -> int:
    """Minutes since the first midnight: ``14:33``, or ``2d 14:33`` two days later. Raises ValueError."""
    days = re.fullmatch(r"\s*(\d{1,3})d\s+(.+)", text)
    return int(days[1]) * MINUTES_OF_A_DAY + parse_clock(days[2]) if days else parse_clock(text)


def format_clock(minute: float) -> str:
    """``14:33`` of a minute of the day, ``2d 14:33`` of a later day."""
    whole = int(minute)
    days, rest = divmod(whole, MINUTES_OF_A_DAY)
    clock = f"{rest // 60:02}:{rest % 60:02}"
    return f"{days}d {clock}" if days > 0 else clock


def read_recording(lines: Iterable[str], layout: Layout) -> Recording:
    """Raises UnusableRecordingError where there is no header that the layout knows, or no row that can be used."""
    rows, columns = _open(lines, layout)
    recording = Recording()
    keys: dict[Key, None] = {}
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            _take(recording, keys, row, columns)
        except ValueError as error:
            recording.faults.append(Fault(number, str(error)))
    if not recording.minutes:
        raise UnusableRecordingError("The file has no row that can be used.")
    first = min(recording.minutes) // MINUTES_OF_A_DAY * MINUTES_OF_A_DAY
    if max(recording.minutes) - first >= MOST_DAYS * MINUTES_OF_A_DAY:
        raise UnusableRecordingError(f"The rows lie more than {MOST_DAYS} days apart.")
    recording.minutes = {minute - first: row for minute, row in recording.minutes.items()}
    recording.keys = list(keys)
    return recording


@dataclass(frozen=True)
class _Columns:
    """Where the layout's columns stand."""

    layout: Layout
    time: int
    labels: list[int]
    values: dict[str, int]

    @property
    def last(self) -> int:
        return max([self.time, *self.labels, *self.values.values()])


def _open(lines: Iterable[str], layout: Layout) -> tuple[Iterator[tuple[int, list[str]]], _Columns]:
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


def _columns(header: list[str], layout: Layout, number: int) -> _Columns:
    def place(names: Sequence[str]) -> int:
        for name in names:
            if name in header:
                return header.index(name)
        wanted, seen = " or ".join(names), ", ".join(header)[:200]
        raise UnusableRecordingError(f"Line {number} names no column {wanted}; it reads: {seen}")

    time = place(layout.time)
    labels = [place(names) for names in layout.labels.values()]
    return _Columns(layout, time, labels, {name: place(names) for name, names in layout.values.items()})


def _take(recording: Recording, keys: dict[Key, None], row: list[str], columns: _Columns) -> None:
    layout = columns.layout
    if len(row) <= columns.last:
        raise ValueError(f"the row has only {len(row)} columns")
    day, minute = _parse(row[columns.time])
    at = (day * MINUTES_OF_A_DAY + minute) // layout.step * layout.step
    key = tuple(_label(row[place], layout) for place in columns.labels)
    values = {name: _count(row[place]) for name, place in columns.values.items()}
    if layout.parts and values[layout.parts[0]] > values[layout.parts[1]]:
        raise ValueError(f"more {layout.parts[0]} than {layout.parts[1]}")
    held = recording.minutes.get(at, {})
    if key in held:
        if not layout.summed:
            raise ValueError(f"{format_clock(minute)} {' '.join(key)} stands there a second time".replace("  ", " "))
        values = {name: held[key][name] + value for name, value in values.items()}
    keys.setdefault(key)
    recording.minutes.setdefault(at, {})[key] = values


def _parse(text: str) -> tuple[int, int]:
    """Day (as an ordinal, 0 without a date) and minute of the day. Raises ValueError."""
    match = _MOMENT.fullmatch(text.strip())
    is_clock = match is not None and (match[1] or re.search(r"[h:]", text, re.I))
    if match is None or not is_clock:
        raise ValueError(f"“{text[:40]}” is no time of day")
    hour, minute = int(match[4]), int(match[5] or 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text[:40]}” is no time of day")
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])).toordinal() if match[1] else 0
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no date") from None
    return day, hour * 60 + minute


def _label(text: str, layout: Layout) -> str:
    label = text.strip() or layout.blank
    if not label or not label.isprintable() or "\ufffd" in label or len(label) > 100:
        raise ValueError("the label is missing or unusable")
    return label.lower() if layout.folded else label


def _count(text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        raise ValueError(f"“{text[:40]}” is no number") from None
    if not math.isfinite(value) or not 0 <= value <= 1e9:
        raise ValueError(f"“{text[:40]}” is no count")
    return value
