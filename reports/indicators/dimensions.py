"""By what figures can be told apart, and how the database finds it in a row.

A dimension splits rows into groups without overlap, so that the groups' counts add up to the whole. Trees (categories,
business lines) come twice: by their root, and by the very node.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.db.models.functions import Cast, ExtractHour, ExtractIsoWeekDay, Trunc
from django.utils.translation import gettext_lazy as _

from reports.indicators.question import NONE
from reports.lines import placements_by_service
from reports.period import GRAINS, parse_period


@dataclass(frozen=True)
class Rows:
    """Where the rows' own facts lie: the path to their incident ("" or "incident__") and to their service, and the
    moment by which they belong to a period."""

    incident: str
    service: str
    moment: str


@dataclass(frozen=True)
class Dimension:
    """``expression`` finds the key of a row, ``write`` makes a text of it, ``condition`` finds rows by that text."""

    name: str
    label: Any
    expression: Callable[[Rows], Any]
    write: Callable[[Any], str] = str
    is_number: bool = False

    def key_of(self, found: Any) -> str:
        return NONE if found in (None, "") else self.write(found)

    def condition(self, rows: Rows, alias: str, key: str) -> Q:
        """ValueError for a key that cannot be one."""
        if self.name in GRAINS:
            period = parse_period(key)
            return Q(**{f"{rows.moment}__gte": period.start, f"{rows.moment}__lt": period.end})
        if key == NONE:
            return Q(**{alias: None}) if self.is_number else Q(**{alias: None}) | Q(**{alias: ""})
        return Q(**{alias: int(key) if self.is_number else key})


class SplitPart(Func):
    """The so-and-so-many part of a path such as "3/14/"."""

    function = "split_part"
    output_field = CharField()


def root_of(path: str) -> Any:
    """The first node of a path in a tree, as a text."""
    return SplitPart(F(path), Value("/"), Value(1))


def _line(rows: Rows, *, is_root: bool) -> Any:
    """The business line to which the service belonged at the row's moment; few services ever move."""
    cases = []
    for service, stays in placements_by_service().items():
        for stay, following in zip(stays, [*stays[1:], None], strict=True):
            condition = Q(**{rows.service.rstrip("_") or "pk": service})
            if following is not None:
                condition &= Q(**{f"{rows.moment}__lt": following.start})
                cases.append(When(condition, then=Value(stay.root if is_root else stay.line)))
    path = f"{rows.service}business_line__path"
    number = f"{rows.service}business_line"
    here = root_of(path) if is_root else Cast(F(number), CharField())
    return Case(*cases, default=here, output_field=CharField()) if cases else here


def _truncated(grain: str) -> Callable[[Rows], Any]:
    return lambda rows: Trunc(rows.moment, grain, tzinfo=UTC)


def _period_of(grain: str) -> Callable[[datetime], str]:
    return lambda moment: str(GRAINS[grain](moment))


def _incidents(field: str) -> Callable[[Rows], Any]:
    return lambda rows: F(f"{rows.incident}{field}")


TIMES = {
    "day": _("Day"),
    "week": _("Week"),
    "month": _("Month"),
    "quarter": _("Quarter"),
    "year": _("Year"),
}
BY_TIME = {name: Dimension(name, label, _truncated(name), _period_of(name)) for name, label in TIMES.items()}
BY_CLOCK_TIME = {
    "weekday": Dimension(
        "weekday", _("Day of the week"), lambda rows: ExtractIsoWeekDay(rows.moment, tzinfo=UTC), is_number=True
    ),
    "hour": Dimension("hour", _("Hour of the day"), lambda rows: ExtractHour(rows.moment, tzinfo=UTC), is_number=True),
}
BY_SERVICE = {
    "service": Dimension("service", _("Service"), lambda rows: F(f"{rows.service}slug")),
    "team": Dimension("team", _("O&M team"), lambda rows: F(f"{rows.service}operations_team__slug")),
    "line": Dimension("line", _("Business line"), lambda rows: _line(rows, is_root=False)),
    "branch": Dimension("branch", _("Business"), lambda rows: _line(rows, is_root=True)),
}
BY_INCIDENT = {
    "level": Dimension("level", _("Level"), _incidents("level"), is_number=True),
    "priority": Dimension("priority", _("Priority"), _incidents("priority"), is_number=True),
    "category": Dimension("category", _("Category"), lambda rows: root_of(f"{rows.incident}category__path")),
    "subcategory": Dimension(
        "subcategory", _("Subcategory"), lambda rows: Cast(F(f"{rows.incident}category"), CharField())
    ),
    "cause": Dimension("cause", _("Cause"), _incidents("cause_class")),
    "source": Dimension("source", _("Source"), _incidents("source")),
}
OF_INCIDENTS: Mapping[str, Dimension] = {**BY_INCIDENT, **BY_SERVICE, **BY_TIME, **BY_CLOCK_TIME}


def of_field(name: str, label: Any, field: str) -> dict[str, Dimension]:
    """A dimension that is a column of the rows themselves."""
    return {name: Dimension(name, label, lambda _rows: F(field))}


OF_CLOCKS = of_field("clock", _("Clock"), "kind")
OF_DELIVERIES = {
    **of_field("channel", _("Channel"), "channel"),
    **of_field("purpose", _("Purpose"), "purpose"),
    **of_field("person", _("Person"), "recipient__username"),
}
OF_ACTIONS = of_field("owner", _("Owner"), "owner__username")
EVERY = {**OF_INCIDENTS, **OF_CLOCKS, **OF_DELIVERIES, **OF_ACTIONS}
NAMES: Mapping[str, Any] = {
    **{name: dimension.label for name, dimension in EVERY.items()},
    "below": _("Business line and all below it"),
}
