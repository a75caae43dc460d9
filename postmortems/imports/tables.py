"""Tables in Markdown, and lines of lists. Pure."""

import re
from dataclasses import dataclass

_ROW = re.compile(r"^\s*\|.*\|?\s*$")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_BULLET = re.compile(r"^(?P<indent>\s*)(?:[-*+•·]|\d{1,3}[.)、])\s+(?P<text>.*)$")
_BOX = re.compile(r"^\[(?P<mark>[ xX✓✔])\]\s*")


@dataclass(frozen=True)
class Table:
    """``head`` in small letters; each row has as many cells as it has."""

    head: list[str]
    rows: list[list[str]]

    def column(self, *words: str) -> int | None:
        """The first column whose heading has one of the words; the words in order of preference."""
        for word in words:
            for place, heading in enumerate(self.head):
                if re.search(rf"(?<![a-z]){word}(?![a-z])" if word.isascii() else word, heading):
                    return place
        return None


@dataclass(frozen=True)
class Item:
    """A line of a list: ``is_done`` where it has a box, None where it has none."""

    text: str
    is_done: bool | None
    depth: int


def is_row(line: str) -> bool:
    return bool(_ROW.match(line)) and line.count("|") > 1


def read_table(lines: list[str]) -> Table | None:
    """Neighbouring lines as a table; without a rule under the first line that line is a row like the others."""
    cells = [split_row(line) for line in lines if not _RULE.match(line)]
    if not cells:
        return None
    has_head = len(lines) > 1 and bool(_RULE.match(lines[1]))
    head = [strip_marks(cell).lower() for cell in cells[0]] if has_head else [""] * len(cells[0])
    width = len(head)
    rows = [[*row, *[""] * (width - len(row))] for row in cells[1 if has_head else 0 :]]
    return Table(head, [row for row in rows if any(cell.strip() for cell in row)])


def split_row(line: str) -> list[str]:
    """The cells of a row; ``\\|`` is no border."""
    inner = line.strip().removeprefix("|")
    parts = re.findall(r"((?:\\.|[^|\\]|\\$)*)(?:\||$)", inner)
    if parts and not parts[-1].strip():
        parts.pop()
    return [read_cell(part) for part in parts]


def read_cell(cell: str) -> str:
    """Takes backslashes off and makes ``<br>`` a line break: what postmortems/export/markdown.py puts in."""
    text = re.sub(r"(?<!\\)((?:\\\\)*)<br\s*/?>", r"\1\n", cell.strip(), flags=re.I)
    return re.sub(r"\\([\\|<])", r"\1", text)


def read_item(line: str) -> Item | None:
    match = _BULLET.match(line)
    if match is None:
        return None
    text, box = match["text"].strip(), _BOX.match(match["text"].strip())
    is_done = box["mark"] != " " if box else None
    return Item(_BOX.sub("", text), is_done, len(match["indent"].expandtabs(4)))


def strip_marks(text: str) -> str:
    """Without the stars, underscores and backticks around words, and links as their words."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    return re.sub(r"(\*\*|__|`)", "", plain).strip(" *_")
