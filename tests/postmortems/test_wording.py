"""The pure parts: wording hints and silences."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortems.gaps import LONG_SILENCE, find_gaps, unanswered
from postmortems.wording import names_as_roles, suspicious_words

FACTS = [
    "10:02 The payment page failed to load for 4,000 users",
    "Error rate above 20 % for five minutes",
    "The on-call engineer acknowledged by phone key",
    "Release 4.2 was rolled back",
    "The customer said: payments are slow",
    "A cautious restart was done",
    "支付页面无法打开,约四千用户受影响",
    "运维工程师十点零五分确认",
    "发现奇怪的流量",
    "",
]
SUSPICIOUS = [
    ("It broke because the index was missing", ["because"]),
    ("Outage caused by the release", ["caused"]),
    ("Slow DUE  TO a full disk", ["due to"]),
    ("The tester should have seen it; should have!", ["should have"]),
    ("He should’ve asked", ["should've"]),
    ("It was Bob's fault", ["'s fault"]),
    ("Human error during the switch", ["human error"]),
    ("由于配置错误导致支付失败", ["由于", "导致"]),
    ("测试人员本应发现", ["本应"]),
    ("这是运维的责任", ["责任"]),
]


@pytest.mark.parametrize("text", FACTS)
def test_a_fact_is_not_suspicious(text: str) -> None:
    assert suspicious_words(text) == []


@pytest.mark.parametrize(("text", "words"), SUSPICIOUS)
def test_talk_about_cause_fault_or_hindsight_is_noticed(text: str, words: list[str]) -> None:
    assert suspicious_words(text) == words


@given(st.text(max_size=300), st.text(max_size=300))
def test_words_around_it_do_not_hide_a_cause(before: str, after: str) -> None:
    assert "because" in suspicious_words(f"{before} because {after}")


def at(minutes: float) -> datetime:
    return datetime(2026, 11, 21, 10, tzinfo=UTC) + timedelta(minutes=minutes)


def test_a_silence_of_more_than_half_an_hour_is_a_gap() -> None:
    gaps = find_gaps([at(0), at(30), at(61), at(62), at(109)])
    assert [(gap.started_at, gap.ended_at, gap.minutes) for gap in gaps] == [
        (at(30), at(61), 31),
        (at(62), at(109), 47),
    ]
    assert find_gaps([]) == find_gaps([at(0)]) == []


@given(st.lists(st.integers(0, 10_000)))
def test_gaps_do_not_depend_on_the_order_and_are_all_long(minutes: list[int]) -> None:
    moments = [at(minute) for minute in minutes]
    gaps = find_gaps(moments)
    assert gaps == find_gaps(sorted(moments))
    assert all(gap.ended_at - gap.started_at > LONG_SILENCE for gap in gaps)
    assert sum(gap.minutes for gap in gaps) <= max(minutes, default=0) - min(minutes, default=0)


def test_what_the_records_do_not_tell_is_asked_about() -> None:
    assert unanswered(["report", "page_sent", "acknowledge", "recover"]) == ["decided"]
    assert unanswered(["report"], told=["notified", "decided"]) == ["acknowledged", "recovered"]
    assert unanswered([]) == ["detected", "notified", "acknowledged", "decided", "recovered"]


def test_people_are_said_by_their_roles() -> None:
    say = names_as_roles({"Bob Stone": "Developer", "Bob": "Operations", "王芳": "运维", "X": "no"})
    assert say("Bob Stone rang Bob; Bobsled and X stay") == "Developer rang Operations; Bobsled and X stay"
    assert say("王芳重启了网关") == "运维重启了网关"
    assert names_as_roles({})("Bob") == "Bob"
