"""The rows that a figure of the meeting counted, as one reader may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from catalog.models import Person
from incidents.models import Breach, Incident
from incidents.presentation.veiling import unseen_of
from lifecycle import clock
from notifications.models import Delivery
from reports.meeting.agenda import window_of
from reports.meeting.numbers import Figure, figures_of
from reports.models import Meeting


@dataclass(frozen=True)
class FigureRow:
    """``words``: what is said of it beside its incident. ``incident`` is None where a page spoke of none."""

    at: datetime | None
    incident: Incident | None
    words: list[str]


@dataclass(frozen=True)
class FigureRows:
    """``at``: what the moment of a row is. ``hidden``: rows about incidents that are not for the reader; ``left_out``:
    rows beyond those that an agenda keeps."""

    figure: Figure
    at: str | Promise
    rows: list[FigureRow]
    hidden: int
    left_out: int


@dataclass(frozen=True)
class _Kind:
    """How the keys of a figure are read: the rows, the incident of one, its moment and its words."""

    rows: Callable[[], QuerySet[Any]]
    incident: Callable[[Any], Incident | None]
    moment: Callable[[Any], datetime | None]
    at: str | Promise
    words: Callable[[Any], list[str]]


def _incidents(field: str, at: str | Promise) -> _Kind:
    return _Kind(
        lambda: Incident.objects.select_related("service", "level", "owner"),
        lambda row: row,
        lambda row: getattr(row, field),
        at,
        lambda row: [row.service.name],
    )


BREACHES = _Kind(
    lambda: Breach.objects.select_related("clock__incident__service", "clock__incident__level"),
    lambda row: row.clock.incident,
    lambda row: row.recorded_at,
    _("Missed at"),
    lambda row: [row.clock.incident.service.name, str(row.clock.get_kind_display())],
)
PAGES = _Kind(
    lambda: Delivery.objects.select_related("incident__service", "incident__level", "recipient"),
    lambda row: row.incident,
    lambda row: row.created_at,
    _("Paged at"),
    lambda row: [str(row.recipient or ""), str(row.get_channel_display()), str(row.get_status_display())],
)
KINDS: dict[str, _Kind] = {
    "reported": _incidents("reported_at", _("Reported at")),
    "major": _incidents("reported_at", _("Reported at")),
    "recovered": _incidents("recovered_at", _("Recovered at")),
    "resolved": _incidents("resolved_at", _("Resolved at")),
    "breached": BREACHES,
    "late": BREACHES,
    "pages": PAGES,
}


def rows_of_figure(meeting: Meeting, name: str, reader: Person) -> FigureRows | None:
    """As frozen when the meeting started; of one that has not started, as they are now. None where there is no such
    figure, or its rows were not kept. Two or three queries, whatever their number."""
    stored = meeting.agenda["figures"] if meeting.agenda else figures_of(window_of(meeting, clock.now()))
    figure = next((Figure(**each) for each in stored if each["name"] == name), None)
    if figure is None or figure.rows is None or name not in KINDS:
        return None
    kind = KINDS[name]
    found = kind.rows().in_bulk(figure.rows)
    rows = [found[key] for key in figure.rows if key in found]
    unseen = unseen_of({incident.pk for row in rows if (incident := kind.incident(row))}, reader)
    seen = [
        FigureRow(kind.moment(row), incident, [word for word in kind.words(row) if word])
        for row in rows
        if (incident := kind.incident(row)) is None or incident.pk not in unseen
    ]
    return FigureRows(figure, kind.at, seen, len(rows) - len(seen), figure.count - len(figure.rows))
