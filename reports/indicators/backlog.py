"""What was still open at the end of a period, and how old it was by then. Neither ages nor backlogs are reconstructed
from events: a row that was open at a moment is one that began before it and had not ended by then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models import Value as Constant
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from problems.models import Problem
from problems.models.status import Status as ProblemStatus
from reports.indicators.dimensions import BY_INCIDENT, BY_SERVICE, OF_ACTIONS, Rows
from reports.indicators.grouping import NINE_TENTHS, Base, Percentile
from reports.indicators.incidents import every_incident
from reports.indicators.question import Key, Question
from reports.indicators.registry import Indicator, register
from reports.indicators.values import Spread, Unit, Value
from reports.period import GRAINS, parse_period, pieces

BY_END = ("day", "week", "month", "quarter", "year")
OpenAt = Callable[[datetime], Q]


@dataclass(frozen=True)
class OpenAtTheEnd(Indicator):
    """By a dimension of time: at the end of each day, week, month ... of the period, as far as it has begun."""

    base: Base = field(kw_only=True)
    is_open: OpenAt = field(kw_only=True)
    began: str = field(kw_only=True)

    def measure(self, question: Question) -> dict[Key, Value]:
        grain = next((name for name in question.by if name in GRAINS), None)
        if grain is None:
            return self._measure(question)
        found: dict[Key, Value] = {}
        place = question.by.index(grain)
        others = tuple(name for name in question.by if name != grain)
        for piece in pieces(question.period, grain):
            if piece.start <= question.now:
                at_its_end = replace(question, by=others, filters={**question.filters, grain: str(piece)})
                for key, value in self._measure(at_its_end).items():
                    found[(*key[:place], str(piece), *key[place:])] = value
        return found

    def _measure(self, question: Question) -> dict[Key, Value]:
        counts = {"number": Count("pk"), **self.more(self.moment_of(question))}
        bare = replace(question, filters={}, by=tuple(name for name in question.by))
        return {key: self.value_of(row) for key, row in self.base.group(self.rows(question), bare, counts)}

    def more(self, moment: datetime) -> Mapping[str, Any]:
        return {}

    def value_of(self, row: Mapping[str, Any]) -> Value:
        return Value(row["number"], row["number"])

    def moment_of(self, question: Question) -> datetime:
        """The end of the period, or of the piece of it that is asked for; never later than now."""
        ends = [parse_period(key).end for name, key in question.filters.items() if name in GRAINS]
        return min([question.period.end, question.now, *ends])

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        moment = self.moment_of(question)
        own = {name: key for name, key in question.filters.items() if name not in GRAINS}
        found = self.base.of().filter(**{f"{self.began}__lt": moment}).filter(self.is_open(moment))
        return self.base.narrow(found, replace(question, filters=own))


@dataclass(frozen=True)
class AgeAtTheEnd(OpenAtTheEnd):
    """The ages, as median and p90."""

    def more(self, moment: datetime) -> Mapping[str, Any]:
        now = ExpressionWrapper(Constant(moment), output_field=DateTimeField())
        age = now - F(self.began)
        return {
            "median": Percentile(age, fraction=0.5),
            "p90": Percentile(age, fraction=NINE_TENTHS, kind="disc"),
        }

    def value_of(self, row: Mapping[str, Any]) -> Value:
        spread = Spread.of(row["number"], row["median"], row["p90"])
        return Value(spread.median, spread.count, {"median": spread.median, "p90": spread.p90})


def _ended_after(*moments: str) -> OpenAt:
    def is_open(moment: datetime) -> Q:
        found = Q()
        for name in moments:
            found &= Q(**{name: None}) | Q(**{f"{name}__gte": moment})
        return found

    return is_open


def _problem_is_open(moment: datetime) -> Q:
    rejected = Q(status=ProblemStatus.REJECTED, status_since__lt=moment)
    return (Q(closed_at=None) | Q(closed_at__gte=moment)) & ~rejected


INCIDENTS = Base(every_incident, Rows("", "service__", "reported_at"), {**BY_INCIDENT, **BY_SERVICE})
PROBLEMS = Base(lambda: Problem.objects.all(), Rows("", "service__", "raised_at"), BY_SERVICE)
ACTIONS = Base(lambda: ActionItem.objects.all(), Rows("incident__", "incident__service__", "created_at"), OF_ACTIONS)
AGES = {"median": (_("Median"), Unit.SECONDS), "p90": (_("p90"), Unit.SECONDS)}
BACKLOG = _("Backlog and ageing")


def _open(name: str, label: Any, definition: Any, of: type[OpenAtTheEnd], base: Base, **more: Any) -> OpenAtTheEnd:
    is_age = of is AgeAtTheEnd
    return of(
        name,
        label,
        definition,
        BACKLOG,
        Unit.SECONDS if is_age else Unit.COUNT,
        (*base.dimensions, *BY_END),
        base=base,
        beside=AGES if is_age else {},
        is_better_high=False,
        **more,
    )


NOT_CLOSED: dict[str, Any] = {"is_open": _ended_after("closed_at", "cancelled_at"), "began": "reported_at"}
NOT_RESOLVED: dict[str, Any] = {"is_open": _ended_after("resolved_at", "cancelled_at"), "began": "reported_at"}
OPEN_PROBLEMS: dict[str, Any] = {"is_open": _problem_is_open, "began": "raised_at"}
OPEN_ACTIONS: dict[str, Any] = {"is_open": _ended_after("completed_at", "cancelled_at"), "began": "created_at"}
register(
    _open(
        "backlog",
        _("Backlog"),
        _("Incidents reported before the end of the period and neither closed nor cancelled by then."),
        OpenAtTheEnd,
        INCIDENTS,
        **NOT_CLOSED,
    ),
    _open(
        "unresolved",
        _("Unresolved"),
        _("Incidents reported before the end of the period and neither resolved nor cancelled by then."),
        OpenAtTheEnd,
        INCIDENTS,
        **NOT_RESOLVED,
    ),
    _open(
        "unresolved_age",
        _("Age of what is unresolved"),
        _("How long ago the incidents that were unresolved at the end of the period had been reported."),
        AgeAtTheEnd,
        INCIDENTS,
        **NOT_RESOLVED,
    ),
    _open(
        "problems_open",
        _("Open problems"),
        _("Problems raised before the end of the period and neither closed nor rejected by then."),
        OpenAtTheEnd,
        PROBLEMS,
        **OPEN_PROBLEMS,
    ),
    _open(
        "problem_age",
        _("Age of open problems"),
        _("How long ago the problems that were open at the end of the period had been raised."),
        AgeAtTheEnd,
        PROBLEMS,
        **OPEN_PROBLEMS,
    ),
    _open(
        "actions_open",
        _("Open actions"),
        _("Action items made before the end of the period and neither done nor cancelled by then."),
        OpenAtTheEnd,
        ACTIONS,
        **OPEN_ACTIONS,
    ),
    _open(
        "action_age",
        _("Age of open actions"),
        _("How long ago the action items that were open at the end of the period had been made."),
        AgeAtTheEnd,
        ACTIONS,
        **OPEN_ACTIONS,
    ),
)
