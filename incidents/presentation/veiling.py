"""What a visible record says of incidents that the reader may not see: their numbers and titles are left out."""

import re
from collections.abc import Iterable
from typing import Any

from catalog.models import Person
from incidents.models import Incident
from lifecycle.models import Event

REFERENCE = re.compile(r"\bINC-(\d{1,15})\b")
VEILED = "…"
# Verb -> the facts that hold another incident's number.
RELATED = {
    "merge": ("target",),
    "unmerge": ("target",),
    "gain_duplicate": ("source",),
    "lose_duplicate": ("source",),
    "set_parent": ("from", "to"),
    "gain_child": ("child",),
    "cascade": ("parent",),
}


def unseen_of(numbers: Iterable[int | None], reader: Person) -> set[int]:
    """Which of these incidents exist and are not for the reader; one query at most."""
    asked = {number for number in numbers if number}
    if not asked:
        return set()
    seen = Incident.objects.visible_to(reader).filter(pk__in=asked).order_by().values("pk")
    return set(Incident.objects.filter(pk__in=asked).exclude(pk__in=seen).order_by().values_list("pk", flat=True))


def veil_events(events: Iterable[Event], reader: Person) -> list[Event]:
    """The events as the reader may read them: "INC-12" becomes "INC-…" where that incident is not for them, and a note
    that is such an incident's name goes with it. They are for showing; never save them."""
    found = list(events)
    unseen = unseen_of([number for event in found for number in _numbers(event)], reader)
    for event in found:
        if unseen & set(_numbers(event)):
            _veil(event, unseen)
    return found


def veil_text(text: str, unseen: set[int]) -> str:
    return REFERENCE.sub(lambda match: f"INC-{VEILED}" if int(match[1]) in unseen else match[0], text)


def _numbers(event: Event) -> list[int]:
    """Of the other incidents that the event names."""
    facts = _facts(event)
    texts = [event.note, *(value for value in facts.values() if isinstance(value, str))]
    related = [facts[name] for name in RELATED.get(event.verb, ()) if isinstance(facts.get(name), int)]
    return related + [int(number) for text in texts for number in REFERENCE.findall(text)]


def _veil(event: Event, unseen: set[int]) -> None:
    facts = _facts(event)
    related = {name for name in RELATED.get(event.verb, ()) if facts.get(name) in unseen}
    event.data = {
        name: VEILED if name in related else veil_text(value, unseen) if isinstance(value, str) else value
        for name, value in facts.items()
    }
    # The note of a merge is the name of the incident that goes on.
    event.note = "" if event.verb == "merge" and related else veil_text(event.note, unseen)


def _facts(event: Event) -> dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {}
