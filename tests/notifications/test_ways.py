"""In which order a person is reached."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Channel, Urgency
from notifications.ways import PERSONAL, SAFE, first_reach, has_own, ways_of

ZERO = timedelta(0)
TWO = timedelta(minutes=2)
FIVE = timedelta(minutes=5)


@dataclass
class Rule:
    urgency: str
    after: timedelta
    channels: list[str] = field(default_factory=list)


def test_somebody_without_rules_is_reached_by_everything_at_once() -> None:
    assert ways_of([], Urgency.IMPORTANT) == [(ZERO, "voice"), (ZERO, "sms"), (ZERO, "email")]


def test_the_rules_of_the_other_urgency_do_not_count() -> None:
    rules = [Rule(Urgency.DEFAULT, FIVE, ["email"])]
    assert ways_of(rules, Urgency.IMPORTANT) == list(SAFE)
    assert ways_of(rules, Urgency.DEFAULT) == [(FIVE, "email")]
    assert (has_own(rules, Urgency.DEFAULT), has_own(rules, Urgency.IMPORTANT)) == (True, False)


def test_rules_come_in_the_order_of_time_and_calls_before_texts() -> None:
    rules = [
        Rule(Urgency.IMPORTANT, TWO, ["sms", "voice"]),
        Rule(Urgency.IMPORTANT, ZERO, ["email", "voice"]),
    ]
    assert ways_of(rules, Urgency.IMPORTANT) == [(ZERO, "voice"), (ZERO, "email"), (TWO, "voice"), (TWO, "sms")]


def test_a_channel_named_twice_for_one_moment_is_used_once() -> None:
    rules = [Rule(Urgency.DEFAULT, TWO, ["sms"]), Rule(Urgency.DEFAULT, TWO, ["sms", "sms"])]
    assert ways_of(rules, Urgency.DEFAULT) == [(TWO, "sms")]


def test_rules_that_name_only_chats_count_as_none() -> None:
    assert ways_of([Rule(Urgency.DEFAULT, ZERO, ["chat", "log"])], Urgency.DEFAULT) == list(SAFE)


def test_the_first_reach_is_the_first_channel_that_works() -> None:
    ways = [(ZERO, "voice"), (TWO, "sms"), (FIVE, "email")]
    assert first_reach(ways, {"voice", "sms", "email"}) == ZERO
    assert first_reach(ways, {"email"}) == FIVE
    assert first_reach(ways, set()) is None


RULES = st.builds(
    Rule,
    urgency=st.sampled_from(Urgency.values),
    after=st.integers(0, 60).map(lambda minutes: timedelta(minutes=minutes)),
    channels=st.lists(st.sampled_from(Channel.values), max_size=4),
)


@given(rules=st.lists(RULES, max_size=6), urgency=st.sampled_from(Urgency.values))
def test_whatever_the_rules_somebody_has_a_way_and_no_way_twice(rules: list[Rule], urgency: str) -> None:
    ways = ways_of(rules, urgency)
    assert ways
    assert len(set(ways)) == len(ways)
    assert [after for after, _channel in ways] == sorted(after for after, _channel in ways)
    assert {channel for _after, channel in ways} <= set(PERSONAL)
