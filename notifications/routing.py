"""The routing tree: from labels to routes. Values in, values out.

The semantics are Alertmanager's: a route matches where all its conditions do, a missing label being the empty text; the
children are asked in their order, and the first that matches wins unless it says ``continue``; where no child matches,
the route itself is the answer; what a child does not set, it has from its parent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from lifecycle.patterns import Pattern, PatternRefused, read_pattern

Labels = Mapping[str, str | tuple[str, ...]]
"""A label with several values (a business line and those above it) matches where one of them does."""
GROUP_WAIT, GROUP_INTERVAL, REPEAT_INTERVAL = timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=4)
EVERY_LABEL = "..."
MATCHER = re.compile(r'^\s*([^\s=!~"]+)\s*(=~|!~|!=|=)\s*("?)(.*?)\3\s*$', re.DOTALL)
DURATION = re.compile(r"(\d+)(ms|[smhdwy])")
UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}


class RouteRefused(ValueError):  # noqa: N818
    """What was given is no routing tree."""


@dataclass(frozen=True)
class Matcher:
    """One condition on one label. ``pattern`` is set where it is a regular expression."""

    label: str
    value: str
    pattern: Pattern | None = None
    is_negated: bool = False

    def holds(self, labels: Labels) -> bool:
        found = labels.get(self.label, "")
        return any(map(self._meets, (found,) if isinstance(found, str) else found or ("",))) != self.is_negated

    def _meets(self, text: str) -> bool:
        return self.pattern.matches(text) if self.pattern else text == self.value

    def __str__(self) -> str:
        sign = ("!~" if self.is_negated else "=~") if self.pattern else ("!=" if self.is_negated else "=")
        return f"{self.label} {sign} {self.value}"


@dataclass(frozen=True)
class Route:
    """A node with everything inherited. ``receiver`` is whatever the tree leads to: a name, or a policy's number."""

    receiver: Any = None
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False
    group_by: tuple[str, ...] = ()
    groups_by_all: bool = False
    group_wait: timedelta = GROUP_WAIT
    group_interval: timedelta = GROUP_INTERVAL
    repeat_interval: timedelta = REPEAT_INTERVAL
    routes: tuple["Route", ...] = field(default=())
    key: Any = None
    """Whatever finds the node again, such as the number of its row."""

    @classmethod
    def load(cls, data: Mapping[str, Any], parent: "Route | None" = None) -> "Route":
        """A tree in Alertmanager's JSON shape. Raises RouteRefused."""
        above = parent or Route()
        group_by = data.get("group_by")
        route = cls(
            receiver=above.receiver if data.get("receiver") in (None, "") else data["receiver"],
            matchers=tuple(read_matchers(data)),
            goes_on=bool(data.get("continue", False)),
            group_by=above.group_by if group_by is None else tuple(name for name in group_by if name != EVERY_LABEL),
            groups_by_all=above.groups_by_all if group_by is None else EVERY_LABEL in group_by,
            group_wait=_duration(data.get("group_wait"), above.group_wait),
            group_interval=_duration(data.get("group_interval"), above.group_interval),
            repeat_interval=_duration(data.get("repeat_interval"), above.repeat_interval),
            key=data.get("key"),
        )
        children = tuple(cls.load(child, route) for child in data.get("routes") or ())
        return replace(route, routes=children)

    def match(self, labels: Labels) -> list["Route"]:
        """The routes that the labels end in, in order; none where the node itself does not match."""
        return [path[-1] for path in self.paths(labels)]

    def paths(self, labels: Labels) -> list[tuple["Route", ...]]:
        """As ``match``, each with the way from this node to it."""
        if not self.matches(labels):
            return []
        found: list[tuple[Route, ...]] = []
        for child in self.routes:
            below = child.paths(labels)
            found += [(self, *path) for path in below]
            if below and not child.goes_on:
                break
        return found or [(self,)]

    def matches(self, labels: Labels) -> bool:
        return all(matcher.holds(labels) for matcher in self.matchers)


def read_matchers(data: Mapping[str, Any]) -> Iterator[Matcher]:
    """From ``match`` (label -> text), ``match_re`` (label -> pattern) and ``matchers`` ("label=~pattern")."""
    for label, value in (data.get("match") or {}).items():
        yield Matcher(label, str(value))
    for label, value in (data.get("match_re") or {}).items():
        yield Matcher(label, str(value), pattern=_pattern(str(value)))
    for text in data.get("matchers") or ():
        yield _matcher(text)


def _matcher(text: str) -> Matcher:
    found = MATCHER.match(text)
    if found is None:
        raise RouteRefused(f"“{text}” is no condition")
    label, sign, _quote, value = found.groups()
    pattern = _pattern(value) if "~" in sign else None
    return Matcher(label, value, pattern, is_negated=sign.startswith("!"))


def _pattern(text: str) -> Pattern:
    try:
        return read_pattern(text)
    except PatternRefused as refused:
        raise RouteRefused(f"“{text}”: {refused}") from refused


def _duration(text: Any, inherited: timedelta) -> timedelta:
    """As "1h30m", the way Prometheus writes it; None: inherited."""
    if text in (None, ""):
        return inherited
    parts = DURATION.findall(str(text))
    if "".join(number + unit for number, unit in parts) != str(text):
        if str(text) == "0":
            return timedelta(0)
        raise RouteRefused(f"“{text}” is no duration")
    return sum((int(number) * UNITS[unit] for number, unit in parts), timedelta(0))
