"""Events as timeline entries, for colleagues and for reporters.

The entries of a timeline are read a page at a time, from an entry on (``read_timeline``): a long incident has ten
thousand of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Attachment, Incident, Pin
from incidents.models.note import Visibility
from incidents.presentation.durations import round_words
from incidents.presentation.public import is_own, is_public, public_actor, public_note, public_only, public_text
from incidents.presentation.sentences import sentence_of
from incidents.presentation.sentences.register import PAGING, verbs_of
from incidents.presentation.steps import WAY
from incidents.presentation.veiling import veil_events
from lifecycle.models import Event, Via

GROUPS = ("all", "human", "status", "pages", "alerts")
FOLD_AFTER = 5
MOST_ENTRIES = 200
BY_REPORTERS = ("reply", "confirm", "reopen")


@dataclass(frozen=True)
class Entry:
    """What parts/timeline_entry.html shows."""

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
    is_public: bool = False
    is_pinned: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass
class Run:
    """Entries in a row of one day; ``is_folded``: system entries that nobody needs at first sight."""

    day: date
    is_folded: bool
    starts_day: bool = False
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class TimelinePage:
    """``further``: the id of the entry that the next page begins with, or None. ``is_first``: nothing stands before
    these entries."""

    entries: list[Entry]
    pinned: list[Entry]
    further: int | None
    is_first: bool


# --- What a reader gets -----------------------------------------------------------------------------------------------


def events_for(incident: Incident, reader: Person) -> QuerySet[Event]:
    """All of them for a colleague; a reporter gets the public ones. Newest first."""
    return _newest_first(incident) if reader.is_colleague else public_events(incident)


def public_events(incident: Incident) -> QuerySet[Event]:
    """What the reporter may know, newest first; for signed links too."""
    return _newest_first(incident).filter(public_only())


def entries_for(incident: Incident, reader: Person, *, most: int = MOST_ENTRIES) -> list[Entry]:
    """The newest entries, in the words that are meant for the reader."""
    return _described(list(events_for(incident, reader)[:most]), incident, reader)


def public_entries(incident: Incident, *, most: int = MOST_ENTRIES) -> list[Entry]:
    """The newest public entries, as the reporter reads them."""
    return _described(list(public_events(incident)[:most]), incident, None)


def read_timeline(
    incident: Incident,
    reader: Person,
    *,
    group: str = "all",
    is_oldest_first: bool = False,
    start: int | None = None,
    most: int = MOST_ENTRIES,
) -> TimelinePage:
    """A page of the timeline; ``start`` is the id of the entry that it begins with. One that stands on the first page
    anyway leads there."""
    found = events_for(incident, reader).filter(in_group(group))
    if is_oldest_first:
        found = found.order_by("occurred_at", "pk")
    events, is_first = list(found[: most + 1]), True
    shown = {event.pk for event in events[:most]}
    if start is not None and start not in shown and (first := found.filter(pk=start).first()):
        events, is_first = list(found.filter(_from(first, is_oldest_first))[: most + 1]), False
    pins = {pin.event_id: pin for pin in _pins(incident, reader)}
    entries = _described(events[:most], incident, reader)
    pinned = _described([pin.event for pin in pins.values()], incident, reader)
    return TimelinePage(
        entries=[replace(entry, is_pinned=entry.pk in pins) for entry in entries],
        pinned=[replace(entry, is_pinned=True) for entry in pinned],
        further=events[most].pk if len(events) > most else None,
        is_first=is_first,
    )


def way_of(incident: Incident) -> QuerySet[Event]:
    """The events that the stepper needs, in their order."""
    return (
        _newest_first(incident).filter(verb__in=[verb for _status, _field, verb in WAY]).order_by("occurred_at", "pk")
    )


def in_group(group: str) -> Q:
    """The filter chips as a condition."""
    if group == "human":
        return Q(actor__isnull=False) | Q(verb__in=BY_REPORTERS, via__in=(Via.WEB, Via.EMAIL))
    if group == "status":
        has_changed = ~Q(from_status="") & ~Q(from_status=F("to_status"))
        return Q(verb__in=verbs_of("status")) | has_changed
    if group == "pages":
        known = [verb for other in ("human", "status", "alerts") for verb in verbs_of(other)]
        unknown = Q(verb__regex=f"^({'|'.join(PAGING)})") & ~Q(verb__in=known)
        return Q(verb__in=verbs_of("pages")) | unknown
    return Q(verb__in=verbs_of("alerts")) | Q(via=Via.DETECTOR) if group == "alerts" else Q()


def _newest_first(incident: Incident) -> QuerySet[Event]:
    found: QuerySet[Event] = Event.objects.about(incident)
    return found.select_related("actor").order_by("-occurred_at", "-pk")


def _from(first: Event, is_oldest_first: bool) -> Q:
    at, pk = first.occurred_at, first.pk
    if is_oldest_first:
        return Q(occurred_at__gte=at) & (Q(occurred_at__gt=at) | Q(pk__gte=pk))
    return Q(occurred_at__lte=at) & (Q(occurred_at__lt=at) | Q(pk__lte=pk))


def _pins(incident: Incident, reader: Person) -> list[Pin]:
    pins = Pin.objects.filter(incident=incident).select_related("event__actor").order_by("-pinned_at", "-pk")
    return [pin for pin in pins if reader.is_colleague or is_public(pin.event)]


def _described(events: list[Event], incident: Incident, reader: Person | None) -> list[Entry]:
    """The events as entries with their attachments, publicly for a reporter or whoever has a link: a few queries,
    however many there are."""
    is_colleague = reader is not None and reader.is_colleague
    if reader is not None and is_colleague:
        events = veil_events(events, reader)
    files: dict[int | None, list[Attachment]] = {}
    readable = Attachment.objects.filter(incident=incident, event__in=[event.pk for event in events])
    for attachment in readable if is_colleague else readable.filter(is_public=True):
        files.setdefault(attachment.event_id, []).append(attachment)
    entries = [describe(event) if is_colleague else describe_publicly(event, incident) for event in events]
    return [replace(entry, attachments=tuple(files.get(entry.pk, ()))) for entry in entries]


# --- One event --------------------------------------------------------------------------------------------------------


def entries_of(events: Iterable[Event], reader: Person) -> list[Entry]:
    """The events as entries for a colleague, in the order given; of any record."""
    return [describe(event) for event in veil_events(events, reader)]


def describe(event: Event) -> Entry:
    """For colleagues."""
    sentence = sentence_of(event)
    data = event.data if isinstance(event.data, dict) else {}
    url, url_text = _link(data)
    return Entry(
        pk=event.pk,
        occurred_at=event.occurred_at,
        actor=actor_of(event),
        text=sentence.write(event),
        icon=sentence.icon,
        tone=sentence.tone or ("human" if event.actor_id or event.verb in BY_REPORTERS else "system"),
        via=_via(event),
        note=event.note,
        url=url,
        url_text=url_text,
        is_backdated=event.is_backdated,
        is_public=data.get("visibility") == Visibility.PUBLIC,
    )


def _link(data: dict[str, object]) -> tuple[str, str]:
    """(address, text) of the record that the event speaks of, beside its incident."""
    pages = {
        "solution": _("Solution"),
        "proposal": _("Proposal"),
        "report": _("Report"),
        "action": _("Action item"),
    }
    found = next((name for name in pages if data.get(name)), None)
    return (reverse(f"incidents:{found}", args=[data[found]]), pages[found]) if found else ("", "")


def describe_publicly(event: Event, incident: Incident) -> Entry:
    """For the reporter: our names, ways and reasons stay here."""
    sentence, reporter = sentence_of(event), incident.reporter_id
    return Entry(
        pk=event.pk,
        occurred_at=event.occurred_at,
        actor=public_actor(event, reporter_id=reporter),
        text=public_text(event, reporter_id=reporter),
        icon=sentence.icon,
        tone=sentence.tone or ("human" if event.actor_id or is_own(event, reporter) else "system"),
        via=_entered(event),
        note=public_note(event, reporter_id=reporter),
        url="",
        url_text="",
        is_backdated=event.is_backdated,
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
    if event.verb in BY_REPORTERS and event.via in (Via.WEB, Via.EMAIL):
        return event.data.get("name") or _("The reporter")
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
    parts = [str(Via(event.via).label)] if event.actor_id and event.via not in (Via.WEB, Via.SYSTEM) else []
    return " · ".join([*parts, *([_entered(event)] if event.is_backdated else [])])


def _entered(event: Event) -> str:
    if not event.is_backdated:
        return ""
    entered = timezone.localtime(event.recorded_at)
    return _("entered %(time)s") % {"time": entered.strftime("%m-%d %H:%M")}
