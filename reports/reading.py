"""A report as a reader may read it: numbers count every incident, names are those of the incidents they may see."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from catalog.models import Person
from incidents.presentation.veiling import REFERENCE, unseen_of, veil_text
from reports.models import MonthlyReport
from reports.sentences import SENTENCES, write_sentences


def for_reader(numbers: dict[str, Any], reader: Person) -> dict[str, Any]:
    """The figures without the worst incidents that are not for the reader; what is stored stays as it is."""
    unseen = unseen_of([line["id"] for line in numbers["top"]], reader)
    return {**numbers, "top": [line for line in numbers["top"] if line["id"] not in unseen]}


@dataclass(frozen=True)
class Sentence:
    """``text`` is what the report says; ``written`` what the product wrote from the figures."""

    name: str
    text: str
    written: str

    @property
    def is_own(self) -> bool:
        return self.text != self.written


class Reading:
    """The words of a report in the language of the moment, numbers of incidents that are not for the reader veiled."""

    def __init__(self, report: MonthlyReport, reader: Person) -> None:
        self.report = report
        self.reader = reader

    @property
    def text(self) -> str:
        return self.veil(self.report.text)

    def sentences(self, numbers: dict[str, Any]) -> list[Sentence]:
        """In their order; one without figures to tell of is left out, unless the author has said something there."""
        written = self._written(numbers)
        found = [Sentence(name, self._own(name) or written.get(name, ""), written.get(name, "")) for name in SENTENCES]
        return [sentence for sentence in found if sentence.text]

    def veil(self, text: str) -> str:
        return veil_text(text, self._unseen)

    def _written(self, numbers: dict[str, Any]) -> dict[str, str]:
        """Of a signed report what it said when it was signed."""
        frozen = (self.report.sentences or {}).get(get_language() or "")
        return frozen if frozen is not None else write_sentences(numbers)

    def _own(self, name: str) -> str:
        return self.veil(self.report.wording.get(name, {}).get(get_language() or "", ""))

    @cached_property
    def _unseen(self) -> set[int]:
        """One query for every text of the report."""
        said = [self.report.text, self.report.reason]
        said += [words for languages in self.report.wording.values() for words in languages.values()]
        if self.report.pk:
            said += [comment.text for comment in self.report.comments.all()]
        return unseen_of([int(number) for text in said for number in re.findall(REFERENCE, text)], self.reader)
