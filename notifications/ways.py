"""In which order a person is reached: values in, values out. Sending and the preview on the page both ask here."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Protocol

from notifications.models.channel import Channel

Way = tuple[timedelta, str]
"""How long after the page was due, and by which channel."""

PERSONAL = (Channel.VOICE, Channel.SMS, Channel.EMAIL)
"""The channels that lead to one person, loudest first."""
AT_ONCE = timedelta(0)
SAFE: tuple[Way, ...] = tuple((AT_ONCE, channel) for channel in PERSONAL)
"""How somebody is paged who has no rules: by everything at once."""
LATEST = timedelta(hours=1)
"""No rule may wait longer: by then a policy has long gone on to the next person."""


class Rule(Protocol):
    """A line of ``notifications.models.PersonalRule``, or anything like it."""

    urgency: str
    after: timedelta
    channels: list[str]


def ways_of(rules: Iterable[Rule], urgency: str) -> list[Way]:
    """The person's own ways for that urgency in the order of time; where there are none, the safe ones.

    The same channel may come again later ("call, and call again after 5 min"), but not twice at one moment.
    """
    own = {(rule.after, Channel(channel)) for rule in rules if rule.urgency == urgency for channel in rule.channels}
    personal = [(after, channel) for after, channel in own if channel in PERSONAL]
    return [(after, channel) for after, channel in sorted(personal, key=_order)] or list(SAFE)


def has_own(rules: Iterable[Rule], urgency: str) -> bool:
    """Whether the ways for that urgency are the person's own choice and not the safe ones."""
    return any(rule.urgency == urgency and rule.channels for rule in rules)


def first_reach(ways: Iterable[Way], usable: Collection[str]) -> timedelta | None:
    """When the first message can arrive at all, given the channels that are usable; None: none can."""
    return min((after for after, channel in ways if channel in usable), default=None)


def _order(way: tuple[timedelta, Channel]) -> tuple[timedelta, int]:
    after, channel = way
    return after, PERSONAL.index(channel)
