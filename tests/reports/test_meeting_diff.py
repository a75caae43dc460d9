"""Pure parts of the meeting: figures against their mean, changes of a state, the difference of two agendas."""

from datetime import timedelta

import pytest

from reports.meeting.diff import diff_agendas
from reports.meeting.entries import Entry
from reports.meeting.numbers import Figure, mean_of
from reports.meeting.states import changes_of, is_over


def entry(subject: str, **state: object) -> Entry:
    return Entry(subject=subject, title=subject, state=dict(state))


@pytest.mark.parametrize(
    ("before", "after", "new", "gone", "still"),
    [
        ([], [], [], [], []),
        ([], ["incident:1"], ["incident:1"], [], []),
        (["incident:1"], [], [], ["incident:1"], []),
        (["incident:1", "problem:1"], ["problem:1", "incident:2"], ["incident:2"], ["incident:1"], ["problem:1"]),
        (["incident:1"], ["incident:1", "incident:1"], [], [], ["incident:1"]),
        (["duty:1"], ["duty:1", "duty:2"], [], [], []),
        (["gap:1:202611302200"], ["gap:1:202612012200"], ["gap:1:202612012200"], ["gap:1:202611302200"], []),
    ],
)
def test_the_difference_of_two_agendas(
    before: list[str], after: list[str], new: list[str], gone: list[str], still: list[str]
) -> None:
    diff = diff_agendas([entry(each) for each in before], [entry(each) for each in after])
    assert [each.subject for each in diff.new] == new
    assert [each.subject for each in diff.gone] == gone
    assert [each.entry.subject for each in diff.still] == still
    assert diff.is_empty == (not new and not gone)


def test_what_is_still_there_says_what_became_of_it() -> None:
    diff = diff_agendas(
        [entry("incident:1", status="reported", owner=None)], [entry("incident:1", status="recovered", owner=None)]
    )
    assert diff.still[0].changes == [("status", "reported", "recovered")]
    assert not diff.is_empty


@pytest.mark.parametrize(
    ("frozen", "live", "changes"),
    [
        ({"status": "open"}, None, []),
        ({"status": "open"}, {"status": "open"}, []),
        (
            {"status": "open", "owner": None},
            {"status": "done", "owner": "Ana"},
            [("status", "open", "done"), ("owner", None, "Ana")],
        ),
        ({"level": 2, "gone": 1}, {"level": 1, "more": 3}, [("level", 2, 1)]),
    ],
)
def test_changes_of_a_state(frozen: dict[str, object], live: dict[str, object] | None, changes: object) -> None:
    assert changes_of(frozen, live) == changes


@pytest.mark.parametrize(
    ("subject", "status", "over"),
    [
        ("incident:1", "reported", False),
        ("incident:1", "closed", True),
        ("problem:1", "rejected", True),
        ("action:1", "open", False),
        ("action:1", "verified", True),
        ("gap:1:2", "closed", False),
    ],
)
def test_what_is_over(subject: str, status: str, over: bool) -> None:
    assert is_over(subject, {"status": status}) == over
    assert not is_over(subject, None)


@pytest.mark.parametrize(
    ("count", "mean", "verdict"),
    [
        (0, 0, "usual"),
        (2, 0, "usual"),
        (3, 0, "more"),
        (9, 4, "more"),
        (8, 4, "usual"),
        (3, 16, "less"),
        (8, 16, "usual"),
    ],
)
def test_a_figure_stands_out_beyond_two_deviations(count: int, mean: float, verdict: str) -> None:
    assert Figure("reported", count, mean).verdict == verdict


@pytest.mark.parametrize(
    ("week", "hours", "mean"), [(7, 24, 1.0), (14, 12, 1.0), (0, 24, 0.0), (168, 0, 1.0), (10, 72, 4.3)]
)
def test_the_mean_of_a_window_is_its_share_of_the_week(week: int, hours: int, mean: float) -> None:
    assert mean_of(week, timedelta(hours=hours)) == mean
