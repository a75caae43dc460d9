"""How many incidents, and how long they took. They belong to the period in which they were reported."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, Source, Status
from reports.indicators.dimensions import OF_INCIDENTS, Rows
from reports.indicators.grouping import Amount, Base, Duration, Share
from reports.indicators.question import Question
from reports.indicators.registry import register
from reports.indicators.values import DURATIONS, Unit

CUSTOMERS = (Source.HOTLINE, Source.EMAIL, Source.PORTAL, Source.WEB, Source.API)
"""Through which people tell us; an import says nothing about who noticed first."""
GROUP = _("Incidents")


def every_incident() -> "QuerySet[Any]":
    """Without drills."""
    return Incident.objects.filter(is_drill=False)


def counted_incidents() -> "QuerySet[Any]":
    """Without drills, false alarms and merged duplicates."""
    return every_incident().exclude(status=Status.CANCELLED)


def by_moment(moment: str, of: Any = counted_incidents) -> Base:
    return Base(of, Rows("", "service__", moment), OF_INCIDENTS)


REPORTED = by_moment("reported_at")
DIMENSIONS = tuple(OF_INCIDENTS)
IS_MAJOR = Q(level=1) | Q(is_declared_major=True)


def amount(name: str, label: Any, definition: Any, **more: Any) -> Amount:
    return Amount(name, label, definition, GROUP, Unit.COUNT, DIMENSIONS, **{"base": REPORTED, **more})


def _found_by_rules(question: Question) -> Q:
    """A rule opened it and no customer's duplicate is older, or a rule's duplicate is older than the customer's."""
    merged = Incident.objects.filter(
        merged_into__reported_at__gte=question.period.start, merged_into__reported_at__lt=question.period.end
    )
    older = merged.filter(reported_at__lt=F("merged_into__reported_at")).values("merged_into")
    by_customers, by_rules = older.filter(source__in=CUSTOMERS), older.filter(source=Source.DETECTION)
    opened = Q(source=Source.DETECTION) & ~Q(pk__in=by_customers)
    return opened | Q(source__in=CUSTOMERS) & Q(pk__in=by_rules)


FOUND_BY_RULES = Share(
    "found_by_rules",
    _("Found by our own rules"),
    _(
        "Of the incidents reported in the period, but those imported: the share that one of our detection rules saw "
        "before the first customer or colleague told us. Merged duplicates decide who was first."
    ),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=REPORTED,
    whole=~Q(source=Source.IMPORT),
    condition=_found_by_rules,
    part="by_rules",
    rest="by_people",
    parts={"by_rules": _("seen by rules first"), "by_people": _("told by people first")},
    is_better_high=True,
)
REOPENED = Share(
    "reopen_rate",
    _("Reopened"),
    _("Of the incidents reported in the period: the share that was reopened at least once, whenever that was."),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=REPORTED,
    condition=lambda _question: Q(reopen_count__gt=0),
    part="reopened",
    rest="not_reopened",
    parts={"reopened": _("reopened"), "not_reopened": _("never reopened")},
    is_better_high=False,
)
MAJOR_SHARE = Share(
    "major_share",
    _("Major incidents of all"),
    _("Of the incidents reported in the period: the share that is Level 1 or was declared major."),
    GROUP,
    Unit.SHARE,
    DIMENSIONS,
    base=REPORTED,
    condition=lambda _question: IS_MAJOR,
    part="major",
    rest="not_major",
    parts={"major": _("major"), "not_major": _("not major")},
    is_better_high=False,
)
COUNTS = (
    amount(
        "incidents",
        _("Incidents"),
        _(
            "Incidents reported in the period. Drills, cancelled and merged ones are none. The level is "
            "the present one."
        ),
        is_better_high=False,
    ),
    amount(
        "majors",
        _("Major incidents"),
        _("Incidents reported in the period that are Level 1 or were declared major."),
        condition=IS_MAJOR,
        is_better_high=False,
    ),
    amount(
        "cancelled",
        _("Cancelled or merged"),
        _("Reports of the period that turned out to be false alarms, or duplicates of another incident."),
        base=by_moment("reported_at", every_incident),
        condition=Q(status=Status.CANCELLED),
    ),
    amount(
        "resolved",
        _("Resolved"),
        _("Incidents that were resolved in the period, whenever they were reported."),
        base=by_moment("resolved_at"),
        condition=Q(is_resolution_assumed=False),
    ),
    amount(
        "closed",
        _("Closed"),
        _("Incidents that were closed in the period, whenever they were reported."),
        base=by_moment("closed_at"),
    ),
)
LEFT_OUT = {"left_out": _("left out"), "backwards": _("running backwards")}
TOLD = {
    "detect": (
        _("Time to detect"),
        _("From the occurrence to the report, of incidents reported in the period: median and p90."),
    ),
    "acknowledge": (
        _("Time to acknowledge"),
        _("From the report to the moment at which somebody started handling: median and p90."),
    ),
    "recover": (
        _("Time to recover"),
        _("From the occurrence to the moment at which the service worked again: median and p90."),
    ),
    "resolve": (
        _("Time to resolve"),
        _("From the report to the moment at which the cause was handled: median and p90."),
    ),
    "close": (_("Time to close"), _("From the report to the closing: median and p90.")),
}
KNOWN = {"resolve": Q(is_resolution_assumed=False)}
DURATION_INDICATORS = tuple(
    Duration(
        name,
        TOLD[name][0],
        TOLD[name][1],
        _("Durations"),
        Unit.SECONDS,
        DIMENSIONS,
        base=REPORTED,
        start=start,
        end=end,
        known=KNOWN.get(name, Q()),
        parts=LEFT_OUT,
        beside={"median": (_("Median"), Unit.SECONDS), "p90": (_("p90"), Unit.SECONDS)},
        is_better_high=False,
    )
    for name, (start, end) in DURATIONS.items()
)
register(*COUNTS, *DURATION_INDICATORS, FOUND_BY_RULES, REOPENED, MAJOR_SHARE)
