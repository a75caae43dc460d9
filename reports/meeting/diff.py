"""What is new, gone and still there between the agendas of two days. Pure: entries in, entries out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.meeting.entries import Entry
from reports.meeting.states import changes_of

NOT_COMPARED = ("duty",)
"""Who is on call is there every day."""


@dataclass(frozen=True)
class Still:
    """On both agendas. ``changes``: (name, then, now) of its state."""

    entry: Entry
    before: Entry
    changes: list[tuple[str, Any, Any]]


@dataclass(frozen=True)
class Diff:
    new: list[Entry]
    gone: list[Entry]
    still: list[Still]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.gone or any(each.changes for each in self.still))


def diff_agendas(before: Sequence[Entry], after: Sequence[Entry]) -> Diff:
    """A subject that stands in several sections counts once, as it stands first. Orders are those of the agendas."""
    old, new = _once(before), _once(after)
    return Diff(
        new=[entry for subject, entry in new.items() if subject not in old],
        gone=[entry for subject, entry in old.items() if subject not in new],
        still=[
            Still(entry, old[subject], changes_of(old[subject].state, entry.state))
            for subject, entry in new.items()
            if subject in old
        ],
    )


def _once(entries: Sequence[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind not in NOT_COMPARED:
            found.setdefault(entry.subject, entry)
    return found
