"""What changed from one version of a plan to another. Pure, but for the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FIELDS = (
    "kind",
    "text",
    "expected_seconds",
    "needs_confirm",
    "method",
    "url",
    "body",
    "role",
    "person_id",
    "subplan_id",
)


@dataclass(frozen=True)
class Change:
    """``kind``: added, removed, moved, changed or same. ``old`` and ``new`` are steps or None; ``fields``: the names of
    those that differ; of headers only that they do."""

    kind: str
    old: Any
    new: Any
    fields: tuple[str, ...] = ()


def diff(old: Sequence[Any], new: Sequence[Any], *, headers_of: Any) -> list[Change]:
    """The new steps in order, then those that are gone. ``headers_of``: step -> something that is equal where the
    headers are. A step moved only where its neighbours did not."""
    before = {step.key: step for step in old}
    kept = [step.key for step in new if step.key in before]
    stayed = _longest_rise([list(before).index(key) for key in kept])
    still = {kept[place] for place in stayed}
    changes = [_change(before.get(step.key), step, step.key in still, headers_of) for step in new]
    after = {step.key for step in new}
    return [*changes, *(Change("removed", step, None) for step in old if step.key not in after)]


def _change(old: Any, new: Any, is_still: bool, headers_of: Any) -> Change:
    if old is None:
        return Change("added", None, new)
    fields = tuple(name for name in FIELDS if getattr(old, name) != getattr(new, name))
    if headers_of(old) != headers_of(new):
        fields = (*fields, "headers")
    kind = "changed" if fields else "same" if is_still else "moved"
    return Change(kind, old, new, fields)


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """The places of the longest rising subsequence: what did not move."""
    best: list[list[int]] = []
    for place, number in enumerate(numbers):
        before = [way for way in best if numbers[way[-1]] < number]
        best.append([*max(before, key=len, default=[]), place])
    return max(best, key=len, default=[])
