"""What was done so that the same does not happen again: problems closed with an outcome, action items done in time."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateTimeField, F, Q, QuerySet
from django.db.models.functions import Cast, Now, TruncDate
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from problems.models import Problem
from problems.models.status import CHOOSABLE
from reports.indicators.dimensions import BY_SERVICE, BY_TIME, Rows
from reports.indicators.grouping import Base, Grouped, Share
from reports.indicators.question import Key, Question
from reports.indicators.registry import register
from reports.indicators.values import Unit, Value

GROUP = _("Prevention")
CLOSED = Base(
    lambda: Problem.objects.filter(status="closed"), Rows("", "service__", "closed_at"), {**BY_SERVICE, **BY_TIME}
)
DUE = Base(
    lambda: ActionItem.objects.filter(cancelled_at=None).annotate(due_at=Cast("due_on", DateTimeField())),
    Rows("incident__", "incident__service__", "due_at"),
    {**BY_SERVICE, **BY_TIME},
)


@dataclass(frozen=True)
class ClosedProblems(Grouped):
    """How many problems were closed, and with which outcome."""

    def measure(self, question: Question) -> dict[Key, Value]:
        outcomes = {str(outcome): Count("pk", filter=Q(outcome=outcome)) for outcome in self.parts}
        found = self.group(question, number=Count("pk"), **outcomes)
        return {key: Value(row["number"], row["number"], {name: row[name] for name in outcomes}) for key, row in found}

    def rows(self, question: Question, part: str = "") -> "QuerySet[Any]":
        found = self.select(question)
        return found.filter(outcome=part) if part else found


register(
    ClosedProblems(
        "problems_closed",
        _("Problems closed"),
        _("Problems closed in the period, by what they ended with; rejected ones are none."),
        GROUP,
        Unit.COUNT,
        tuple(CLOSED.dimensions),
        base=CLOSED,
        parts={str(outcome.value): outcome.label for outcome in CHOOSABLE},
        is_better_high=True,
    ),
    Share(
        "actions_on_time",
        _("Action items done in time"),
        _(
            "Of the action items due in the period and done, or due by now: the share that was done by the end of its "
            "due day (UTC). Cancelled ones are left out."
        ),
        GROUP,
        Unit.SHARE,
        tuple(DUE.dimensions),
        base=DUE,
        whole=Q(completed_at__isnull=False) | Q(due_on__lt=TruncDate(Now())),
        condition=lambda _question: Q(completed_at__date__lte=F("due_on")),
        part="on_time",
        rest="late",
        parts={"on_time": _("done in time"), "late": _("late or not done")},
        is_better_high=True,
    ),
)
