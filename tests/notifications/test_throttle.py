"""How many messages a person gets in how long: the figures, and the laws that hold for any past."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.throttle import LONGEST, WINDOWS, Past, Weight, free_at, windows_of

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
KINDS = sorted(WINDOWS)


def minutes(*ago: float, weight: Weight = Weight.PAGE) -> list[Past]:
    return [Past(NOON - timedelta(minutes=each), weight) for each in ago]


@pytest.mark.parametrize(
    ("channel", "weight", "past", "wait"),
    [
        ("voice", Weight.PAGE, [], 0),
        ("voice", Weight.PAGE, minutes(0.5), 0.5),  # one a minute
        ("voice", Weight.PAGE, minutes(2, 6, 10), 5),  # three in a quarter
        ("voice", Weight.PAGE, minutes(20, 25, 30, 35, 40, 45, 50), 10),  # seven in an hour
        ("voice", Weight.PAGE, minutes(*range(61, 166, 7)), 180 - 159),  # fifteen in three hours
        ("sms", Weight.PAGE, minutes(2, 4, 6, 8), 0),
        ("sms", Weight.PAGE, minutes(2, 4, 6, 8, 10), 5),  # five in a quarter
        ("sms", Weight.NOTICE, minutes(1, weight=Weight.NOTICE), 2),  # one in three minutes
        ("sms", Weight.NOTICE, minutes(4, 10, 16, weight=Weight.NOTICE), 4),  # three in twenty
        ("sms", Weight.NOTICE, minutes(1), 0),  # a page does not hold a notice back by the minute
        ("sms", Weight.PAGE, minutes(1, 2, 3, 4, 5, weight=Weight.NOTICE), 10),  # but all count for the quarter
        ("email", Weight.PAGE, minutes(0.25), 0.75),
        ("email", Weight.NOTICE, minutes(0, 0, 0, weight=Weight.NOTICE), 0),
        ("sms", Weight.ANSWER, minutes(0, 0, 0, 0, 0), 0),  # a test or a code that was asked for
        ("chat", Weight.NOTICE, minutes(0, 0), 0),
    ],
)
def test_the_next_message_waits_as_long_as_its_windows_say(
    channel: str, weight: Weight, past: list[Past], wait: float
) -> None:
    assert free_at(windows_of(channel, weight), past, NOON) == NOON + timedelta(minutes=wait)


@settings(max_examples=300)
@given(
    kind=st.sampled_from(KINDS),
    wishes=st.lists(st.floats(min_value=0, max_value=300), min_size=1, max_size=40).map(sorted),
)
def test_no_window_is_ever_exceeded_and_nothing_waits_for_ever(kind: tuple[str, Weight], wishes: list[float]) -> None:
    """Whatever is wanted and when: each goes at the moment it is given, and then every window holds."""
    windows, sent, now = windows_of(*kind), list[Past](), NOON
    for wish in wishes:
        now = max(now, NOON + timedelta(minutes=wish))
        at = free_at(windows, sent, now)
        assert at - now <= LONGEST
        assert free_at(windows, sent, at) == at, "asked again then, it may go"
        sent.append(Past(at, kind[1]))
        now = at
    for window in windows:
        moments = [each.at for each in sent]
        for first, last in zip(moments, moments[window.most :], strict=False):
            assert last - first >= window.within
