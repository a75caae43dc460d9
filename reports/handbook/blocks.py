"""What the handbook is made of: values that a template draws and that a digest is taken of."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

MARK_LENGTH = 8


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Heading:
    """A heading inside a chapter."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Points:
    """A list; ``is_ordered`` where one comes after the other."""

    items: tuple[str, ...]
    is_ordered: bool = False
    kind: ClassVar[str] = "points"


@dataclass(frozen=True)
class Cell:
    """One line below the other, after the badge of a level where there is one."""

    lines: tuple[str, ...] = ()
    level: int | None = None


@dataclass(frozen=True)
class Row:
    """``cells`` with the heads of their columns, which a narrow page shows beside each cell."""

    cells: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Table:
    """``name`` is what a style sheet knows it by."""

    name: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    kind: ClassVar[str] = "table"


Block = Text | Heading | Points | Table


@dataclass(frozen=True)
class Chapter:
    """``is_of_the_moment``: says who is there now, and is no part of the procedure."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    is_of_the_moment: bool = False

    @property
    def mark(self) -> str:
        """The beginning of the digest of its content, which tells two print-outs apart chapter by chapter."""
        return digest_of([self])[:MARK_LENGTH]


@dataclass(frozen=True)
class Entry:
    """A chapter as a reader meets it. ``mark`` is the same in every language; empty for a chapter of the moment."""

    label: str
    chapter: Chapter
    mark: str


@dataclass(frozen=True)
class Handbook:
    """``digest`` is the SHA-256 of the procedure as worded in English: equal digests, equal procedures."""

    as_of: datetime
    digest: str
    entries: tuple[Entry, ...]


def table(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> Table:
    """A cell may be given as a Cell, as one text, or as several lines."""
    words = tuple(str(word) for word in head)
    made = (Row(tuple(zip(words, map(cell, row), strict=True))) for row in rows)
    return Table(name, words, tuple(made))


def cell(value: object) -> Cell:
    if isinstance(value, Cell):
        return value
    lines = value if isinstance(value, list | tuple) else [value]
    return Cell(tuple(str(line) for line in lines if str(line)))


def points(*items: object, is_ordered: bool = False) -> Points:
    return Points(tuple(str(item) for item in items if str(item)), is_ordered)


def digest_of(chapters: Iterable[Chapter]) -> str:
    """SHA-256, in hex, of the chapters as JSON with sorted keys and no blanks."""
    data = [asdict(chapter) for chapter in chapters]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
