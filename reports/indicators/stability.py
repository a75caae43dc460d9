"""UV, PV and Time stability, with the budget that the target leaves (reports/measurement.py, reports/targets.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from reports.indicators.dimensions import BY_SERVICE, BY_TIME
from reports.indicators.question import Key, Question
from reports.indicators.registry import Indicator, register
from reports.indicators.values import Unit, Value
from reports.measurement import Measured, Piece, add_up, count_impacts, cut_services, measure_pieces
from reports.models import StabilityKind
from reports.period import GRAINS, Days, Period, parse_period
from reports.rows import harmful
from reports.targets import Budget, Targets, budget_of

OWN = ("service", "team", "line", "branch", "below")
DIMENSIONS = (*BY_SERVICE, *BY_TIME)


@dataclass(frozen=True)
class Stability(Indicator):
    kind: str = field(kw_only=True)

    def measure(self, question: Question) -> dict[Key, Value]:
        """Groups without any service do not appear; without ``by`` there is an answer all the same."""
        asked = _within_its_times(question)
        if asked is None:
            return {} if question.by else {(): Value(None)}
        grains = [name for name in question.by if name in GRAINS]
        groups: dict[Key, list[Measured]] = {}
        for entry in measure_pieces(asked.period, now=asked.now, grains=grains, within=_services(asked)):
            if _is_asked(entry.piece, asked):
                groups.setdefault(tuple(_key(entry.piece, name) for name in question.by), []).append(entry)
        if not question.by:
            groups.setdefault((), [])
        targets = Targets.on(asked.period.last_day)
        return {key: self._value(found, question, targets) for key, found in sorted(groups.items())}

    def _value(self, found: Sequence[Measured], question: Question, targets: Targets) -> Value:
        share = add_up(found, self.kind)
        parts: dict[str, float | None] = {"lost": share.lost, "whole": share.whole}
        whole = sum(entry.wholes[self.kind] for entry in found)
        target = self._target(found, question, targets)
        if target is not None and whole:
            budget = budget_of(target, lost=share.lost, so_far=share.whole, whole=whole)
            parts |= _told(budget)
        return Value(share.stability, count_impacts(found), parts)

    def _target(self, found: Sequence[Measured], question: Question, targets: Targets) -> float | None:
        """Of the one thing that the answer is about: a service, a line, or the company; of a mixture there is none."""
        named = {*question.by, *question.filters} & set(OWN)
        first = found[0].piece if found else None
        if "service" in named:
            return targets.find(self.kind, service=first.service.pk, path=first.path) if first else None
        if named & {"line", "branch", "below"} and "team" not in named:
            return targets.find(self.kind, path=_common_path(first, question)) if first else None
        return None if named else targets.find(self.kind)

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        """The impact that lies in the period, whether or not a larger one hides it."""
        asked = _within_its_times(question)
        if asked is None:
            return harmful(question.period).none()
        whole: list[int] = []
        parts = Q(pk=None)
        for service, pieces in cut_services(asked.period, within=_services(asked)):
            inside = [piece for piece in pieces if _is_asked(piece, asked)]
            if len(inside) == len(pieces):
                whole.append(service.pk)
            for piece in inside if len(inside) < len(pieces) else ():
                parts |= Q(incident__service=service, pk__in=harmful(piece.period).order_by().values("pk"))
        return harmful(asked.period).filter(Q(incident__service__in=whole) | parts)


def _common_path(piece: Piece, question: Question) -> str:
    """Of the line that the answer is about: the piece's own, or one above it."""
    if "line" in (*question.by, *question.filters):
        return piece.path
    if "branch" in (*question.by, *question.filters):
        return f"{piece.branch}/"
    above, number, _below = f"/{piece.path}".partition(f"/{question.filters['below']}/")
    return f"{above}{number}".removeprefix("/")


def _told(budget: Budget) -> dict[str, float | None]:
    burn = None if budget.burn is None else round(budget.burn, 6)
    left = round(budget.left, 3) + 0.0  # never "-0"
    return {"target": budget.target, "budget": round(budget.allowed, 3), "left": left, "burn": burn}


def _within_its_times(question: Question) -> Question | None:
    """Filters by time as a narrower period; None where nothing is left of it."""
    first, after = question.period.first_day, question.period.end_day
    for name in set(question.filters) & set(GRAINS):
        stretch = parse_period(question.filters[name])
        first, after = max(first, stretch.first_day), min(after, stretch.end_day)
    if first >= after:
        return None
    is_same = (first, after) == (question.period.first_day, question.period.end_day)
    period: Period = question.period if is_same else Days(first, after)
    return replace(question, period=period)


def _services(question: Question) -> Q | None:
    conditions = Q()
    if "service" in question.filters:
        conditions &= Q(slug=question.filters["service"])
    if "team" in question.filters:
        conditions &= Q(operations_team__slug=question.filters["team"])
    return conditions or None


def _is_asked(piece: Piece, question: Question) -> bool:
    filters = question.filters
    is_below = f"/{filters['below']}/" in f"/{piece.path}" if "below" in filters else True
    is_there = filters.get("line", piece.line) == piece.line and filters.get("branch", piece.branch) == piece.branch
    return is_below and is_there


def _key(piece: Piece, name: str) -> str:
    service: Service = piece.service
    if name in GRAINS:
        return str(GRAINS[name](piece.period.first_day))
    found = {"service": service.slug, "team": service.operations_team.slug, "line": piece.line, "branch": piece.branch}
    return found[name]


def _stability(kind: StabilityKind, definition: Any, unit: Unit) -> Stability:
    return Stability(
        kind.value,
        kind.label,
        definition,
        _("Stability"),
        Unit.SHARE,
        DIMENSIONS,
        kind=kind.value,
        beside={
            "lost": (_("Lost"), unit),
            "whole": (_("Whole"), unit),
            "target": (_("Target"), Unit.SHARE),
            "budget": (_("Budget"), unit),
            "left": (_("Budget left"), unit),
            "burn": (_("Burn rate"), Unit.RATE),
        },
        filters=("below",),
        is_better_high=True,
    )


register(
    _stability(
        StabilityKind.UV,
        _(
            "1 - affected users / user-days. Where impacts of a service overlap, the one that loses most at that "
            "moment counts alone. A business line and the company are the sum of their services."
        ),
        Unit.COUNT,
    ),
    _stability(
        StabilityKind.PV,
        _("1 - affected page views / page views. Overlaps and sums as with UV."),
        Unit.COUNT,
    ),
    _stability(
        StabilityKind.TIME,
        _("1 - time in which the service did not work at all / time so far. Overlapping times count once."),
        Unit.SECONDS,
    ),
)
