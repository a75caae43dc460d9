"""Reads single cells of one row by the profile, and complains about those that it cannot use. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from incidents.imports.faults import Fault, Outcome
from incidents.imports.profile import Profile, Scale, Verdict
from incidents.imports.rows import Row
from incidents.imports.values import parse_count, parse_moment

Value = TypeVar("Value")


@dataclass(frozen=True)
class Cells:
    """One row; an unknown cell is an empty text. ``latest``: no moment lies after it."""

    row: Row
    texts: Mapping[str, str]
    profile: Profile
    latest: datetime
    complain: Callable[[Fault], Any]

    @classmethod
    def of(cls, row: Row, profile: Profile, latest: datetime, complain: Callable[[Fault], Any]) -> "Cells":
        unknown = profile.reading.unknown
        names = profile.columns
        texts = {name: "" if text in unknown else text for name, text in zip(names, row.cells, strict=True)}
        return cls(row, texts, profile, latest, complain)

    def text(self, column: str) -> str:
        return self.texts.get(column, "")

    def moment(self, column: str, outcome: Outcome = Outcome.VALUE) -> datetime | None:
        reading = self.profile.reading
        return self._parsed(
            column, lambda text: parse_moment(text, reading.formats, reading.zone, self.latest), outcome
        )

    def count(self, column: str) -> int | None:
        return self._parsed(column, parse_count, Outcome.VALUE)

    def degree(self, scale: Scale) -> int | None:
        """A priority, an impact or an urgency."""

        def find(text: str) -> int:
            found = scale.words.find(text)
            if found is None:
                raise ValueError("the profile does not say what this word means")
            return found

        return self._parsed(scale.column, find, Outcome.VALUE)

    def verdict(self, verdict: Verdict) -> bool | None:
        def find(text: str) -> bool:
            word = text.casefold()
            if word in (entry.casefold() for entry in verdict.met):
                return True
            if not verdict.missed or word in (entry.casefold() for entry in verdict.missed):
                return False
            raise ValueError("the profile does not say whether this means that the SLA was met")

        return self._parsed(verdict.column, find, Outcome.VALUE)

    def fault(self, column: str, reason: str, outcome: Outcome, value: str | None = None) -> None:
        shown = self.text(column) if value is None else value
        self.complain(Fault(self.row.number, reason, outcome, column, shown, self.row.reference))

    def _parsed(self, column: str, parse: Callable[[str], Value], outcome: Outcome) -> Value | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.fault(column, str(error), outcome)
            return None
