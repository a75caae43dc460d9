"""Which rows of a source are believed: labels made clean, values that are numbers within bounds. Pure.

Nothing here raises: what cannot be used is counted with a reason, and its series is a gap, never a zero.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from detection.sources.asking import NO_LABEL, Row

LONGEST_LABEL = 100
LONGEST_KEY = 480
REASONS = {
    "label": gettext_lazy("a label that is no text or number, or longer than 100 letters"),
    "letters": gettext_lazy("a label with letters that cannot be shown (they were replaced)"),
    "type": gettext_lazy("a value that is not a number"),
    "not_finite": gettext_lazy("a value that is not finite (NaN, infinity)"),
    "negative": gettext_lazy("a value below the lowest to believe"),
    "huge": gettext_lazy("a value above the highest to believe"),
    "duplicate": gettext_lazy("several rows for the same labels"),
    "series": gettext_lazy("more series than the metric can hold"),
}
"""Why a row was not used as it came, as people read it."""
Labels = tuple[str, ...]


@dataclass(frozen=True)
class Bounds:
    """What a value may be; ``largest`` is what the metric's floats can hold."""

    lowest: float | None = None
    highest: float | None = None
    largest: float = math.inf


@dataclass
class Rejected:
    count: int = 0
    sample: str = ""


@dataclass
class Believed:
    """``values``: labels -> number, NaN where the rows of these labels cannot be believed."""

    values: dict[Labels, float] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)

    def reject(self, reason: str, row: Row) -> None:
        note = self.rejected.setdefault(reason, Rejected())
        note.count += 1
        note.sample = note.sample or shown(row)


def believe(rows: Iterable[Row], width: int, bounds: Bounds) -> Believed:
    """``width``: how many labels a row must have."""
    answer = Believed()
    for row in rows:
        labels = _labels(answer, row, width)
        if labels is None:
            continue
        value = _value(answer, row, bounds)
        if labels in answer.values:
            answer.reject("duplicate", row)
            same = answer.values[labels] == value
            value = value if same else math.nan
        answer.values[labels] = value
    return answer


def shown(row: Row) -> str:
    """The row as a short printable text."""
    text = ", ".join(_brief(part) for part in (*row.labels, row.value))
    return "".join(letter if letter.isprintable() else "�" for letter in text)[:300]


def _labels(answer: Believed, row: Row, width: int) -> Labels | None:
    texts = [_label(part) for part in row.labels]
    if len(texts) != width or any(text is None for text in texts):
        answer.reject("label", row)
        return None
    clean = tuple(_printable(text or "") for text in texts)
    if sum(2 * len(text) + 4 for text in clean) > LONGEST_KEY and sum(_length(text) for text in clean) > LONGEST_KEY:
        answer.reject("label", row)
        return None
    if clean != tuple(texts):
        answer.reject("letters", row)
    return clean


def _label(part: Any) -> str | None:
    """None where it cannot be a label."""
    if part is None or part == "":
        return NO_LABEL
    if isinstance(part, bytes | bytearray | memoryview | dict | list | set | tuple):
        return None
    if isinstance(part, bool):
        return "true" if part else "false"
    text = str(part) if not isinstance(part, float) or not part.is_integer() else str(int(part))
    return text if len(text) <= LONGEST_LABEL else None


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _length(text: str) -> int:
    """As JSON text with its quotes and comma."""
    return len(text) + text.count('"') + text.count("\\") + 4


def _value(answer: Believed, row: Row, bounds: Bounds) -> float:
    value = row.value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        answer.reject("type", row)
        return math.nan
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    if not math.isfinite(number):
        answer.reject("not_finite" if not isinstance(value, int) else "huge", row)
        return math.nan
    if bounds.lowest is not None and number < bounds.lowest:
        answer.reject("negative", row)
        return math.nan
    if abs(number) > bounds.largest or (bounds.highest is not None and number > bounds.highest):
        answer.reject("huge", row)
        return math.nan
    return number


def _brief(part: Any) -> str:
    try:
        text = str(part) if not isinstance(part, bytes) else f"({len(part)} bytes)"
    except ValueError:  # a whole number of more digits than Python writes
        text = "(a number too long to write)"
    return text[:80]


def merge(into: dict[str, Rejected], more: dict[str, Rejected]) -> None:
    for reason, note in more.items():
        known = into.setdefault(reason, Rejected())
        known.count += note.count
        known.sample = note.sample or known.sample
