"""Which plans belong to an incident. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Facts:
    """What conditions ask about. ``labels``: those of each alert of the incident."""

    service: int
    business_lines: frozenset[int]
    categories: frozenset[int]
    """The incident's, and those above them."""
    level: int
    labels: tuple[Mapping[str, str], ...] = ()


def holds(condition: Any, facts: Facts) -> bool:
    """Whether every part of the condition that is stated is so; one that states nothing never holds. Labels have to be
    those of one and the same alert."""
    parts = [
        (condition.service_id, condition.service_id == facts.service),
        (condition.business_line_id, condition.business_line_id in facts.business_lines),
        (condition.category_id, condition.category_id in facts.categories),
        (condition.levels, facts.level in condition.levels),
        (condition.labels, any(condition.labels.items() <= labels.items() for labels in facts.labels)),
    ]
    stated = [is_so for part, is_so in parts if part]
    return bool(stated) and all(stated)


def first_holding(conditions: Iterable[Any], facts: Facts) -> dict[int, Any]:
    """Plan -> the first of its conditions that holds, in the order given."""
    found: dict[int, Any] = {}
    for condition in conditions:
        if condition.plan_id not in found and holds(condition, facts):
            found[condition.plan_id] = condition
    return found
