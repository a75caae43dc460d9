"""What only our own export tells: sessions, answered questions, parked thoughts, the article. Rows by their columns."""

from typing import Any

from catalog.models import Person
from incidents.tags import LONGEST, MOST, normalise_tags
from lifecycle.text import sanitise
from postmortems.imports.document import Document, moment_of
from postmortems.imports.headings import Part
from postmortems.imports.mapping import milestone_named, person_named, phase_named
from postmortems.models import GapAnswer, Lesson, ParkedThought, Postmortem, ReviewSession, Status
from postmortems.services.lessons import write_lesson


def write_own(postmortem: Postmortem, document: Document, *, actor: Person | None, notes: dict[str, Any]) -> None:
    """Write what the tables of an export say; ``notes`` gets what has no place here. Of every other report only the
    article is written, from its texts, so that it is found like those of postmortems that were held here."""
    for row in document.own.get(Part.SESSIONS, []):
        _session(postmortem, row, actor, notes)
    for row in document.own.get(Part.QUESTIONS, []):
        _answer(postmortem, row, notes)
    ParkedThought.objects.bulk_create(
        ParkedThought(postmortem=postmortem, text=sanitise(row[1]))
        for row in document.own.get(Part.PARKED, [])
        if row[1:]
    )
    if postmortem.status == Status.PUBLISHED:
        _article(postmortem, document, actor)
    else:
        Lesson.objects.filter(postmortem=postmortem).delete()


def _session(postmortem: Postmortem, row: list[str], actor: Person | None, notes: dict[str, Any]) -> None:
    held_at, phase = moment_of(row[0]), phase_named(row[1])
    if held_at is None or not phase:
        notes.setdefault("sessions", []).append(row)
        return
    names = [name.strip() for name in row[2].split(",") if name.strip()]
    people = {name: person_named(name) for name in names}
    session = ReviewSession.objects.create(postmortem=postmortem, held_at=held_at, phase=phase, recorded_by=actor)
    session.attendees.set([person for person in people.values() if person is not None])
    unknown = [name for name, person in people.items() if person is None]
    if unknown:
        notes.setdefault("attendees_unknown_here", []).append({"held_at": row[0], "names": unknown})


def _answer(postmortem: Postmortem, row: list[str], notes: dict[str, Any]) -> None:
    milestone, started_at, ended_at = milestone_named(row[0]), moment_of(row[1]), moment_of(row[2])
    is_silence = started_at is not None and ended_at is not None and ended_at > started_at
    if milestone == "" and not is_silence:
        notes.setdefault("questions", []).append(row)
        return
    answer = GapAnswer(
        postmortem=postmortem,
        milestone="" if is_silence else milestone,
        started_at=started_at if is_silence else None,
        ended_at=ended_at if is_silence else None,
        note=sanitise(row[3]),
        answered_by=person_named(row[4]),
    )
    said_at = moment_of(row[5])
    if said_at is not None:
        answer.answered_at = said_at
    if is_silence or not postmortem.gap_answers.filter(milestone=milestone).exists():
        answer.save()


def _article(postmortem: Postmortem, document: Document, actor: Person | None) -> None:
    """As the export has it; else drafted from the texts, under the tags of the front matter."""
    told = [row[1] for row in document.own.get(Part.ARTICLE, [])] + [""] * 3
    tags = told[2].split(",") if told[2] else document.tags
    known = [tag for tag in normalise_tags(sanitise(tag) for tag in tags) if len(tag) <= LONGEST]
    write_lesson(
        postmortem,
        actor=actor,
        at=postmortem.published_at or postmortem.started_at,
        summary=sanitise(told[0]),
        learned=sanitise(told[1]),
        tags=known[:MOST],
    )
