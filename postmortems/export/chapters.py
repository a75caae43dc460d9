"""What else belongs to a postmortem, as small tables: who met, what was asked and answered, ways back, the article.

The same for paper and Markdown; ``postmortems/imports/own.py`` reads them back by ``key`` and by the order of columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from catalog.models import Person
from postmortems.export.sheet import Sheet
from postmortems.models import Status

SayMoment = Callable[[datetime | None], str]
SayPerson = Callable[[Person], str]


@dataclass(frozen=True)
class Chapter:
    key: str
    title: str
    head: Sequence[str]
    rows: list[list[str]]

    @property
    def labelled_rows(self) -> list[list[tuple[str, str]]]:
        """Each cell with the heading of its column: narrow screens show a row as a list."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


def chapters_of(sheet: Sheet, *, moment: SayMoment, person: SayPerson) -> list[Chapter]:
    """Those that hold something, in the active language."""
    chapters = [
        _ways_back(sheet, moment, person),
        _sessions(sheet, moment, person),
        _questions(sheet, moment, person),
        _article(sheet),
        _parked(sheet),
    ]
    return [chapter for chapter in chapters if chapter.rows]


def chapters_on_paper(sheet: Sheet) -> list[Chapter]:
    """With people's names, and moments in the reader's zone."""
    return chapters_of(sheet, moment=_local, person=str)


def _local(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i:s T") if moment else ""


def _ways_back(sheet: Sheet, moment: SayMoment, person: SayPerson) -> Chapter:
    names = {status.value: str(status.label) for status in Status}
    rows = [
        [
            moment(event.occurred_at),
            names.get(event.from_status, event.from_status),
            names.get(event.to_status, event.to_status),
            event.note,
            person(event.actor) if event.actor else "",
        ]
        for event in sheet.ways_back
    ]
    head = [_("When"), pgettext("phase", "From"), pgettext("phase", "Back to"), _("Reason"), _("Who")]
    return Chapter("ways_back", _("Gone back a phase"), head, rows)


def _sessions(sheet: Sheet, moment: SayMoment, person: SayPerson) -> Chapter:
    rows = [
        [
            moment(session.held_at),
            str(session.get_phase_display()),
            ", ".join(person(attendee) for attendee in session.attendees.all()),
        ]
        for session in sheet.sessions
    ]
    return Chapter("sessions", _("Sessions"), [_("When"), _("Phase"), _("Who was there")], rows)


def _questions(sheet: Sheet, moment: SayMoment, person: SayPerson) -> Chapter:
    rows = [
        [
            str(answer.get_milestone_display()) or _("Silence"),
            moment(answer.started_at),
            moment(answer.ended_at),
            answer.note,
            person(answer.answered_by) if answer.answered_by else "",
            moment(answer.answered_at),
        ]
        for answer in sheet.gap_answers
    ]
    head = [_("Question"), pgettext("time", "From"), pgettext("time", "Until"), _("Answer"), _("Who"), _("Said at")]
    return Chapter("questions", _("Nothing to enter"), head, rows)


def _article(sheet: Sheet) -> Chapter:
    lesson = sheet.lesson
    rows = (
        [
            [_("Summary"), lesson.summary],
            [_("What was learned"), lesson.learned],
            [_("Tags"), ", ".join(lesson.tags)],
        ]
        if lesson
        else []
    )
    return Chapter("article", _("Lessons-learned article"), [_("Part"), _("Text")], rows)


def _parked(sheet: Sheet) -> Chapter:
    rows = [[str(number), thought.text] for number, thought in enumerate(sheet.parked, 1)]
    return Chapter("parked", _("Parked for the issue phase"), ["#", _("Thought")], rows)
