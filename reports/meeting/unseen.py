"""What an agenda names that is not for its reader: incidents, and what is about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.models import Person
from incidents.models import ActionItem, Incident
from incidents.presentation.veiling import unseen_of
from reports.meeting.entries import Entry


@dataclass(frozen=True)
class Unseen:
    """Numbers of incidents, and of action items."""

    incidents: set[int]
    actions: set[int]

    def hides(self, entry: Entry) -> bool:
        kind, _, number = entry.subject.partition(":")
        return entry.incident in self.incidents or (kind == "action" and int(number) in self.actions)


def unseen_by(reader: Person | None, entries: Iterable[Entry], actions: Iterable[int] = ()) -> Unseen:
    """Of what the entries name, and of further ``actions``. ``reader`` None: what not every colleague may read."""
    found = list(entries)
    incidents = {entry.incident for entry in found if entry.incident}
    named = {int(entry.subject.partition(":")[2]) for entry in found if entry.kind == "action"}
    return Unseen(_unseen_incidents(incidents, reader), unseen_actions({*named, *actions}, reader))


def unseen_actions(numbers: set[int], reader: Person | None) -> set[int]:
    """One query at most."""
    if not numbers:
        return set()
    seen = ActionItem.objects.of_seen(reader) if reader else ActionItem.objects.public()
    return numbers - set(seen.filter(pk__in=numbers).order_by().values_list("pk", flat=True))


def _unseen_incidents(numbers: set[int], reader: Person | None) -> set[int]:
    if reader is not None:
        return unseen_of(numbers, reader)
    return set(Incident.objects.confidential().filter(pk__in=numbers).order_by().values_list("pk", flat=True))
