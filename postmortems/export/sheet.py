"""Everything that a postmortem holds, in the order of paper. For readers who may see all that it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from incidents.models import ActionItem, Incident
from lifecycle.models import Event
from postmortems.models import GapAnswer, Issue, Lesson, ParkedThought, Postmortem, ReviewSession, TimelineEntry
from postmortems.services.editing import PLACES, sections_of

BEFORE = ("summary", "impact")
"""The sections that stand before the timeline; the others come after the actions."""


@dataclass(frozen=True)
class Passage:
    key: str
    title: str | Promise
    text: str


@dataclass(frozen=True)
class Answer:
    """An action with the numbers of the issues that it answers."""

    number: int
    item: ActionItem
    issues: list[int]


@dataclass(frozen=True)
class Sheet:
    postmortem: Postmortem
    incidents: Sequence[Incident]
    before: list[Passage]
    entries: Sequence[TimelineEntry]
    issues: list[tuple[int, Issue]]
    actions: list[Answer]
    after: list[Passage]
    parked: Sequence[ParkedThought]
    sessions: Sequence[ReviewSession]
    gap_answers: Sequence[GapAnswer]
    ways_back: Sequence[Event]
    lesson: Lesson | None


def compile_sheet(postmortem: Postmortem) -> Sheet:
    """A constant number of queries, however much it holds."""
    passages = [
        Passage(section.key, section.title or PLACES[section.key].title, section.text)
        for section in sections_of(postmortem)
        if section.text.strip()
    ]
    issues = list(
        enumerate(postmortem.issues.select_related("from_entry").prefetch_related("action_links__action__owner"), 1)
    )
    return Sheet(
        postmortem=postmortem,
        incidents=list(postmortem.incidents.select_related("level", "service").order_by("pk")),
        before=[passage for passage in passages if passage.key in BEFORE],
        entries=list(postmortem.entries.all()),
        issues=issues,
        actions=_answers(issues),
        after=[passage for passage in passages if passage.key not in BEFORE],
        parked=list(postmortem.parked.all()),
        sessions=list(postmortem.sessions.prefetch_related("attendees")),
        gap_answers=list(postmortem.gap_answers.select_related("answered_by")),
        ways_back=_ways_back(postmortem),
        lesson=Lesson.objects.filter(postmortem=postmortem).first(),
    )


def _ways_back(postmortem: Postmortem) -> list[Event]:
    found = Event.objects.about(postmortem).filter(verb="go_back").select_related("actor")
    return list(found.order_by("occurred_at", "pk"))


def _answers(issues: list[tuple[int, Issue]]) -> list[Answer]:
    """Each action once, first due first."""
    items: dict[int, ActionItem] = {}
    numbers: dict[int, list[int]] = {}
    for number, issue in issues:
        for link in issue.action_links.all():
            items[link.action_id] = link.action
            numbers.setdefault(link.action_id, []).append(number)
    ordered = sorted(items.values(), key=lambda item: (item.due_on, item.pk))
    return [Answer(place, item, numbers[item.pk]) for place, item in enumerate(ordered, 1)]
