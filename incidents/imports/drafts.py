"""What becomes of the rows of one reference: values only, before anything is written."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Step:
    """One entry of the history: a row of an event log, or a moment of an export with one row an incident."""

    at: datetime
    row: int
    state: str
    from_status: str
    to_status: str
    by: str = ""
    group: str = ""
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Column -> (before, after), for the columns that the profile tracks."""

    @property
    def identity(self) -> tuple[datetime, str, str, str]:
        """By what the same step is known in a later export of the same incident."""
        return self.at, self.state, self.by, self.group


@dataclass(frozen=True)
class Draft:
    """An incident to be. ``columns``: fields of Incident that need no look-up; ``facts``: as the source recorded it."""

    reference: str
    columns: dict[str, Any]
    steps: list[Step]
    facts: dict[str, Any]
    service: str
    category: tuple[str, ...] = ()
    level: int | None = None

    def digest(self) -> str:
        """SHA-256 of everything but the places in the file, which change from export to export."""
        steps = [(step.identity, step.from_status, step.to_status, step.changes) for step in self.steps]
        content = (self.reference, self.columns, steps, self.facts, self.service, self.category, self.level)
        text = json.dumps(content, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
