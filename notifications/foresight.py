"""Whom a step pages and how, or why it is left out. The cycle asks here when the step fires; the incident page and the
simulation ask here beforehand, so that they cannot disagree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.models import Person
from incidents.models import Incident
from notifications.choice import ways_for
from notifications.models import Channel, ChatHook, StepTarget
from notifications.plan import Due, Snapshot
from notifications.recipients import duty_managers, fallback_of, step_recipients
from notifications.services.addressing import address
from notifications.ways import Way

PUNCTUAL = timedelta(minutes=1)
WAKING = (Channel.VOICE, Channel.SMS)
"""What gets somebody out of bed."""
NOBODY, UNREACHABLE = "nobody", "unreachable"
"""Why the fallback is paged too."""


@dataclass(frozen=True)
class Foreseen:
    """``people`` holds the stand-ins too, where there is a gap. ``left_out`` names the condition that does not hold
    (notifications.conditions), and then nobody is paged."""

    due: Due
    left_out: str
    gap: str
    people: list[Person]
    chat: ChatHook | None
    ways: dict[int, list[Way]]

    @property
    def channels(self) -> list[str]:
        """Every channel that is used, each once."""
        used = [channel for person in self.people for _after, channel in self.ways[person.pk]]
        return list(dict.fromkeys([*([Channel.CHAT] if self.chat else []), *used]))


def foresee(incident: Incident, snapshot: Snapshot, due: Due, *, now: datetime) -> Foreseen:
    step, at = due.step, moment_of(due, now)
    left_out = step.frozen.condition.unmet(
        at, zone=snapshot.zone_info, count_alerts=lambda since: _count_alerts(incident, since)
    )
    people = step_recipients(incident, snapshot, step, at)
    chat = ChatHook.objects.filter(pk=step.frozen.chat, is_active=True).first() if step.frozen.chat else None
    channels = [channel for channel in step.frozen.channels if channel != Channel.CHAT]
    ways = ways_for(people, channels=channels, urgency=step.frozen.urgency)
    gap = "" if chat else _gap(people, ways)
    for more in _stand_ins(step.target, snapshot) if gap else ():
        new = [person for person in more if person.pk not in ways]
        ways |= ways_for(new, channels=channels, urgency=step.frozen.urgency)
        people += new
        if _reaches(people, ways):
            break
    return Foreseen(due, left_out, gap, people, chat, ways)


def moment_of(due: Due, now: datetime) -> datetime:
    """The moment whose duty counts: the planned one, that the page has shown; the present one after a standstill."""
    return due.at if now - due.at < PUNCTUAL else now


def is_reached(person: Person, ways: Iterable[Way]) -> bool:
    """By a channel that wakes people, where such a one is meant at all."""
    channels = [channel for _after, channel in ways]
    meant = [channel for channel in WAKING if channel in channels] or channels
    return any(not address(person, channel)[1] for channel in meant)


def _gap(people: list[Person], ways: dict[int, list[Way]]) -> str:
    if not people:
        return NOBODY
    return "" if _reaches(people, ways) else UNREACHABLE


def _reaches(people: list[Person], ways: dict[int, list[Way]]) -> bool:
    return any(is_reached(person, ways[person.pk]) for person in people)


def _stand_ins(target: str, snapshot: Snapshot) -> Iterator[list[Person]]:
    if target not in (StepTarget.FALLBACK, StepTarget.DUTY_MANAGERS):
        yield fallback_of(snapshot)
    yield duty_managers()


def _count_alerts(incident: Incident, since: datetime | None) -> int:
    if incident.pk is None:  # a simulated one
        return 0
    alerts = incident.alerts.all()
    return alerts.filter(opened_at__gte=since).count() if since else alerts.count()
