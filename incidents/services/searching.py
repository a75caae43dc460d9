"""Keeps ``Incident.search`` true to what the incident says.

Weight A is the title; B what describes it: details, tags, service, category, people, the reference elsewhere, values of
added fields; C what was written down while handling it, which a reporter does not search.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from incidents.models import Incident
from incidents.models.text_index import Appended, Vector, WordCount
from incidents.search import MOST_WORDS, vector_of
from lifecycle.models import Event

NOTE_VERBS = ("note", "update", "reply")
MOST_NOTES = 500
MOST_WORDS_OF_A_NOTE = 2000
PEOPLE = ("owner", "handler", "manager", "communications_lead", "reporter")
SHOWN = ("service", "category", *PEOPLE)


def index_incident(incident: Incident) -> None:
    """Write the incident's words anew: after it was opened or edited, or when its people changed."""
    index_incidents(Incident.objects.filter(pk=incident.pk))


def index_note(incident: Incident, text: str) -> None:
    """Add the words of one note, without reading all the others. A full index takes no more."""
    words = vector_of([("C", [text])], most=MOST_WORDS_OF_A_NOTE)
    if not words:
        return
    known = Coalesce(F("search"), Vector(""))
    rows = Incident.objects.alias(word_count=WordCount(known)).filter(pk=incident.pk, word_count__lt=MOST_WORDS)
    rows.update(search=Appended(known, Vector(words)))


def index_incidents(incidents: QuerySet[Incident]) -> int:
    """Write the words of each anew with one query for the rows, one for their notes, and one update; for imports and
    batches of some hundred. Returns how many."""
    rows = list(incidents.select_related(*SHOWN).order_by())
    notes = _notes_of(rows)
    for row in rows:
        row.search = Vector(vector_of(_parts(row, notes[row.pk])))
    return Incident.objects.bulk_update(rows, ["search"])


def _notes_of(rows: Iterable[Incident]) -> dict[int, list[str]]:
    """The youngest notes of each, the youngest first."""
    kind = ContentType.objects.get_for_model(Incident)
    events = Event.objects.filter(subject_type=kind, subject_id__in=[row.pk for row in rows], verb__in=NOTE_VERBS)
    age = Window(RowNumber(), partition_by=F("subject_id"), order_by=F("pk").desc())
    youngest = events.order_by("subject_id", "-pk").annotate(age=age).filter(age__lte=MOST_NOTES)
    found = defaultdict(list)
    for subject, note in youngest.values_list("subject_id", "note"):
        found[subject].append(note)
    return found


def _parts(incident: Incident, notes: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield "A", [incident.title]
    yield "B", list(_description(incident))
    yield "C", [incident.resolution, incident.workaround, *notes]


def _description(incident: Incident) -> Iterator[str]:
    yield from (incident.external_reference, incident.reporter_name, *incident.tags)
    shown: list[Any] = [getattr(incident, name) for name in SHOWN]
    yield from (entry.name for entry in shown if entry is not None)
    yield from (str(value) for value in incident.custom.values() if not isinstance(value, bool))
    yield incident.description
