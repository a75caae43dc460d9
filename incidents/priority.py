"""Which level an incident should have, and why. Pure: plain values in, plain values out.

Impact x urgency gives a priority by the matrix, and that a level. Each worded criterion that applies ("data loss")
speaks for a level too. The worst of those levels is suggested: a criterion overrides the matrix where it is worse, and
never makes an incident look smaller than its priority. Numbers are those of the domain: 1 is the worst.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Cell:
    """What the matrix says of one impact (1 to 3) and one urgency (1 to 3)."""

    priority: int
    level: int


@dataclass(frozen=True)
class Worded:
    """A worded criterion that applies."""

    wording: str
    level: int


@dataclass(frozen=True)
class MatrixReason:
    impact: int
    urgency: int
    priority: int


@dataclass(frozen=True)
class Suggestion:
    """``level`` is None where nothing speaks for any; ``priority`` where impact and urgency are not both known.

    ``criteria`` are the wordings that speak for the suggested level; ``matrix`` is the cell, where it does.
    """

    level: int | None = None
    priority: int | None = None
    criteria: tuple[str, ...] = ()
    matrix: MatrixReason | None = None

    def as_data(self) -> dict[str, Any]:
        """For JSON: {"level": 1, "priority": 2, "reasons": [{"criterion": "Data loss"}, {"impact": 1, ...}]}."""
        reasons: list[dict[str, Any]] = [{"criterion": wording} for wording in self.criteria]
        if self.matrix is not None:
            reasons.append(asdict(self.matrix))
        return {"level": self.level, "priority": self.priority, "reasons": reasons}


def suggest(
    *,
    impact: int | None,
    urgency: int | None,
    criteria: Iterable[Worded] = (),
    matrix: Mapping[tuple[int, int], Cell],
) -> Suggestion:
    """The level that impact, urgency and the criteria that apply speak for, with its reasons."""
    applying = tuple(criteria)
    cell = matrix.get((impact, urgency)) if impact is not None and urgency is not None else None
    levels = [worded.level for worded in applying] + ([cell.level] if cell else [])
    if not levels:
        return Suggestion()
    level = min(levels)
    reason = None
    if cell is not None and cell.level == level and impact is not None and urgency is not None:
        reason = MatrixReason(impact, urgency, cell.priority)
    wordings = tuple(worded.wording for worded in applying if worded.level == level)
    return Suggestion(level, cell.priority if cell else None, wordings, reason)
