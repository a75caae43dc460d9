"""What counts as an occurrence, what is too often, and how alike two incidents are. No database."""

from datetime import UTC, datetime, timedelta

import pytest

from problems.recurrence.counting import Sighting, Threshold, earlier_windows, is_too_often, occurrences
from problems.recurrence.likeness import Face, likeness, sought_words

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def sighting(incident: int, minutes: int, survivor: int | None = None) -> Sighting:
    return Sighting(incident, survivor or incident, NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("sightings", "count"),
    [
        ([], 0),
        ([sighting(1, 0), sighting(2, 1)], 2),
        ([sighting(1, 0), sighting(2, 10, 1), sighting(3, 50, 1)], 1),
        ([sighting(1, 0), sighting(2, 50, 1), sighting(3, 100, 1)], 1),
        ([sighting(1, 0), sighting(2, 61, 1)], 2),
        ([sighting(2, 61, 1), sighting(1, 0)], 2),
        ([sighting(1, 0), sighting(1, 240)], 2),
    ],
)
def test_occurrences(sightings: list[Sighting], count: int) -> None:
    assert len(occurrences(sightings)) == count


@pytest.mark.parametrize(
    ("count", "earlier", "factor", "is_too_much"),
    [
        (2, [], 0, False),
        (3, [], 0, True),
        (3, [], 2, True),
        (3, [2, 2], 2, False),
        (4, [2, 2], 2, True),
        (3, [9, 9], 0, True),
        (3, [0, 0, 0, 4], 2, True),
    ],
)
def test_too_often(count: int, earlier: list[int], factor: float, is_too_much: bool) -> None:
    assert is_too_often(count, earlier, Threshold(3, factor)) is is_too_much


def test_what_needs_a_past_is_never_too_often_without_one() -> None:
    assert not is_too_often(99, [], Threshold(3, 2, needs_past=True))
    assert is_too_often(99, [0], Threshold(3, 2, needs_past=True))


def test_windows_before_the_first_incident_are_no_past() -> None:
    day = timedelta(days=1)
    assert earlier_windows(NOON, day, NOON - 2.5 * day, most=4) == [
        (NOON - day, NOON),
        (NOON - 2 * day, NOON - day),
    ]
    assert earlier_windows(NOON, day, NOON, most=4) == []


def test_the_same_face_is_wholly_like_itself_and_likeness_is_symmetric() -> None:
    one = Face("Refund gateway times out", "since noon", 1, 2, frozenset({"refund"}))
    other = Face("Refund gateway is slow", "since one", 1, 3, frozenset({"gateway"}))
    assert likeness(one, one).figure == 1
    assert likeness(one, other) == likeness(other, one)
    assert 0 < likeness(one, other).figure < 1


def test_numbers_say_which_and_not_what() -> None:
    one, other = Face("Timeout of node 7 at 10.0.0.1"), Face("Timeout of node 12 at 10.0.0.99")
    assert likeness(one, other).words > 0.8
    assert likeness(one, Face("Refunds are wrong")).words == 0


def test_chinese_titles_are_compared_by_pairs() -> None:
    assert likeness(Face("支付接口超时"), Face("支付接口超时了")).words > 0.6
    assert likeness(Face("支付接口超时"), Face("登录页面空白")).words == 0


def test_a_fingerprint_says_the_same_alone() -> None:
    found = likeness(Face("a", service=1, fingerprint="x"), Face("b", service=2, fingerprint="x"))
    assert (found.figure, found.same_fingerprint, found.same_service) == (1, True, False)


def test_nothing_is_like_nothing() -> None:
    assert likeness(Face(""), Face("")).figure == 0
    assert sought_words(Face("42 a 10.0.0.1")) == []
    assert sought_words(Face("Refund of the gateway 7"))[:2] == ["gateway", "refund"]
