"""The history of one reference from its rows: who moved it from where to where, and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from incidents.imports.cells import Cells
from incidents.imports.drafts import Step
from incidents.imports.faults import Outcome
from incidents.imports.profile import UNCHANGED, Moment, Profile, StatusWord
from incidents.imports.values import Words

FIRST = StatusWord("reported")
LONGEST_NAME = 200


@dataclass(frozen=True)
class Moved:
    """A row with its time, the state it names, and what that means to us."""

    cells: Cells
    at: datetime
    state: str
    word: StatusWord


@dataclass(frozen=True)
class History:
    """``rows`` in the order that the profile states; at least one."""

    rows: list[Moved]
    steps: list[Step]

    @property
    def first(self) -> Moved:
        return self.rows[0]

    @property
    def last(self) -> Moved:
        return self.rows[-1]

    def time_of(self, moment: Moment) -> datetime | None:
        """The time of the first or last row that is in one of the states (any row where none is named)."""
        is_meant = Words(dict.fromkeys(moment.states, True))
        rows = reversed(self.rows) if moment.is_last else iter(self.rows)
        return next((row.at for row in rows if not moment.states or is_in(is_meant, row.state)), None)

    def recovered_since(self) -> datetime | None:
        """When it recovered, unless it was taken up anew after that."""
        since = None
        for row in self.rows:
            if row.word.status == "recovered":
                since = since or row.at
            elif row.word.status in ("reported", "acknowledged"):
                since = None
        return since

    def count_reopenings(self, out_of: Sequence[str], into: Sequence[str]) -> int:
        """How often a state of ``into`` came after one of ``out_of``, not necessarily right after it."""
        ends, begins = Words(dict.fromkeys(out_of, True)), Words(dict.fromkeys(into, True))
        count, has_ended = 0, False
        for row in self.rows:
            if is_in(begins, row.state) and has_ended:
                count, has_ended = count + 1, False
            has_ended = has_ended or is_in(ends, row.state)
        return count

    def count_changes(self, column: str) -> int:
        """How often a column changed from row to row."""
        values = [row.cells.text(column) for row in self.rows]
        return sum(before != after for before, after in pairwise(values))


def is_in(words: Words[bool], state: str) -> bool:
    """Whether the state, or its main part before the stroke, is one of the words."""
    return bool(words.find(state) or words.find(state.partition("/")[0]))


def read_history(rows: Sequence[Cells], profile: Profile) -> History | None:
    """None where no row can be used."""
    moved: list[Moved] = []
    timed = [(cells, at) for cells in rows if (at := _time_of(cells, profile)) is not None]
    if profile.reading.is_ordered_by_time:
        timed.sort(key=lambda entry: entry[1])
    for cells, at in timed:
        state = "/".join(part for column in profile.status_columns if (part := cells.text(column)))
        before = moved[-1].word if moved else FIRST
        moved.append(Moved(cells, at, state[:LONGEST_NAME], _meaning(cells, state, before, profile)))
    return History(moved, _steps(moved, profile)) if moved else None


def _time_of(cells: Cells, profile: Profile) -> datetime | None:
    """When the row happened; a row that cannot be placed in time is left out."""
    column = profile.row_time or profile.moments["opened"].column
    at = cells.moment(column, Outcome.ROW)
    if at is None and not cells.text(column):
        cells.fault(column, "the time is missing", Outcome.ROW)
    return at


def _meaning(cells: Cells, state: str, before: StatusWord, profile: Profile) -> StatusWord:
    """A state that the profile does not know leaves the status as it was; the row stays part of the history."""
    found = profile.status.find(state) or profile.status.find(state.partition("/")[0])
    if found is None:
        reason = "the profile does not know this status: the row is kept, the status stays as it was before"
        cells.fault(profile.status_columns[0], reason if state else "the status is missing", Outcome.VALUE, state)
    return before if found is None or found.status == UNCHANGED else found


def _steps(rows: Sequence[Moved], profile: Profile) -> list[Step]:
    if not profile.row_time:
        return []
    steps: list[Step] = []
    before: Moved | None = None
    for row in rows:
        steps.append(
            Step(
                at=row.at,
                row=row.cells.row.number,
                state=row.state,
                from_status=before.word.status if before else "",
                to_status=row.word.status,
                by=row.cells.text(profile.row_by)[:LONGEST_NAME],
                group=row.cells.text(profile.group)[:LONGEST_NAME],
                changes=_changes(before, row, profile),
            )
        )
        before = row
    return steps


def _changes(before: Moved | None, row: Moved, profile: Profile) -> dict[str, tuple[str, str]]:
    if before is None:
        return {}
    pairs = {
        name: (before.cells.text(name)[:LONGEST_NAME], row.cells.text(name)[:LONGEST_NAME]) for name in profile.track
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
