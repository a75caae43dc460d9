"""The rows of one reference become one incident with its history."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.imports.drafts import Draft
from incidents.imports.faults import Fault, Outcome
from incidents.imports.profile import Profile
from incidents.imports.values import parse_moment
from tests.incidents.imports.exports import drafts_of, export, line, profile, written

STORY = (
    line(),
    line(state="Work", changed="01/03/2026 10:30", team="A", priority="3 low"),
    line(state="Ask", changed="01/03/2026 11:00", team="B"),
    line(state="Fixed", changed="02/03/2026 09:00", fixed="02/03/2026 08:45", team="B"),
    line(state="Done", changed="05/03/2026 09:00", fixed="02/03/2026 08:45", done="05/03/2026 09:00", in_time="false"),
)


def only(folder: Path, *lines: str, used: Profile | None = None) -> tuple[Draft, list[Fault]]:
    drafts, faults = drafts_of(written(folder, export(*lines)), used)
    assert len(drafts) == 1
    return drafts[0], faults


def rome(*parts: int) -> datetime:
    """March in Rome, before summer time."""
    year, month, day, hour, minute = parts
    return datetime(year, month, day, hour - 1, minute, tzinfo=UTC)


def test_the_last_row_says_how_it_stands_and_every_row_is_a_step(tmp_path: Path) -> None:
    draft, faults = only(tmp_path, *STORY)
    assert faults == []
    assert draft.columns["status"] == "closed"
    assert draft.columns["reported_at"] == rome(2026, 3, 1, 9, 0)
    assert draft.columns["acknowledged_at"] == rome(2026, 3, 1, 10, 30)
    assert draft.columns["resolved_at"] == rome(2026, 3, 2, 8, 45)
    assert draft.columns["closed_at"] == rome(2026, 3, 5, 9, 0)
    assert [(step.from_status, step.to_status) for step in draft.steps] == [
        ("", "reported"),
        ("reported", "acknowledged"),
        ("acknowledged", "pending"),
        ("pending", "resolved"),
        ("resolved", "closed"),
    ]
    assert draft.steps[1].changes == {"priority": ("2 high", "3 low")}
    assert (draft.columns["priority"], draft.level) == (2, 2)
    assert draft.facts["sla_met"] is False
    assert draft.facts["moves"] == 3
    assert draft.columns["title"] == "Card refused"


def test_rows_of_one_reference_may_stand_anywhere_in_the_file(tmp_path: Path) -> None:
    mixed = export(STORY[0], line(ticket="T2"), STORY[1], line(ticket="T3"), *STORY[2:])
    drafts, _faults = drafts_of(written(tmp_path, mixed))
    assert [(draft.reference, len(draft.steps)) for draft in drafts] == [("T1", 5), ("T2", 1), ("T3", 1)]


def test_rows_in_disorder_are_put_in_order_where_the_profile_says_so(tmp_path: Path) -> None:
    backwards = list(reversed(STORY))
    assert only(tmp_path, *backwards)[0].columns["status"] == "reported"
    by_time = profile(file={"order": "time"})
    assert only(tmp_path, *backwards, used=by_time)[0].columns["status"] == "closed"


@pytest.mark.parametrize(
    ("states", "count"),
    [("New Fixed Done", 0), ("New Fixed Work Done", 1), ("Fixed Ask New Fixed Fixed Work Work", 2), ("Done Ask", 0)],
)
def test_a_reopening_is_an_open_state_some_time_after_an_ended_one(tmp_path: Path, states: str, count: int) -> None:
    draft, _faults = only(tmp_path, *(line(state=state) for state in states.split()))
    assert draft.columns["reopen_count"] == count


def test_a_column_that_counts_reopenings_gives_its_greatest_value(tmp_path: Path) -> None:
    used = profile(reopened={"column": "place"})
    draft, faults = only(tmp_path, *(line(place=count) for count in ("0", "3", "x", "1")), used=used)
    assert draft.columns["reopen_count"] == 3
    assert [(fault.row, fault.value, fault.reason) for fault in faults] == [(4, "x", "this is no whole number")]


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("31/02/2026 10:00", "this is no time of the format"),
        ("2026-03-01T10:00:00+99:00", "this is no time of the format"),
        ("1969-07-20", "before 1970"),
        ("0001-01-01", "out of reach"),
        ("9999-12-31T23:59:59-12:00", "out of reach"),
        ("01/01/2031 00:00", "in the future"),
        ("", "the time is missing"),
        ("?", "the time is missing"),
    ],
)
def test_a_row_without_a_time_is_left_out(tmp_path: Path, time: str, reason: str) -> None:
    draft, faults = only(tmp_path, line(), line(state="Work", changed=time))
    assert len(draft.steps) == 1
    assert [(fault.row, fault.outcome) for fault in faults] == [(3, Outcome.ROW)]
    assert reason in faults[0].reason


def test_an_incident_of_which_no_row_can_be_used_is_none(tmp_path: Path) -> None:
    drafts, faults = drafts_of(written(tmp_path, export(line(changed="soon"), line(ticket="T2"))))
    assert [draft.reference for draft in drafts] == ["T2"]
    assert faults[0].reference == "T1"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"state": "-100"}, "state", "does not know this status"),
        ({"state": ""}, "state", "the status is missing"),
        ({"priority": "P7"}, "priority", "does not say what this word means"),
        ({"in_time": "maybe"}, "in_time", "does not say whether this means that the SLA was met"),
        ({"opened": "yesterday"}, "opened", "this is no time"),
        ({"done": "28/02/2026 09:00"}, "done", "closed before it was opened"),
        ({"fixed": "28/02/2026 09:00"}, "fixed", "resolved before it was opened"),
    ],
)
def test_a_cell_that_says_nothing_costs_its_value_only(
    tmp_path: Path, cells: dict[str, str], column: str, reason: str
) -> None:
    draft, faults = only(tmp_path, line(state="Work"), line(**{"state": "Work", **cells}))
    assert len(draft.steps) == 2
    assert draft.columns["status"] == "acknowledged"
    assert [(fault.row, fault.column, fault.outcome) for fault in faults] == [(3, column, Outcome.VALUE)]
    assert reason in faults[0].reason


def test_an_unknown_status_keeps_its_word_in_the_history(tmp_path: Path) -> None:
    draft, _faults = only(tmp_path, line(state="Work"), line(state="-100"))
    assert draft.facts["state"] == draft.steps[-1].state == "-100"


def test_an_incident_that_ended_before_it_began_keeps_what_was_recorded_as_a_contradiction(tmp_path: Path) -> None:
    draft, _faults = only(tmp_path, line(state="Done", done="28/02/2026 09:00"))
    assert draft.facts["contradictions"] == {"closed_at": "2026-02-28T08:00:00+00:00"}
    assert draft.facts["closed_at"] is None
    assert draft.columns["closed_at"] == draft.columns["resolved_at"] == rome(2026, 3, 1, 10, 0)


def test_closed_before_resolved_is_told_and_kept(tmp_path: Path) -> None:
    draft, faults = only(tmp_path, line(state="Done", fixed="03/03/2026 09:00", done="02/03/2026 09:00"))
    assert [fault.outcome for fault in faults] == [Outcome.KEPT]
    assert draft.facts["resolved_at"] > draft.facts["closed_at"]


def test_a_resolution_nobody_dated_stands_at_the_closing_but_is_no_fact(tmp_path: Path) -> None:
    draft, faults = only(tmp_path, line(state="Done", done="04/03/2026 09:00"))
    assert draft.columns["resolved_at"] == draft.columns["closed_at"]
    assert draft.facts["resolved_at"] is None
    assert faults == []


def test_moments_that_came_before_their_time_do_not_count_until_it_ended(tmp_path: Path) -> None:
    draft, _faults = only(tmp_path, line(state="Work", fixed="02/03/2026 09:00", done="03/03/2026 09:00"))
    assert (draft.columns["resolved_at"], draft.columns["closed_at"]) == (None, None)
    assert draft.facts["closed_at"] == "2026-03-03T08:00:00+00:00"


def test_a_waiting_incident_says_for_whom(tmp_path: Path) -> None:
    draft, _faults = only(tmp_path, line(state="Ask"))
    expected: dict[str, Any] = {"status": "pending", "waiting_for": "reporter", "held_from": "acknowledged"}
    assert expected.items() <= draft.columns.items()


@pytest.mark.parametrize(("states", "is_recovered"), [("Work Up Ask", True), ("Up", True), ("Up Work Ask", False)])
def test_a_recovered_incident_stays_so_until_somebody_takes_it_up_anew(
    tmp_path: Path, states: str, is_recovered: bool
) -> None:
    words = {"Work": "acknowledged", "Up": "recovered", "Ask": "pending"}
    used = profile(status={"columns": "state", "words": words})
    draft, _faults = only(tmp_path, *(line(state=state) for state in states.split()), used=used)
    assert bool(draft.columns["recovered_at"]) == is_recovered
    assert draft.columns["held_from"] in ("", "recovered" if is_recovered else "acknowledged")


def test_one_row_an_incident_has_a_history_of_its_moments(tmp_path: Path) -> None:
    used = profile(row_time="", moments={"opened": "opened", "resolved": "fixed", "closed": "done"}, row_by="")
    row = line(state="Done", opened="01/03/2026 09:00", fixed="02/03/2026 09:00", done="03/03/2026 09:00")
    draft, faults = only(tmp_path, row, used=used)
    assert [(step.at.day, step.to_status) for step in draft.steps] == [(1, "reported"), (2, "resolved"), (3, "closed")]
    assert faults == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25/10/2026 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the hour that comes twice: the first
        ("2026-03-01T10:00:00+09:00", datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
        ("01/07/2025 10:00", datetime(2025, 7, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_the_profiles_zone(text: str, expected: datetime) -> None:
    formats = profile().reading.formats
    assert parse_moment(text, formats, "Europe/Rome", datetime(2027, 1, 1, tzinfo=UTC)) == expected


def test_the_digest_is_of_what_was_said_not_of_where_it_stands(tmp_path: Path) -> None:
    first = only(tmp_path, *STORY)[0]
    moved = drafts_of(written(tmp_path, export(line(ticket="T0"), *STORY)))[0][1]
    assert first.digest() == moved.digest()
    assert only(tmp_path, *STORY[:-1])[0].digest() != first.digest()


@given(st.data())
def test_no_spoilt_byte_stops_an_import(data: st.DataObject) -> None:
    """Whatever a few bytes are overwritten with, the rows that can be used come out, and nothing else is raised."""
    content = bytearray(export(*STORY, line(ticket="T2", subject='"a, ""b"""')).encode())
    start = content.index(b"\n") + 1
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(start, len(content) - 1))] = data.draw(
            st.sampled_from(b'",\n\r\x00\xff\xe9;0/:-Z?') | st.integers(0, 255)
        )
    with TemporaryDirectory() as folder:
        drafts, faults = drafts_of(written(Path(folder), bytes(content)))
    assert all(draft.columns["occurred_at"] <= draft.columns["reported_at"] for draft in drafts)
    assert all(
        (draft.columns["status"] in ("resolved", "closed")) == bool(draft.columns["resolved_at"]) for draft in drafts
    )
    assert all(fault.reason and fault.row for fault in faults)
    assert drafts or faults
