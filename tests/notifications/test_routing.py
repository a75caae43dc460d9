"""The routing tree and its patterns: values in, values out."""

import json
import re
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.patterns import LONGEST_TEXT, PatternRefused, read_pattern
from notifications.routing import Route, RouteRefused

RECORDED = Path(__file__).resolve().parents[3] / "shared/data/peer_cases/oncall_dev.json"
TREE: dict[str, Any] = {
    "receiver": "all",
    "group_by": ["service"],
    "routes": [
        {"match": {"level": "1"}, "receiver": "majors", "group_wait": "10s", "continue": True},
        {
            "match_re": {"service": "card-.*"},
            "receiver": "cards",
            "routes": [
                {"match": {"env": ""}, "group_by": ["..."]},
                {"matchers": ['env!="test"', "team=~a|b"], "receiver": "ab"},
            ],
        },
    ],
}


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({}, ["all"]),
        ({"level": "1"}, ["majors"]),
        ({"level": "1", "service": "card-eu"}, ["majors", "cards"]),
        ({"service": "my-card-eu"}, ["all"]),
        ({"service": "card-"}, ["cards"]),
        ({"service": "card-eu", "env": "test", "team": "a"}, ["cards"]),
        ({"service": "card-eu", "env": "live", "team": "ab"}, ["cards"]),
        ({"service": "card-eu", "env": "live", "team": "b"}, ["ab"]),
    ],
)
def test_the_first_child_that_matches_wins_unless_it_goes_on(labels: dict[str, str], receivers: list[str]) -> None:
    assert [route.receiver for route in Route.load(TREE).match(labels)] == receivers


def test_a_child_has_from_its_parent_what_it_does_not_set() -> None:
    (route,) = Route.load(TREE).match({"service": "card-eu", "env": "live", "team": "b"})
    assert (route.group_by, route.groups_by_all) == (("service",), False)
    (route,) = Route.load(TREE).match({"service": "card-eu"})
    assert (route.group_by, route.groups_by_all) == ((), True)
    majors, _cards = Route.load(TREE).match({"level": "1", "service": "card-eu"})
    assert majors.group_wait.total_seconds() == 10


def test_a_missing_label_is_the_empty_text() -> None:
    tree = Route.load({"receiver": "r", "routes": [{"match_re": {"env": ".*"}, "receiver": "any"}]})
    assert tree.match({})[0].receiver == "any"
    tree = Route.load({"receiver": "r", "routes": [{"match_re": {"env": ".+"}, "receiver": "any"}]})
    assert tree.match({})[0].receiver == "r"


def recorded() -> dict[str, Any]:
    """A peer's own routing cases, where they are on this machine."""
    if not RECORDED.exists():
        pytest.skip("the recorded cases are not on this machine (../shared/data)")
    found: dict[str, Any] = json.loads(RECORDED.read_text())["alertmanager_routing"]
    return found


def told(route: Route) -> str:
    """As the recorded cases tell a receiver: with the wait where they name one."""
    return f"{route.receiver} (group_wait {route.group_wait.total_seconds() / 60:.0f}m)"


def test_a_peers_own_cases_come_out_alike() -> None:
    cases = recorded()
    tree = Route.load(cases["tree"])
    for labels, receivers in cases["cases"]:
        found = tree.match(labels)
        assert len(found) == len(receivers), labels
        for route, wanted in zip(found, receivers, strict=True):
            assert wanted in (route.receiver, told(route)), labels


@pytest.mark.parametrize(
    "data", [{"group_wait": "soon"}, {"matchers": ["nonsense"]}, {"match_re": {"a": "("}}, {"match_re": {"a": "(?=b)"}}]
)
def test_what_is_no_tree_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(RouteRefused):
        Route.load(data)


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\.", r"\d", "(a|b)", "(ab)", "(a|)", "(?:b)"])
TIMES = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"])
PATTERNS = st.lists(st.tuples(ATOMS, TIMES), max_size=5).map(lambda parts: "".join(a + b for a, b in parts))


@given(st.lists(PATTERNS, min_size=1, max_size=3).map("|".join), st.text("ab.1", max_size=8))
def test_a_pattern_matches_what_it_matches_elsewhere(pattern: str, text: str) -> None:
    assert read_pattern(pattern).matches(text) == bool(re.fullmatch(pattern, text))


@given(st.text("ab(|)[]{}*+?^$\\.d1,", max_size=12), st.text("ab1", max_size=6))
def test_any_text_is_a_pattern_or_refused_and_never_worse(pattern: str, text: str) -> None:
    with suppress(PatternRefused):
        read_pattern(pattern).matches(text)


@pytest.mark.parametrize(("pattern", "text"), [("[[]", "["), (r"[a\[]+", "a["), ("[^[]", "a"), ("[][]+", "[]")])
def test_a_bracket_in_a_class_is_a_letter(pattern: str, text: str) -> None:
    assert read_pattern(pattern).matches(text)


@pytest.mark.parametrize("pattern", ["[a--]", "[a&&b]", "[a||b]", "[~~]"])
def test_a_class_that_can_be_read_in_two_ways_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused, match="two ways"):
        read_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(.*a){20}b", "(a?){40}a{40}", "(([a-z])+.)+[A-Z]"])
def test_no_pattern_runs_for_ever(pattern: str) -> None:
    """Each of them would keep Python's own engine busy for longer than anybody lives, or at least for minutes."""
    started = perf_counter()
    read_pattern(pattern).matches("a" * 100_000)
    assert perf_counter() - started < 5, f"{LONGEST_TEXT} letters are looked at"


@pytest.mark.parametrize(
    "pattern", ["(a{100}){100}", "a{999999999}", "(){999999999}", "((((a{9}){9}){9}){9}", r"\1", "(?P<n>a)", "a" * 201]
)
def test_what_would_be_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefused):
        read_pattern(pattern)
