"""Conditions on labels, as routes, correlation rules and maintenance windows have them. Pure.

Written one a line, as in Alertmanager: ``severity = critical``, ``host != web-1``, ``host =~ web-[0-9]+``,
``host !~ test-.*``. A pattern has to match the whole value, and cannot be made to run for ever (lifecycle/patterns.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lifecycle.patterns import PatternRefused, read_pattern

OPERATORS = ("=", "!=", "=~", "!~")
MOST_CONDITIONS = 20
LONGEST_LABEL, LONGEST_VALUE = 80, 200
_LINE = re.compile(r"^\s*([^\s=!~\"]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$")
Facts = Mapping[str, Sequence[str]]
"""Label -> its values. A label that is not there has the value "". The label ``line`` has one for each level of the
tree of business lines."""


class MatcherRefused(ValueError):  # noqa: N818
    """The line is no condition. ``args``: the line, and what is wrong with its pattern."""

    def __init__(self, line: str, reason: str = "") -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason


@dataclass(frozen=True)
class Matcher:
    label: str
    operator: str
    value: str

    @classmethod
    def of(cls, stored: Sequence[str]) -> "Matcher":
        return cls(*stored)

    def __str__(self) -> str:
        return f"{self.label} {self.operator} {self.value}"

    @property
    def stored(self) -> list[str]:
        return [self.label, self.operator, self.value]

    def holds(self, facts: Facts) -> bool:
        values = facts.get(self.label) or ("",)
        if self.operator in ("=", "!="):
            return (self.value in values) == (self.operator == "=")
        pattern = read_pattern(self.value)
        return any(pattern.matches(value) for value in values) == (self.operator == "=~")


def read_matchers(text: str) -> list[Matcher]:
    """One condition a line; empty lines do not count. Raises MatcherRefused."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CONDITIONS:
        raise MatcherRefused(lines[MOST_CONDITIONS])
    return [read_matcher(line) for line in lines]


def read_matcher(line: str) -> Matcher:
    found = _LINE.match(line)
    if found is None:
        raise MatcherRefused(line)
    label, operator, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    if len(label) > LONGEST_LABEL or len(value) > LONGEST_VALUE:
        raise MatcherRefused(line)
    if operator in ("=~", "!~"):
        try:
            read_pattern(value)
        except PatternRefused as refused:
            raise MatcherRefused(line, str(refused)) from refused
    return Matcher(label, operator, value)


def fails_at(matchers: Sequence[Matcher], facts: Facts) -> Matcher | None:
    """The first condition that does not hold; None where all do."""
    return next((matcher for matcher in matchers if not matcher.holds(facts)), None)
