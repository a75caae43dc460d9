"""What has become of the figures of a signed month, each with the edits that can have changed it."""

from dataclasses import dataclass
from typing import Any

from reports.frozen import Difference
from reports.monthly.events import Edit, edits_since
from reports.monthly.paths import path_in_words, value_in_words
from reports.monthly.touching import touches
from reports.period import Month

__all__ = ["Change", "Edit", "edits_since", "explain"]


@dataclass(frozen=True)
class Change:
    """A figure when it was frozen and as computed now, and the edits that can explain it."""

    path: str
    frozen: Any
    fresh: Any
    edits: list[Edit]

    @property
    def name(self) -> str:
        return path_in_words(self.path)

    @property
    def then(self) -> str:
        return value_in_words(self.path, self.frozen)

    @property
    def now(self) -> str:
        return value_in_words(self.path, self.fresh)


def explain(found: list[Difference], edits: list[Edit], month: Month) -> list[Change]:
    return [
        Change(entry.path, entry.frozen, entry.now, [edit for edit in edits if touches(edit, entry.path, month)])
        for entry in found
    ]
