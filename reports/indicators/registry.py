"""The indicators by name. A module of this package that defines some adds them here."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from reports.indicators.question import Key, Question
from reports.indicators.values import Unit, Value


@dataclass(frozen=True)
class Indicator(ABC):
    """A number that is defined once, and the rows that make it.

    ``parts`` names what ``rows`` can be narrowed to, such as "missed"; each that is a count of rows stands in
    ``Value.parts`` under the same name.
    """

    name: str
    label: Any
    definition: Any
    chapter: Any
    unit: Unit
    dimensions: tuple[str, ...]
    parts: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    beside: Mapping[str, tuple[Any, Unit]] = field(default_factory=dict, kw_only=True)
    """Label and unit of the other numbers of ``Value.parts``."""
    filters: tuple[str, ...] = field(default=(), kw_only=True)
    """What rows can be narrowed by, beside the dimensions, though not told apart."""
    is_better_high: bool | None = field(default=None, kw_only=True)
    """Whether more is better, or worse; None where that cannot be said."""

    @abstractmethod
    def measure(self, question: Question) -> dict[Key, Value]:
        """The value of each group; of ``()`` where nothing is told apart, always present then."""

    @abstractmethod
    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        """Exactly the rows that were counted, of a question without ``by``."""

    def value(self, question: Question) -> Value:
        """Of a question without ``by``."""
        return self.measure(question)[()]


_indicators: dict[str, Indicator] = {}


def register(*indicators: Indicator) -> None:
    for indicator in indicators:
        if indicator.name in _indicators:
            raise ValueError(indicator.name)
        _indicators[indicator.name] = indicator


def every_indicator() -> Iterable[Indicator]:
    return _indicators.values()


def find_indicator(name: str) -> Indicator | None:
    return _indicators.get(name)


def rows_url(indicator: Indicator, question: Question, key: Key = (), part: str = "") -> str:
    """The page that lists the rows behind one answer (reports/explore)."""
    asked = question.narrowed(key) if question.by else question
    query = {"indicator": indicator.name, "period": str(asked.period), **asked.filters}
    if part:
        query["part"] = part
    return f"{reverse('reports:indicator-rows')}?{urlencode(query)}"
