"""An export's rows: what each says in the columns that the profile needs, and which cannot be used."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from incidents.imports.faults import Fault, ImportRefusedError, Outcome
from incidents.imports.lines import LONGEST_LINE, Lines
from incidents.imports.profile import Profile
from incidents.spreadsheet import plain
from lifecycle.text import REPLACEMENT, UNKEEPABLE, sanitise

DELIMITERS = ",;\t|"
MOST_LINES = 10_000
LONGEST_CELL = 100_000
LONGEST_REFERENCE = 100

csv.field_size_limit(2 * LONGEST_LINE)


@dataclass(frozen=True)
class Row:
    """``cells``: the profile's columns, in its order, blanks and formula guards taken off."""

    number: int
    reference: str
    cells: tuple[str, ...]


class UnclosedQuoteError(Exception):
    pass


class Rows:
    """Iterate over it for the rows that can be used; the others go to ``complain``."""

    def __init__(self, text: IO[str], profile: Profile, complain: Callable[[Fault], Any]) -> None:
        self.complain, self.profile = complain, profile
        self.lines = Lines(text, complain)
        self.delimiter = profile.reading.delimiter
        self.header: list[str] = []
        self.count = 0
        """Rows of the file so far, those that cannot be used included."""
        self.header = self._read_header()
        self._places = [self.header.index(name) if name in self.header else None for name in profile.columns]

    def __iter__(self) -> Iterator[Row]:
        while (taken := self._record()) is not None:
            number, cells = taken
            if not any(cells):  # a blank line
                continue
            self.count += 1
            row = self._row(number, cells)
            if row is not None:
                yield row

    # --- The header ---------------------------------------------------------------------------------------

    def _read_header(self) -> list[str]:
        first = self.lines.take()
        if first is None:
            raise ImportRefusedError("The file is empty.")
        self.delimiter = self.delimiter or max(DELIMITERS, key=first[1].count)
        self.lines.give_back([first])
        taken = self._record()
        names = _numbered([sanitise(name).strip().lstrip("\ufeff") for name in taken[1]]) if taken else []
        missing = [name for name in self.profile.needed_columns if name not in names]
        if missing:
            raise ImportRefusedError(
                f"The file lacks columns that the profile {self.profile.name} needs: {', '.join(missing)}. "
                f"It has: {', '.join(names)[:1000]}."
            )
        absent = [name for name in self.profile.columns if name not in names]
        if absent:
            reason = f"the file has no such columns, they stay unknown: {', '.join(absent)}"
            self.complain(Fault(first[0], reason, Outcome.VALUE))
        return names

    # --- One row ------------------------------------------------------------------------------------------

    def _row(self, number: int, cells: list[str]) -> Row | None:
        if len(cells) != len(self.header):
            reason = f"the row has another number of cells than the header has columns ({len(self.header)})"
            self.complain(Fault(number, reason, value=f"{len(cells)} cells: {sanitise(str(cells[0]))}"))
            return None
        place = self.header.index(self.profile.reference)
        reference = plain(cells[place].strip())
        fault = self._wrong_reference(reference)
        if fault:
            self.complain(Fault(number, fault, column=self.profile.reference, value=sanitise(reference)))
            return None
        texts = ("" if at is None else self._cell(number, reference, cells, at) for at in self._places)
        return Row(number, reference, tuple(texts))

    def _wrong_reference(self, reference: str) -> str:
        if reference in self.profile.reading.unknown or not reference:
            return "the reference is missing"
        if UNKEEPABLE.search(reference) or REPLACEMENT in reference:
            return "the reference has characters that cannot be read"
        return "the reference is longer than 100 characters" if len(reference) > LONGEST_REFERENCE else ""

    def _cell(self, number: int, reference: str, cells: list[str], place: int) -> str:
        text = cells[place].strip()
        if not text.isascii() or "\x00" in text:
            text = self._repaired(number, reference, self.header[place], text)
        if len(text) > LONGEST_CELL:
            reason = "the cell is longer than 100,000 characters: its end is left out"
            self.complain(Fault(number, reason, Outcome.KEPT, self.header[place], text[:80], reference))
            text = text[:LONGEST_CELL]
        return plain(text).strip()

    def _repaired(self, number: int, reference: str, column: str, text: str) -> str:
        repaired = sanitise(text)
        if REPLACEMENT in repaired:
            reason = "characters that cannot be read stand as � now"
            self.complain(Fault(number, reason, Outcome.KEPT, column, repaired, reference))
        return repaired

    # --- One record of the CSV format ---------------------------------------------------------------------

    def _record(self) -> tuple[int, list[str]] | None:
        """The next record with the number of its first line; a quote that is never closed costs only its own line,
        and so does one that swallows the rows after it."""
        while True:
            taken: list[tuple[int, str]] = []
            try:
                cells = next(csv.reader(self._feed(taken), delimiter=self.delimiter, strict=True))
            except StopIteration:
                return None
            except UnclosedQuoteError:
                self._restart_after(taken, "a quotation mark is never closed")
                continue
            except csv.Error:
                self._restart_after(taken, "a quotation mark stands where none may be")
                continue
            if len(taken) > 1 and self.header and len(cells) != len(self.header):
                self._restart_after(taken, "a quotation mark takes the next lines into the row")
                continue
            return taken[0][0], cells

    def _restart_after(self, taken: list[tuple[int, str]], reason: str) -> None:
        self.count += 1
        self.complain(Fault(taken[0][0], reason, value=sanitise(taken[0][1].strip())))
        self.lines.give_back(taken[1:])

    def _feed(self, taken: list[tuple[int, str]]) -> Iterator[str]:
        """The lines that one record asks for."""
        size = 0
        while (line := self.lines.take()) is not None:
            taken.append(line)
            size += len(line[1])
            if len(taken) > MOST_LINES or size > LONGEST_LINE:
                raise UnclosedQuoteError
            yield line[1]
        if taken:
            raise UnclosedQuoteError


def _numbered(names: list[str]) -> list[str]:
    """A name that comes again gets a number: "Labels", "Labels 2"."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        names[place] = name if seen[name] == 1 else f"{name} {seen[name]}"
    return names
