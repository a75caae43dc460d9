"""Incidents as lines of a CSV file: what stands in which column. Reads only what ``for_export`` has loaded."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.filter_choices import Added
from incidents.models import Clock, Incident
from incidents.models.queries import IncidentQuerySet
from incidents.presentation.veiling import unseen_of
from incidents.spreadsheet import MARK, safe

CHUNK = 500
RELATED = (
    *("level", "service__business_line", "category", "owner", "handler", "manager", "communications_lead"),
    *("reporter", "transferred_to"),
)
Column = tuple[str, Callable[[Any], Any]]


def for_export(incidents: IncidentQuerySet) -> QuerySet[Any]:
    """Everything that a line shows, with the row: no query per line."""
    breached = Clock.objects.filter(incident=OuterRef("pk"), breached_at__isnull=False).order_by("breached_at")
    found = incidents.annotate(
        is_breached=Exists(breached.order_by()), breached_kinds=ArraySubquery(breached.values("kind"))
    )
    if hasattr(Incident, "problems"):
        links = Incident.problems.through.objects.filter(incident=OuterRef("pk")).order_by("problem_id")
        found = found.annotate(problem_numbers=ArraySubquery(links.values("problem_id")))
    return found.select_related(*RELATED).defer("search")


def columns(added: Iterable[Added]) -> list[Column]:
    """(head, how to read it off an incident), in the language in force."""
    fixed: list[Column] = [
        (_("No."), lambda row: row.reference),
        (_("Title"), lambda row: row.title),
        (_("Level"), lambda row: row.level_id),
        (_("Priority"), lambda row: row.priority),
        (_("Impact"), lambda row: row.get_impact_display()),
        (_("Urgency"), lambda row: row.get_urgency_display()),
        (_("Major incident"), lambda row: _yes(row.is_major)),
        (_("Status"), lambda row: row.get_status_display()),
        (_("Business line"), lambda row: row.service.business_line.name),
        (_("Service"), lambda row: row.service.name),
        (_("Category"), lambda row: row.category and str(row.category)),
        (_("Tags"), lambda row: ", ".join(row.tags)),
        (_("Source"), lambda row: row.get_source_display()),
        (_("Reference elsewhere"), lambda row: row.external_reference),
        (_("Owner"), lambda row: _name(row.owner)),
        (_("Handler"), lambda row: _name(row.handler)),
        (_("Incident manager"), lambda row: _name(row.manager)),
        (_("Communications lead"), lambda row: _name(row.communications_lead)),
        (_("Transferred to"), lambda row: _name(row.transferred_to)),
        (_("Reporter"), lambda row: _name(row.reporter) or row.reporter_name),
        (_("Occurred at"), lambda row: _moment(row.occurred_at)),
        (_("Reported at"), lambda row: _moment(row.reported_at)),
        (_("Acknowledged at"), lambda row: _moment(row.acknowledged_at)),
        (_("Recovered at"), lambda row: _moment(row.recovered_at)),
        (_("Resolved at"), lambda row: _moment(row.resolved_at)),
        (_("Closed at"), lambda row: _moment(row.closed_at)),
        (_("Last changed at"), lambda row: _moment(row.updated_at)),
        (_("Next deadline"), lambda row: _moment(None if row.is_over else row.next_due_at)),
        (_("Missed a target"), lambda row: _yes(row.is_breached)),
        (_("Missed targets"), lambda row: ", ".join(row.breached_kinds)),
        (_("Snoozed until"), lambda row: _moment(row.snoozed_until)),
        (_("Waiting for"), lambda row: row.get_waiting_for_display()),
        (_("Reopened"), lambda row: row.reopen_count),
        (_("Parent"), lambda row: _reference(row.parent_id)),
        (_("Merged into"), lambda row: _reference(row.merged_into_id)),
        (_("Problems"), lambda row: ", ".join(f"PRB-{number}" for number in getattr(row, "problem_numbers", []))),
        (_("Cause class"), lambda row: row.get_cause_class_display()),
        (_("Resolution"), lambda row: row.resolution),
    ]
    return fixed + [(field.name, _reader_of(field)) for field in added]


def write_lines(
    incidents: QuerySet[Any], added: list[Added], *, language: str, zone: tzinfo, reader: Person
) -> Iterator[str]:
    """The file in pieces of some hundred lines; never more than one piece is held.

    Pieces are made while the answer is being sent, after the request's language and time zone have been put away, so
    those are taken along.
    """
    rows = incidents.iterator(chunk_size=CHUNK)
    with translation.override(language):
        heads = columns(added)
        first = MARK + _line([head for head, _read in heads])
    yield first
    while piece := list(islice(rows, CHUNK)):
        _leave_out_unseen(piece, reader)
        with translation.override(language), timezone.override(zone):
            text = "".join(_line([read(row) for _head, read in heads]) for row in piece)
        yield text


def _leave_out_unseen(rows: list[Any], reader: Person) -> None:
    """Parents and merges that are not for the reader; in memory only."""
    unseen = unseen_of([other for row in rows for other in (row.parent_id, row.merged_into_id)], reader)
    for row in rows:
        row.parent_id = None if row.parent_id in unseen else row.parent_id
        row.merged_into_id = None if row.merged_into_id in unseen else row.merged_into_id


class _Line:
    """What csv writes to: hands every line on."""

    def write(self, line: str) -> str:
        return line


_writer: Any = csv.writer(_Line(), lineterminator="\r\n")


def _line(cells: list[Any]) -> str:
    line: str = _writer.writerow([safe(cell) for cell in cells])
    return line


def _reader_of(field: Added) -> Callable[[Any], Any]:
    def read(row: Any) -> Any:
        value = row.custom.get(field.key)
        return _yes(value) if isinstance(value, bool) else value

    return read


def _yes(answer: bool) -> str:
    return _("yes") if answer else _("no")


def _name(record: Any) -> str:
    return record.name if record else ""


def _moment(at: datetime | None) -> str:
    """In the reader's zone, to the second, with its offset."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def _reference(number: int | None) -> str:
    return f"INC-{number}" if number else ""
