"""The answer of an indicator as a table, a chart and a CSV file: what its keys are called, what each value reads."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from incidents.spreadsheet import MARK, safe
from reports import words
from reports.bars import Bar, draw_bars
from reports.indicators import Indicator, Key, Question, Unit, Value, rows_url
from reports.indicators.dimensions import NAMES
from reports.indicators.labels import label_of, labels_of
from reports.period import GRAINS

MOST_BARS = 60


@dataclass(frozen=True)
class Cell:
    text: str
    url: str


@dataclass(frozen=True)
class Line:
    """``names`` are the words of the key; ``parts`` the cells of the indicator's parts and of what stands beside."""

    key: Key
    names: list[str]
    value: Value
    text: str
    url: str
    parts: list[Cell]


class Answer:
    """What an indicator says to a question, in words."""

    def __init__(self, indicator: Indicator, question: Question) -> None:
        self.indicator = indicator
        self.question = question
        self.values = indicator.measure(question)
        self._labels = [labels_of(name) for name in question.by]
        self.beside = list(dict.fromkeys(name for value in self.values.values() for name in value.parts))

    @property
    def columns(self) -> list[Any]:
        return [NAMES[name] for name in self.question.by]

    @property
    def part_columns(self) -> list[Any]:
        return [self.indicator.parts.get(name) or self.indicator.beside[name][0] for name in self.beside]

    def lines(self) -> list[Line]:
        """Moments in their order, the rest by value: the most first."""
        lines = [self._line(key, value) for key, value in self.values.items()]
        if self.question.by and self.question.by[0] not in (*GRAINS, "weekday", "hour", "level", "priority"):
            lines.sort(key=lambda line: -(line.value.value or 0))
        return lines

    def names_of(self, key: Key) -> list[str]:
        return [label_of(part, labels) for part, labels in zip(key, self._labels, strict=True)]

    def _line(self, key: Key, value: Value) -> Line:
        return Line(
            key,
            self.names_of(key),
            value,
            words.measured(value.value, self.indicator.unit),
            self._url(key) if value.count else "",
            [self._part(key, name, value.parts.get(name)) for name in self.beside],
        )

    def _part(self, key: Key, name: str, number: float | None) -> Cell:
        if name in self.indicator.parts:
            return Cell(words.measured(number, Unit.COUNT), self._url(key, name) if number else "")
        return Cell(words.measured(number, self.indicator.beside[name][1]), "")

    def _url(self, key: Key, part: str = "") -> str:
        return rows_url(self.indicator, self.question, key, part)

    def chart(self) -> dict[str, Any] | None:
        """None where there is a single number only, or nothing."""
        lines = self.lines()[:MOST_BARS]
        if not self.question.by or not any(line.value.value for line in lines):
            return None
        bars = [
            Bar(", ".join(line.names), line.value.value, line.text, line.url, f"{', '.join(line.names)}: {line.text}")
            for line in lines
        ]
        title = f"{self.indicator.label}, {self.question.period}"
        return {**draw_bars(bars), "title": title, "desc": _("The table below holds the same figures.")}

    def csv(self) -> str:
        """A line a group: keys, words, value, number of rows, parts; numbers unrounded."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        by = self.question.by
        heads = [*by, *(f"{name} name" for name in by), self.indicator.name, "rows", *self.beside]
        writer.writerow(heads)
        for key, value in self.values.items():
            cells = [
                *key,
                *self.names_of(key),
                value.value,
                value.count,
                *(value.parts.get(each) for each in self.beside),
            ]
            writer.writerow([safe(cell) for cell in cells])
        return MARK + buffer.getvalue()
