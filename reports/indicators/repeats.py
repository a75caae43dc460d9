"""How many incidents are the same again."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext_lazy as _

from incidents.models import CauseClass, Incident
from reports.indicators.grouping import Share
from reports.indicators.incidents import DIMENSIONS, GROUP, REPORTED, counted_incidents
from reports.indicators.question import Question
from reports.indicators.registry import register
from reports.indicators.values import Unit

DAYS = 30
WITHIN = timedelta(days=DAYS)


def _follows(rows: "QuerySet[Any]", what: str, moment: str, question: Question) -> "QuerySet[Any]":
    """Of rows that have the same ``what``, those whose forerunner is at most so many days older."""
    stretch = {f"{moment}__gte": question.period.start - WITHIN, f"{moment}__lt": question.period.end}
    before = Window(Lag(moment), partition_by=F(what), order_by=moment)
    known = rows.filter(**stretch).order_by().annotate(before=before)
    found: QuerySet[Any] = known.filter(before__gte=F(moment) - WITHIN)
    return found


def _is_repeated(question: Question) -> Q:
    links: Any = Incident.problems.through.objects.exclude(incident__status="cancelled")
    of_rule = _follows(counted_incidents().exclude(dedup_key=""), "dedup_key", "reported_at", question)
    of_problem = _follows(links.filter(incident__is_drill=False), "problem", "incident__reported_at", question)
    return (
        Q(cause_class=CauseClass.RECURRING) | Q(pk__in=of_rule.values("pk")) | Q(pk__in=of_problem.values("incident"))
    )


REPEATS = Share(
    "repeat_rate",
    _("Repeated"),
    _(
        "Of the incidents reported in the period: the share whose cause is recurring, or that have the rule or a "
        "problem in common with an incident reported at most 30 days before."
    ),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=REPORTED,
    condition=_is_repeated,
    part="repeated",
    rest="new",
    parts={"repeated": _("repeated"), "new": _("not seen before")},
    is_better_high=False,
)
register(REPEATS)
