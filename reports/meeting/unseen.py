"""What an agenda names that is not for its reader: incidents, and what is about them."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.models import Person
from incidents.models import ActionItem, Incident
from incidents.presentation.veiling import unseen_of
from problems.models import Problem
from reports.meeting.entries import Entry


@dataclass(frozen=True)
class Unseen:
    """Numbers of incidents, action items and problems."""

    incidents: set[int]
    actions: set[int]
    problems: set[int]

    def hides(self, entry: Entry) -> bool:
        others = {"action": self.actions, "problem": self.problems}.get(entry.kind, set())
        return entry.incident in self.incidents or (bool(others) and _number_of(entry) in others)


def unseen_by(reader: Person | None, entries: Iterable[Entry], actions: Iterable[int] = ()) -> Unseen:
    """Of what the entries name, and of further ``actions``. ``reader`` None: what not every colleague may read."""
    found = list(entries)
    incidents = {entry.incident for entry in found if entry.incident}
    named = {kind: {_number_of(entry) for entry in found if entry.kind == kind} for kind in ("action", "problem")}
    return Unseen(
        _unseen_incidents(incidents, reader),
        unseen_actions({*named["action"], *actions}, reader),
        _unseen_problems(named["problem"], reader),
    )


def _number_of(entry: Entry) -> int:
    return int(entry.subject.partition(":")[2])


def unseen_actions(numbers: set[int], reader: Person | None) -> set[int]:
    """One query at most."""
    if not numbers:
        return set()
    seen = ActionItem.objects.of_seen(reader) if reader else ActionItem.objects.public()
    return numbers - set(seen.filter(pk__in=numbers).order_by().values_list("pk", flat=True))


def _unseen_problems(numbers: set[int], reader: Person | None) -> set[int]:
    if not numbers:
        return set()
    seen = Problem.objects.visible_to(reader) if reader else Problem.objects.public()
    return numbers - set(seen.filter(pk__in=numbers).order_by().values_list("pk", flat=True))


def _unseen_incidents(numbers: set[int], reader: Person | None) -> set[int]:
    if reader is not None:
        return unseen_of(numbers, reader)
    return set(Incident.objects.confidential().filter(pk__in=numbers).order_by().values_list("pk", flat=True))
