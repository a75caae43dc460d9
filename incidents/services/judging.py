"""What impact, urgency and the worded criteria say of the level, and what somebody makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from incidents import priority
from incidents.models import Criterion, Degree, Incident, Level, MatrixCell
from incidents.priority import Suggestion
from lifecycle.text import sanitise
from lifecycle.transitions import InputRefused


@dataclass(frozen=True)
class Judgement:
    """``level`` is what the incident gets. ``reason`` says why, where it is not what was suggested."""

    level: Level
    suggestion: Suggestion
    reason: str
    impact: int | None
    urgency: int | None
    criteria: tuple[str, ...]

    @property
    def is_followed(self) -> bool:
        return self.suggestion.level in (None, self.level.pk)

    def stamp(self, incident: Incident) -> None:
        """Write it into the incident's fields."""
        incident.level = self.level
        incident.impact, incident.urgency = self.impact, self.urgency
        incident.priority = self.suggestion.priority
        incident.suggested_level_id = self.suggestion.level
        incident.level_reason = self.reason or "\n".join(self.suggestion.criteria)

    def as_data(self) -> dict[str, Any]:
        """For the event: what was known, what it suggested, and whether that was followed; empty where nothing was."""
        if self.suggestion.level is None:
            return {}
        known = {"impact": self.impact, "urgency": self.urgency, "criteria": list(self.criteria)}
        return {**known, "suggestion": self.suggestion.as_data(), "is_followed": self.is_followed}


def suggest_level(
    *, impact: int | None = None, urgency: int | None = None, criteria: Iterable[Criterion] = ()
) -> Suggestion:
    """What the site's matrix and criteria suggest."""
    return priority.suggest(
        impact=impact,
        urgency=urgency,
        criteria=[priority.Worded(criterion.wording, criterion.level_id) for criterion in criteria],
        matrix=_matrix() if impact is not None and urgency is not None else {},
    )


def judge(
    *,
    level: Level | None,
    impact: int | None = None,
    urgency: int | None = None,
    criteria: Iterable[Criterion] = (),
    reason: str = "",
) -> Judgement:
    """The level chosen by hand, or the suggested one where none was.

    Raises InputRefused: "level" where there is neither, "level_reason" where one was chosen against the suggestion
    without saying why, "impact" or "urgency" where one of them lacks.
    """
    _refuse_halves(impact, urgency)
    applying = list(criteria)
    suggestion = suggest_level(impact=impact, urgency=urgency, criteria=applying)
    chosen = level or Level.objects.filter(pk=suggestion.level or 0).first()
    if chosen is None:
        raise InputRefused(level=_("Choose a level, or say how far it reaches and how urgent it is."))
    reason = sanitise(reason).strip()
    if suggestion.level not in (None, chosen.pk) and not reason:
        words = {"number": suggestion.level}
        raise InputRefused(level_reason=_("Level %(number)d is suggested: say why this level is right.") % words)
    wordings = tuple(criterion.wording for criterion in applying)
    return Judgement(chosen, suggestion, reason, impact, urgency, wordings)


def _refuse_halves(impact: int | None, urgency: int | None) -> None:
    for name, value, other in (("impact", impact, urgency), ("urgency", urgency, impact)):
        if value is None and other is not None:
            raise InputRefused(**{name: _("Impact and urgency say something only together.")})
        if value is not None and value not in Degree.values:
            raise InputRefused(**{name: _("Choose one of those given.")})


def _matrix() -> dict[tuple[int, int], priority.Cell]:
    cells = MatrixCell.objects.values_list("impact", "urgency", "priority", "level_id")
    return {(impact, urgency): priority.Cell(rank, level) for impact, urgency, rank, level in cells}
