"""What an import found and did, in numbers."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from incidents.imports.drafts import Draft
from incidents.imports.faults import Faults


@dataclass
class Figures:
    """Of all incidents of the file, whether new or known."""

    incidents: int = 0
    events: int = 0
    reopened: int = 0
    sla_met: int = 0
    sla_missed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    """How many incidents ended in each state of the source."""
    done: Counter[str] = field(default_factory=Counter)
    """created, updated, kept_own (changed here meanwhile, so only the facts were updated), unchanged; events_added."""

    def count(self, draft: Draft) -> None:
        self.incidents += 1
        self.events += len(draft.steps)
        self.reopened += draft.facts["reopen_count"] > 0
        self.sla_met += draft.facts["sla_met"] is True
        self.sla_missed += draft.facts["sla_met"] is False
        self.states[draft.facts["state"] or "?"] += 1

    @property
    def reopen_rate(self) -> float | None:
        return self.reopened / self.incidents if self.incidents else None

    @property
    def sla_met_share(self) -> float | None:
        """Of the incidents for which the source has a verdict."""
        judged = self.sla_met + self.sla_missed
        return self.sla_met / judged if judged else None

    def as_counts(self, faults: Faults, rows: int) -> dict[str, Any]:
        """For ImportRun.counts."""
        return {
            "rows": rows,
            "incidents": self.incidents,
            "events": self.events,
            **{name: self.done[name] for name in ("created", "updated", "kept_own", "unchanged", "events_added")},
            "reopened": self.reopened,
            "reopen_rate": _rounded(self.reopen_rate),
            "sla_met": self.sla_met,
            "sla_missed": self.sla_missed,
            "sla_met_share": _rounded(self.sla_met_share),
            "states": dict(self.states.most_common(50)),
            "faults": dict(faults.by_outcome),
        }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
