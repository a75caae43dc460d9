"""Stability of the company and its business lines against their targets, the worst first."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reports import words
from reports.boards.measures import used_budget
from reports.boards.telling import Told, tell, tell_by
from reports.indicators import Question
from reports.indicators.labels import label_of, labels_of
from reports.measurement import KINDS

MOST_LINES = 9


@dataclass(frozen=True)
class LineOfTable:
    """``left`` and ``used``: of the budget of affected users that the target allows; a dash without a target."""

    name: str
    shares: list[Told]
    is_company: bool = False

    @property
    def uv(self) -> Told:
        return self.shares[0]

    @property
    def target(self) -> str:
        return words.stability(self.uv.part("target"))

    @property
    def left(self) -> str:
        left = self.uv.part("left")
        return words.NOTHING if left is None else words.whole(left)

    @property
    def used(self) -> str:
        return words.percent(self.used_share)

    @property
    def used_share(self) -> float | None:
        return used_budget(self.uv)

    @property
    def is_spent(self) -> bool:
        left = self.uv.part("left")
        return left is not None and left < 0


def stability_table(question: Question) -> dict[str, Any]:
    """``stability``: the company, then the lines; ``more_lines``: how many found no room."""
    asked = Question(question.period, question.now, by=("line",))
    told = [tell_by(kind, asked) for kind in KINDS]
    names = labels_of("line")
    lines = [
        LineOfTable(label_of(key[0], names), [by_kind[key] for by_kind in told])
        for key in told[0]
        if all(key in by_kind for by_kind in told)
    ]
    lines.sort(key=lambda line: (-(line.used_share or 0), 2 if line.uv.number is None else line.uv.number, line.name))
    company = LineOfTable(_("Company"), [tell(kind, question) for kind in KINDS], is_company=True)
    return {"stability": [company, *lines[:MOST_LINES]], "more_lines": max(len(lines) - MOST_LINES, 0)}
