"""m of n opens, a run of good frames ends, unknown does neither: laws and tables of the pure fold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detection.evaluation import Memory, Patience, Record, Step, advance, first_mark
from detection.rules.verdict import FIRING, OK, UNKNOWN

CODES = {"?": UNKNOWN, ".": OK, "!": FIRING}
ONE = np.array([0])
verdicts = st.text(alphabet="?.!", max_size=60)
patiences = st.builds(
    lambda n, m, clear: Patience(min(m, n), n, clear), st.integers(1, 6), st.integers(1, 6), st.integers(1, 6)
)


def run(word: str, patience: Patience) -> str:
    """What happens frame by frame: ``o`` opens, ``e`` ends, ``-`` nothing."""
    record, is_open, happened = Record.read(b""), False, ""
    for letter in word:
        step = take(record.at(ONE), letter, is_open, patience)
        record = Record.read(Record.of(ONE, step.memory).pack())
        is_open = (is_open or bool(step.opens[0])) and not bool(step.ends[0])
        happened += "o" if step.opens[0] else "e" if step.ends[0] else "-"
    return happened


def take(memory: Memory, letter: str, is_open: bool, patience: Patience) -> Step:
    return advance(memory, np.array([CODES[letter]]), np.array([is_open]), patience)


@pytest.mark.parametrize(
    ("m", "n", "clear", "word", "happened"),
    [
        (1, 1, 1, "!.!", "oeo"),
        (2, 3, 2, "!.!", "--o"),
        (2, 3, 2, "!..!", "----"),
        (2, 3, 2, "!!....", "-o-e--"),
        (2, 2, 3, "!!..!...", "-o-----e"),
        (1, 1, 2, "!.?.", "o--e"),
        (2, 3, 1, "!?!", "--o"),
        (2, 2, 1, "!?!", "---"),
        (2, 2, 1, "!!.!!", "-oe-o"),
    ],
)
def test_alerts_open_and_end_as_the_table_says(m: int, n: int, clear: int, word: str, happened: str) -> None:
    assert run(word, Patience(m, n, clear)) == happened


@given(word=verdicts, patience=patiences)
def test_an_unknown_verdict_never_opens_and_never_ends(word: str, patience: Patience) -> None:
    for letter, happened in zip(word, run(word, patience), strict=True):
        assert letter != "?" or happened == "-"


@given(word=verdicts, patience=patiences)
def test_openings_and_ends_alternate_and_each_has_its_verdict(word: str, patience: Patience) -> None:
    happened = run(word, patience)
    assert happened.replace("-", "").startswith(("oe" * 60)[: len(happened.replace("-", ""))])
    for letter, what in zip(word, happened, strict=True):
        assert what != "o" or letter == "!"
        assert what != "e" or letter == "."


@given(word=verdicts, patience=patiences)
def test_an_alert_opens_only_with_m_firing_frames_among_the_last_n(word: str, patience: Patience) -> None:
    for index, what in enumerate(run(word, patience)):
        if what == "o":
            assert word[max(0, index - patience.fire_of + 1) : index + 1].count("!") >= patience.fire_for


@given(word=verdicts, patience=patiences)
def test_an_alert_ends_only_after_enough_good_frames_since_the_last_firing_one(word: str, patience: Patience) -> None:
    for index, what in enumerate(run(word, patience)):
        if what == "e":
            since = word[word.rindex("!", 0, index) : index + 1]
            assert since.count(".") >= patience.clear_after


@given(word=verdicts, patience=patiences, places=st.lists(st.integers(0, 60), max_size=5))
def test_unknown_frames_only_ever_delay_an_end(word: str, patience: Patience, places: list[int]) -> None:
    """Dropping unknown frames from a word whose alert is open leaves the end at the same good frame."""
    opened = run("!" * patience.fire_of + word, patience)[patience.fire_of :]
    known = run("!" * patience.fire_of + word.replace("?", ""), patience)[patience.fire_of :]
    first = opened.find("e")
    assert (first == -1) == (known.find("e") == -1)
    if first != -1:
        assert known.find("e") == first - word[:first].count("?")


@settings(max_examples=30)
@given(words=st.lists(st.text(alphabet="?.!", min_size=20, max_size=20), min_size=1, max_size=6), patience=patiences)
def test_series_do_not_disturb_each_other(words: list[str], patience: Patience) -> None:
    memory, is_open = Memory.empty(len(words)), np.zeros(len(words), dtype=np.bool_)
    happened = [""] * len(words)
    for index in range(20):
        step = advance(memory, np.array([CODES[word[index]] for word in words]), is_open, patience)
        memory, is_open = step.memory, (is_open | step.opens) & ~step.ends
        for place in range(len(words)):
            happened[place] += "o" if step.opens[place] else "e" if step.ends[place] else "-"
    assert happened == [run(word, patience) for word in words]


def test_only_series_with_something_to_remember_are_remembered() -> None:
    places = np.array([3, 7, 900_000])
    memory = Memory(np.array([0b101, 0, 1], dtype=np.uint64), np.array([0, 0, 2], dtype=np.uint32))
    record = Record.read(Record.of(places, memory).pack())
    assert record.places.tolist() == [3, 900_000]
    wider = record.at(np.array([1, 3, 900_000]))
    assert (wider.marks.tolist(), wider.quiet.tolist()) == ([0, 0b101, 1], [0, 0, 2])
    assert [record.marks_of(place) for place in (3, 4, 900_000, 900_001)] == [0b101, 0, 1, 0]


def test_what_may_not_open_yet_opens_when_it_may_if_it_fires_still() -> None:
    memory, is_open, patience = Memory.empty(1), np.array([False]), Patience(2, 3, 1)
    for may_open, opens in ((False, False), (False, False), (True, True)):
        step = advance(memory, np.array([FIRING]), is_open, patience, may_open=may_open)
        memory = step.memory
        assert step.opens.tolist() == [opens]


def test_the_first_mark_says_how_many_frames_ago_it_began() -> None:
    assert [first_mark(marks) for marks in (0, 1, 0b10, 0b101)] == [0, 0, 1, 2]
