"""The level that is suggested, and why: every cell of the shipped matrix, every worded criterion."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.priority import Cell, MatrixReason, Suggestion, Worded, suggest
from incidents.shipped import LEVEL_OF_PRIORITY, MATRIX, WORDED

SHIPPED = {place: Cell(priority, LEVEL_OF_PRIORITY[priority]) for place, priority in MATRIX.items()}
DEGREES = (1, 2, 3)
LOSS, ANNOYANCE = Worded("Data loss", 1), Worded("A question", 3)

judged = st.none() | st.sampled_from(DEGREES)
criteria = st.lists(st.builds(Worded, st.sampled_from(["a", "b", "c"]), st.sampled_from(DEGREES)), max_size=4)


@pytest.mark.parametrize(
    ("impact", "urgency", "priority", "level"),
    [
        (1, 1, 1, 1),
        (1, 2, 2, 2),
        (1, 3, 3, 3),
        (2, 1, 2, 2),
        (2, 2, 3, 3),
        (2, 3, 4, 3),
        (3, 1, 3, 3),
        (3, 2, 4, 3),
        (3, 3, 5, 3),
    ],
)
def test_impact_and_urgency_give_priority_and_level(impact: int, urgency: int, priority: int, level: int) -> None:
    expected = Suggestion(level, priority, (), MatrixReason(impact, urgency, priority))
    assert suggest(impact=impact, urgency=urgency, matrix=SHIPPED) == expected


def test_the_shipped_matrix_has_every_cell() -> None:
    assert set(SHIPPED) == set(itertools.product(DEGREES, DEGREES))


@pytest.mark.parametrize(("level", "wording"), WORDED)
def test_a_criterion_alone_suggests_its_level(level: int, wording: str) -> None:
    found = suggest(impact=None, urgency=None, criteria=[Worded(wording, level)], matrix=SHIPPED)
    assert found == Suggestion(level, None, (wording,), None)


def test_a_worse_criterion_overrides_the_matrix_and_leaves_the_priority() -> None:
    found = suggest(impact=3, urgency=3, criteria=[LOSS, ANNOYANCE], matrix=SHIPPED)
    assert found == Suggestion(1, 5, ("Data loss",), None)


def test_a_milder_criterion_never_makes_it_look_smaller() -> None:
    found = suggest(impact=1, urgency=1, criteria=[ANNOYANCE], matrix=SHIPPED)
    assert found == Suggestion(1, 1, (), MatrixReason(1, 1, 1))


def test_where_both_say_the_same_both_are_reasons() -> None:
    found = suggest(impact=1, urgency=1, criteria=[LOSS], matrix=SHIPPED)
    assert found.as_data() == {
        "level": 1,
        "priority": 1,
        "reasons": [{"criterion": "Data loss"}, {"impact": 1, "urgency": 1, "priority": 1}],
    }


@pytest.mark.parametrize(("impact", "urgency"), [(None, None), (1, None), (None, 1), (4, 1)])
def test_what_is_not_known_suggests_nothing(impact: int | None, urgency: int | None) -> None:
    assert suggest(impact=impact, urgency=urgency, matrix=SHIPPED) == Suggestion()


def test_a_site_that_changes_its_matrix_gets_what_it_wrote() -> None:
    assert suggest(impact=3, urgency=3, matrix={(3, 3): Cell(4, 2)}).level == 2


@given(judged, judged, criteria)
def test_the_suggestion_is_the_worst_of_what_speaks_and_has_a_reason(
    impact: int | None, urgency: int | None, applying: list[Worded]
) -> None:
    found = suggest(impact=impact, urgency=urgency, criteria=applying, matrix=SHIPPED)
    cell = SHIPPED.get((impact, urgency)) if impact and urgency else None
    levels = [each.level for each in applying] + ([cell.level] if cell else [])
    assert found.level == min(levels, default=None)
    assert bool(found.criteria or found.matrix) == bool(levels)
    assert found.priority == (cell.priority if cell else None)
