"""Answers of indicators as boards show them: the value in words, the rows behind it, how it was before."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports import words
from reports.indicators import Indicator, Key, Question, Unit, Value, find_indicator, rows_url
from reports.measurement import KINDS


@dataclass(frozen=True)
class Told:
    """One answer. ``url`` is empty where no row stands behind it."""

    indicator: Indicator
    question: Question
    value: Value

    @property
    def label(self) -> str:
        return str(self.indicator.label)

    @property
    def number(self) -> float | None:
        return self.value.value

    @property
    def text(self) -> str:
        if self.indicator.unit == Unit.SHARE and self.indicator.name not in KINDS:
            return words.percent(self.value.value)
        return words.measured(self.value.value, self.indicator.unit)

    @property
    def url(self) -> str:
        return rows_url(self.indicator, self.question) if self.value.count else ""

    def part(self, name: str) -> float | None:
        return self.value.parts.get(name)

    def part_url(self, name: str) -> str:
        return rows_url(self.indicator, self.question, part=name) if self.value.parts.get(name) else ""


def indicator(name: str) -> Indicator:
    """KeyError for a name that no indicator has: boards name those that there are."""
    found = find_indicator(name)
    if found is None:
        raise KeyError(name)
    return found


def tell(name: str, question: Question) -> Told:
    asked = indicator(name)
    return Told(asked, question, asked.value(question))


def tell_by(name: str, question: Question) -> dict[Key, Told]:
    """One answer a group of the question."""
    asked = indicator(name)
    return {key: Told(asked, question.narrowed(key), value) for key, value in asked.measure(question).items()}


def change_of(now: Told, before: Told) -> dict[str, Any]:
    """``text`` says how it was before, ``tone`` whether it is better or worse now; none beside an empty period."""
    if now.number is None or before.number is None:
        return {"text": "", "tone": ""}
    text = _("before: %(value)s") % {"value": before.text}
    if now.number == before.number or now.indicator.is_better_high is None or not before.value.count:
        return {"text": text, "tone": ""}
    is_better = (now.number > before.number) == now.indicator.is_better_high
    return {"text": text, "tone": "ok" if is_better else "bad"}


def p90(told: Told) -> str:
    return words.measured(told.part("p90"), Unit.SECONDS)
