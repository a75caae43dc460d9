"""What pages show of a postmortem beside the content of its phases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Incident
from incidents.presentation import Step, round_words
from lifecycle.models import Event
from postmortems.models import PHASES, Issue, Postmortem, Status


@dataclass(frozen=True)
class Pass:
    """One going over the list of issues: who opened it and when, and how many issues came of it."""

    number: int
    count: int
    at: datetime | None
    actor: Person | None
    is_by_going_back: bool


@dataclass(frozen=True)
class Replay:
    """What a rule of today would have seen of an incident."""

    incident: Incident
    rule: str
    url: str
    fired_at: datetime | None
    text: str


def steps_of(postmortem: Postmortem) -> list[Step]:
    if postmortem.status not in PHASES:
        return [Step(str(phase.label), "", "") for phase in PHASES]
    present = PHASES.index(Status(postmortem.status))
    is_done = postmortem.status == Status.PUBLISHED
    return [
        Step(str(phase.label), "done" if place < present or is_done else "now" if place == present else "", "")
        for place, phase in enumerate(PHASES)
    ]


def passes_of(postmortem: Postmortem, issues: Sequence[Issue]) -> list[Pass]:
    """Every pass, the first one without a moment of its own; empty while there was only one."""
    if postmortem.passes < 2:
        return []
    counts = Counter(issue.pass_number for issue in issues)
    events = Event.objects.about(postmortem).filter(verb__in=("repeat_pass", "go_back"), to_status=Status.ISSUES)
    opened = [event for event in events.select_related("actor").order_by("pk") if _opens_a_pass(event)]
    later = [
        Pass(number, counts[number], event.occurred_at, event.actor, event.verb == "go_back")
        for number, event in enumerate(opened, start=2)
    ]
    return [Pass(1, counts[1], None, None, is_by_going_back=False), *later]


def _opens_a_pass(event: Event) -> bool:
    return event.verb == "repeat_pass" or event.from_status == Status.ACTIONS


def replays_of(postmortem: Postmortem, person: Person) -> list[Replay]:
    """What was kept when detection was replayed last (services/sessions.py), of incidents that the person may see."""
    seen: Any = Incident.objects.visible_to(person).in_bulk([each["incident"] for each in postmortem.replays])
    return [
        Replay(
            incident=seen[each["incident"]],
            rule=each["rule"],
            url=each["url"],
            fired_at=datetime.fromisoformat(each["fired_at"]) if each["fired_at"] else None,
            text=_words_of(each),
        )
        for each in postmortem.replays
        if each["incident"] in seen
    ]


def _words_of(replay: dict[str, Any]) -> str:
    if replay["fired_at"] is None:
        return _("would not have fired") if replay["has_data"] else _("nothing of those minutes is stored any more")
    minutes = replay["minutes_earlier"] or 0
    words = {"length": round_words(timedelta(minutes=abs(minutes)))}
    if minutes >= 0:
        return _("would have fired, %(length)s before it was reported") % words
    return _("would have fired, %(length)s after it was reported") % words
