"""Steps as an editor states them, and what plans within plans come to. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KEPT = "•••"
"""In place of a header's value: the one that is stored already."""
MOST_STEPS = 100
MOST_IN_ALL = 200
"""Steps of a run, those of plans within the plan included."""


@dataclass(frozen=True)
class StepSpec:
    """``key`` names the step of the version before that this one is; None: a new one. ``headers``: name -> value or
    KEPT. ``person`` and ``subplan`` are records."""

    kind: str
    text: str = ""
    expected_seconds: int | None = None
    needs_confirm: bool = False
    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = ""
    role: str = ""
    person: Any = None
    subplan: Any = None
    key: int | None = None


Edges = Mapping[int, Sequence[int]]
"""Plan -> the plans that are steps of it."""


def find_cycle(edges: Edges, start: int) -> list[int]:
    """The way that leads from ``start`` back to itself, both ends included; empty where there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop()
        for following in edges.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


class TooManySteps(Exception):  # noqa: N818
    """Plans within plans come to more steps than anybody works through, or to themselves."""


@dataclass(frozen=True)
class Leaf:
    """A step to be done; ``number`` says where it stands, plans within the plan included ("2.1")."""

    number: str
    step: Any


def flatten(steps_of: Mapping[int, Sequence[Any]], plan: int) -> list[Leaf]:
    """The steps of a plan in order, each plan within it replaced by its steps. ``steps_of``: plan -> its steps, which
    have ``subplan_id``. Raises TooManySteps."""
    found: list[Leaf] = []
    for leaf in _walk(steps_of, plan, "", ()):
        found.append(leaf)
        if len(found) > MOST_IN_ALL:
            raise TooManySteps
    return found


def _walk(steps_of: Mapping[int, Sequence[Any]], plan: int, prefix: str, above: tuple[int, ...]) -> Iterator[Leaf]:
    if plan in above:
        raise TooManySteps
    for place, step in enumerate(steps_of.get(plan, ()), 1):
        number = f"{prefix}{place}"
        if step.subplan_id is None:
            yield Leaf(number, step)
        else:
            yield from _walk(steps_of, step.subplan_id, f"{number}.", (*above, plan))
