"""The analysis of a problem as its page shows it: the tree of whys, factors, changes, and what it all adds up to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from problems import outcomes
from problems.models import Problem, Why
from problems.ranking import impact_of

VERBS = ("add_why", "remove_why", "add_factor", "remove_factor", "link_change", "unlink_change")
"""These stand in the card that they are about, not in the menu of the page."""


@dataclass(frozen=True)
class Branch:
    """An answer with those below it; ``steps`` from the top: the how-manieth why it is."""

    why: Why
    step: int
    below: list["Branch"]


def tree_of(whys: Sequence[Why]) -> list[Branch]:
    children: dict[int | None, list[Why]] = {}
    for why in whys:
        children.setdefault(why.parent_id, []).append(why)

    def grow(parent: int | None, step: int) -> list[Branch]:
        return [Branch(why, step, grow(why.pk, step + 1)) for why in children.get(parent, [])]

    return grow(None, 1)


def flat(branches: list[Branch]) -> Iterator[Branch]:
    """Every branch, each followed by those below it."""
    for branch in branches:
        yield branch
        yield from flat(branch.below)


def analysis_of(problem: Problem) -> dict[str, Any]:
    whys = list(problem.whys.select_related("cause__parent", "written_by"))
    return {
        "branches": list(flat(tree_of(whys))),
        "factors": list(problem.factors.select_related("cause__parent", "written_by")),
        "changes": list(problem.changes.select_related("written_by")),
        "impact": impact_of(problem),
        "outcome_target": outcomes.find(problem.outcome, problem.outcome_reference),
    }


def narrow(form: Any, problem: Problem) -> None:
    """Offer the lines of this problem only."""
    for name, lines in (("parent", problem.whys), ("why", problem.whys), ("factor", problem.factors)):
        if name in getattr(form, "fields", {}):
            form.fields[name].queryset = lines.all()
    if "change" in getattr(form, "fields", {}):
        form.fields["change"].queryset = problem.changes.all()
