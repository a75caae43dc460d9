"""Events as timeline entries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.presentation.durations import round_words
from incidents.presentation.sentences import sentence_of
from lifecycle.models import Event, Via

GROUPS = ("all", "human", "status", "pages", "alerts")
FOLD_AFTER = 5


@dataclass(frozen=True)
class Entry:
    """What parts/timeline_entry.html shows; ``groups`` are the filter chips under which it appears."""

    pk: int
    occurred_at: datetime
    actor: str
    text: str
    icon: str
    tone: str
    via: str
    note: str
    url: str
    url_text: str
    is_backdated: bool
    groups: frozenset[str]


@dataclass
class Run:
    """Entries in a row of one day; ``is_folded``: system entries that nobody needs at first sight."""

    day: date
    is_folded: bool
    starts_day: bool = False
    entries: list[Entry] = field(default_factory=list)


def entries_of(events: Iterable[Event], group: str = "all") -> list[Entry]:
    """The events as entries, in the order given; ``group`` is one of GROUPS."""
    entries = [describe(event) for event in events]
    return [entry for entry in entries if group == "all" or group in entry.groups]


def describe(event: Event) -> Entry:
    sentence = sentence_of(event)
    solution = event.data.get("solution") if isinstance(event.data, dict) else None
    return Entry(
        pk=event.pk,
        occurred_at=event.occurred_at,
        actor=actor_of(event),
        text=sentence.write(event),
        icon=sentence.icon,
        tone=sentence.tone or ("human" if event.actor_id else "system"),
        via=_via(event),
        note=event.note,
        url=reverse("incidents:solution", args=[solution]) if solution else "",
        url_text=_("Solution") if solution else "",
        is_backdated=event.is_backdated,
        groups=_groups(event, sentence.group),
    )


def in_runs(entries: list[Entry]) -> list[Run]:
    """Cut the entries by day, and fold more than five system entries in a row."""
    runs: list[Run] = []
    for entry in entries:
        day = timezone.localtime(entry.occurred_at).date()
        is_system = entry.tone == "system"
        last = runs[-1] if runs else None
        if last is None or last.day != day or last.is_folded != is_system:
            runs.append(Run(day, is_system, starts_day=last is None or last.day != day))
        runs[-1].entries.append(entry)
    for run in runs:
        run.is_folded = run.is_folded and len(run.entries) > FOLD_AFTER
    return runs


def actor_of(event: Event) -> str:
    """A person's name, or what acted by itself."""
    if event.actor is not None:
        return str(event.actor)
    return _("A detection rule") if event.via == Via.DETECTOR else "Mainstay"


def last_change(events: Iterable[Event], now: datetime) -> str:
    """What happened last, for whoever comes too late: "Wang Wei resolved it, 4 s ago"."""
    last = max(events, key=lambda event: event.pk, default=None)
    if last is None:
        return ""
    age = max(now - last.recorded_at, timedelta(0))
    if age < timedelta(seconds=1):
        return _("%(actor)s %(sentence)s just now.") % {
            "actor": actor_of(last),
            "sentence": sentence_of(last).write(last),
        }
    ago = round_words(age)
    words = {"actor": actor_of(last), "sentence": sentence_of(last).write(last), "ago": ago}
    return _("%(actor)s %(sentence)s, %(ago)s ago.") % words


def _via(event: Event) -> str:
    """The way by which somebody acted, where it says something; and when a late entry was made."""
    parts = []
    if event.actor_id and event.via not in (Via.WEB, Via.SYSTEM):
        parts.append(str(Via(event.via).label))
    if event.is_backdated:
        entered = timezone.localtime(event.recorded_at)
        parts.append(_("entered %(time)s") % {"time": entered.strftime("%m-%d %H:%M")})
    return " · ".join(parts)


def _groups(event: Event, group: str) -> frozenset[str]:
    groups = {group}
    if event.actor_id:
        groups.add("human")
    if event.via == Via.DETECTOR:
        groups.add("alerts")
    if event.from_status != event.to_status and event.from_status:
        groups.add("status")
    if not event.actor_id:
        groups.discard("human")
    return frozenset(groups)
