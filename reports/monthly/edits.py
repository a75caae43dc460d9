"""What has become of the figures of a signed month, each with the edits that can have changed it."""

from dataclasses import dataclass

from reports import words
from reports.frozen import Difference
from reports.monthly.events import Edit, edits_since
from reports.monthly.touching import touches
from reports.period import Month

__all__ = ["Change", "Edit", "edits_since", "explain"]


@dataclass(frozen=True)
class Change:
    """A figure then and now, and the edits that can explain it."""

    path: str
    then: str
    now: str
    edits: list[Edit]


def explain(found: list[Difference], edits: list[Edit], month: Month) -> list[Change]:
    return [
        Change(
            entry.path,
            words.told(entry.frozen),
            words.told(entry.now),
            [edit for edit in edits if touches(edit, entry.path, month)],
        )
        for entry in found
    ]
