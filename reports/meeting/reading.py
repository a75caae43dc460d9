"""The agenda as one reader may read it: what is about incidents that are not for them is left out, and counted."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from catalog.models import Person
from detection.inspections.presentation import FACES
from reports.meeting import words
from reports.meeting.agenda import build_agenda
from reports.meeting.entries import Entry, Facts
from reports.meeting.numbers import Figure
from reports.meeting.states import changes_of, live_states
from reports.meeting.unseen import Unseen, unseen_by
from reports.models import AgendaItem, Decision, Meeting


@dataclass
class ShownEntry:
    """``item`` is None where the entry is talked about elsewhere (``home``), or nothing has started yet."""

    entry: Entry
    phrases: list[str]
    status_word: str
    changes: list[str] = field(default_factory=list)
    item: AgendaItem | None = None
    home: str = ""
    home_item: AgendaItem | None = None
    decisions: list[Decision] = field(default_factory=list)

    @property
    def face(self) -> str:
        """The status as it is drawn."""
        status = self.entry.state.get("status", "")
        return str(FACES.get(status, status)) if self.entry.kind == "finding" else str(status)

    @property
    def is_loud(self) -> bool:
        return self.entry.times > 0


@dataclass
class ShownSection:
    slug: str
    title: str
    minutes: int
    entries: list[ShownEntry]
    hidden: int
    spent: int | None = None
    is_current: bool = False


@dataclass
class Reading:
    """Everything that a page, a mail or a file says of a meeting."""

    meeting: Meeting
    zone: ZoneInfo
    since: datetime | None
    figures: list[tuple[str, Figure, str]]
    sections: list[ShownSection]
    decisions: list[Decision]
    general: AgendaItem | None
    skipped: int

    def entries(self) -> list[Entry]:
        return [shown.entry for section in self.sections for shown in section.entries]

    def items(self) -> list[AgendaItem]:
        """Those that the reader may see, in order."""
        found = [shown.item for section in self.sections for shown in section.entries if shown.item]
        return [*found, *([self.general] if self.general else [])]

    def moment(self, at: datetime | None) -> str:
        return words.moment(at, self.zone)


def read_meeting(meeting: Meeting, reader: Person | None) -> Reading:
    """``reader`` None: what every colleague may read, for chats. Of a meeting that has not started, the agenda as it
    would be now. The number of queries does not depend on the size of the agenda."""
    agenda = meeting.agenda or build_agenda(meeting)
    entries = {each["slug"]: [Entry.load(entry) for entry in each["entries"]] for each in agenda["sections"]}
    items = _items(meeting)
    recorded = list(meeting.decisions.select_related("item", "action__owner", "recorded_by"))
    decided = [each.action_id for each in recorded if each.action_id]
    unseen = unseen_by(reader, [entry for found in entries.values() for entry in found], decided)
    decisions = [
        each
        for each in recorded
        if not (each.item and each.item.incident_id in unseen.incidents) and each.action_id not in unseen.actions
    ]
    live = live_states(items) if meeting.is_running else {}
    reading = Reading(
        meeting=meeting,
        zone=ZoneInfo(meeting.time_zone),
        since=datetime.fromisoformat(agenda["since"]),
        figures=_figures(agenda),
        sections=[],
        decisions=decisions,
        general=items.get("general:notes"),
        skipped=agenda.get("skipped", 0),
    )
    for each in agenda["sections"]:
        reading.sections.append(_section(reading, each, entries[each["slug"]], unseen, items, live))
    return reading


def _items(meeting: Meeting) -> dict[str, AgendaItem]:
    rows = meeting.items.select_related("incident__service", "noted_by") if meeting.pk else []
    found = {}
    for item in rows:
        item.meeting = meeting
        found[item.subject] = item
    return found


def _figures(agenda: Facts) -> list[tuple[str, Figure, str]]:
    figures = [Figure(**each) for each in agenda["figures"]]
    return [(str(words.FIGURES.get(each.name, each.name)), each, str(words.VERDICTS[each.verdict])) for each in figures]


def _section(
    reading: Reading,
    frozen: Facts,
    entries: list[Entry],
    unseen: Unseen,
    items: dict[str, AgendaItem],
    live: dict[str, Facts],
) -> ShownSection:
    slug, meeting = frozen["slug"], reading.meeting
    seen = [entry for entry in entries if not unseen.hides(entry)]
    return ShownSection(
        slug=slug,
        title=words.section_title(slug),
        minutes=frozen["minutes"],
        entries=[_shown(reading, slug, entry, items.get(entry.subject), live.get(entry.subject)) for entry in seen],
        hidden=len(entries) - len(seen),
        spent=meeting.spent.get(slug),
        is_current=meeting.is_running and meeting.section == slug,
    )


def _shown(reading: Reading, slug: str, entry: Entry, item: AgendaItem | None, live: Facts | None) -> ShownEntry:
    is_home = item is not None and item.section == slug
    changes = changes_of(entry.state, live)
    status: Any = entry.state.get("status", "")
    return ShownEntry(
        entry=entry,
        phrases=words.phrases(entry, reading.zone),
        status_word=words.status_word(entry.kind, status) if status else "",
        changes=words.change_words(entry.kind, changes, reading.zone),
        item=item if is_home else None,
        home=words.section_title(item.section) if item and not is_home else "",
        home_item=item,
        decisions=[each for each in reading.decisions if is_home and item and each.item_id == item.pk],
    )
