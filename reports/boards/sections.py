"""Lists of incidents on a board, with the rows of the incident list."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Person
from incidents.models.queries import IncidentQuerySet
from incidents.views.listing import Row, rows_of

MOST_ROWS = 25


@dataclass(frozen=True)
class Ask:
    """``id`` is the section's anchor, ``none`` what stands there without a row, ``url`` the list of all of them."""

    id: str
    title: str
    none: str
    url: str
    incidents: IncidentQuerySet
    count: int


@dataclass(frozen=True)
class Section:
    ask: Ask
    rows: list[Row]

    @property
    def is_cut(self) -> bool:
        return len(self.rows) == MOST_ROWS


def sections(asks: list[Ask], person: Person, now: datetime) -> list[Section]:
    """Each incident stands once, in the first section that has it; the rows of all are read together."""
    numbers: dict[str, list[int]] = {}
    shown: list[int] = []
    for ask in asks:
        found = ask.incidents.exclude(pk__in=list(shown)).by_next_deadline()
        numbers[ask.id] = list(found.values_list("pk", flat=True)[:MOST_ROWS])
        shown += numbers[ask.id]
    rows = {row.incident.pk: row for row in rows_of(shown, person, now)}
    return [Section(ask, [rows[pk] for pk in numbers[ask.id] if pk in rows]) for ask in asks]
