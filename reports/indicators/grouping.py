"""Indicators that the database counts: one query for each, however many groups it tells apart."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet

from reports.indicators.dimensions import Dimension, Rows
from reports.indicators.question import Key, Question
from reports.indicators.registry import Indicator
from reports.indicators.values import Spread, Value, share

EVERYTHING = Q()
NINE_TENTHS = 0.9 + 1e-9
"""The smallest value that more than nine tenths of them do not exceed: one of them, not a mean of two. The surplus
decides where nine tenths of the number are whole; it works up to ten million rows."""


class Percentile(Aggregate):
    """PostgreSQL's percentiles over a duration: "cont" between two values, "disc" one of them."""

    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, *, fraction: float, kind: str = "cont", **extra: Any) -> None:
        function = extra.pop("function", f"percentile_{kind}")
        output: Any = extra.pop("output_field", None) or DurationField()
        super().__init__(expression, fraction=fraction, function=function, output_field=output, **extra)


@dataclass(frozen=True)
class Base:
    """Rows of one model that belong to a period by a moment, and by what they can be told apart."""

    of: Callable[[], "QuerySet[Any]"]
    rows: Rows
    dimensions: Mapping[str, Dimension]

    def select(self, question: Question) -> "QuerySet[Any]":
        """The rows of the period that the filters leave. KeyError for an unknown dimension, ValueError for a key that
        cannot be one."""
        moment = self.rows.moment
        period = {f"{moment}__gte": question.period.start, f"{moment}__lt": question.period.end}
        return self.narrow(self.of().filter(**period), question)

    def narrow(self, found: "QuerySet[Any]", question: Question) -> "QuerySet[Any]":
        for name, key in question.filters.items():
            dimension, alias = self.dimensions[name], f"of_{name}"
            condition = dimension.condition(self.rows, alias, key)
            found = found.alias(**{alias: dimension.expression(self.rows)}).filter(condition)
        return found

    def group(
        self, found: "QuerySet[Any]", question: Question, aggregates: Mapping[str, Any]
    ) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        """(key, aggregates by name) of each group."""
        if not question.by:
            yield (), found.order_by().aggregate(**aggregates)
            return
        dimensions = [self.dimensions[name] for name in question.by]
        expressions = {f"by_{dimension.name}": dimension.expression(self.rows) for dimension in dimensions}
        grouped = found.order_by().annotate(**expressions).values(*expressions).annotate(**aggregates)
        for row in grouped.order_by(*expressions):
            yield tuple(each.key_of(row[f"by_{each.name}"]) for each in dimensions), row


@dataclass(frozen=True)
class Grouped(Indicator):
    base: Base = field(kw_only=True)

    def select(self, question: Question) -> "QuerySet[Any]":
        return self.base.select(question)

    def group(self, question: Question, **aggregates: Any) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        return self.base.group(self.select(question), question, aggregates)


@dataclass(frozen=True)
class Amount(Grouped):
    """How many rows fulfil a condition."""

    condition: Q = field(kw_only=True, default=EVERYTHING)

    def measure(self, question: Question) -> dict[Key, Value]:
        found = self.base.group(self.rows(question), question, {"number": Count("pk")})
        return {key: Value(row["number"], row["number"]) for key, row in found}

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        return self.select(question).filter(self.condition)


@dataclass(frozen=True)
class Share(Grouped):
    """How many of the rows that fulfil ``whole`` fulfil ``condition`` too. ``part`` is what those are called, ``rest``
    what the others are."""

    condition: Callable[[Question], Q] = field(kw_only=True)
    whole: Q = field(kw_only=True, default=EVERYTHING)
    part: str = field(kw_only=True)
    rest: str = field(kw_only=True)

    def measure(self, question: Question) -> dict[Key, Value]:
        counts = {"number": Count("pk"), "inside": Count("pk", filter=self.condition(question))}
        found = self.base.group(self.rows(question), question, counts)
        return {key: self._value(row["inside"], row["number"]) for key, row in found}

    def _value(self, inside: int, number: int) -> Value:
        return Value(share(inside, number), number, {self.part: inside, self.rest: number - inside})

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        found = self.select(question).filter(self.whole)
        condition = self.condition(question)
        if part == self.part:
            return found.filter(condition)
        return found.exclude(pk__in=found.filter(condition).values("pk")) if part == self.rest else found


@dataclass(frozen=True)
class Duration(Grouped):
    """Median and p90 of the time between two moments. What lacks one, or runs backwards, is left out and told."""

    start: str = field(kw_only=True)
    end: str = field(kw_only=True)
    known: Q = field(kw_only=True, default=EVERYTHING)

    @property
    def is_told(self) -> Q:
        return Q(**{f"{self.end}__gte": F(self.start)}) & self.known

    def measure(self, question: Question) -> dict[Key, Value]:
        lasting, told = F(self.end) - F(self.start), self.is_told
        found = self.group(
            question,
            number=Count("pk"),
            told=Count("pk", filter=told),
            median=Percentile(lasting, fraction=0.5, filter=told),
            p90=Percentile(lasting, fraction=NINE_TENTHS, kind="disc", filter=told),
            backwards=Count("pk", filter=Q(**{f"{self.end}__lt": F(self.start)})),
        )
        return {key: self._value(row) for key, row in found}

    def _value(self, row: Mapping[str, Any]) -> Value:
        spread = Spread.of(row["told"], row["median"], row["p90"])
        parts = {"median": spread.median, "p90": spread.p90, "left_out": row["number"] - row["told"]}
        return Value(spread.median, spread.count, {**parts, "backwards": row["backwards"]})

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        found = self.select(question)
        if part == "backwards":
            return found.filter(**{f"{self.end}__lt": F(self.start)})
        if part == "left_out":
            return found.exclude(pk__in=found.filter(self.is_told).values("pk"))
        return found.filter(self.is_told)
