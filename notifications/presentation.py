"""How pages and the API show what will be paged: people with their channels, numbers masked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from catalog.models import Person
from lifecycle.lists import listed
from notifications.foresight import Foreseen
from notifications.models import Channel
from notifications.routing import Labels
from notifications.services.addressing import address
from notifications.services.promising import FALL_THROUGH
from notifications.ways import Way


@dataclass(frozen=True)
class Message:
    """One message that is going to be promised. ``why_not``: it is only noted, and the next channel takes over."""

    channel: str
    after: timedelta
    where: str
    why_not: str

    @property
    def channel_text(self) -> str:
        return str(Channel(self.channel).label)


@dataclass(frozen=True)
class Reach:
    """A person with the messages that they will get."""

    person: Person
    messages: list[Message]


def reaches_of(foreseen: Foreseen) -> list[Reach]:
    if foreseen.left_out:
        return []
    return [Reach(person, messages_of(person, foreseen.ways[person.pk])) for person in foreseen.people]


def messages_of(person: Person, ways: list[Way]) -> list[Message]:
    """In the order in which they go out; a channel that another one falls back to is named once."""
    found: dict[tuple[str, timedelta], Message] = {}
    for after, channel in ways:
        for message in _with_fall_through(person, after, channel):
            found.setdefault((message.channel, message.after), message)
    return sorted(found.values(), key=lambda message: message.after)


def _with_fall_through(person: Person, after: timedelta, channel: str) -> Iterator[Message]:
    following: str | None = channel
    while following is not None:
        destination, why_not = address(person, following)
        yield Message(following, after, _masked(person, following, destination), why_not)
        following = FALL_THROUGH.get(Channel(following)) if why_not else None


def _masked(person: Person, channel: str, destination: str) -> str:
    """Pages are read over shoulders: a number shows its last digits only."""
    return person.masked_phone if destination and channel in (Channel.VOICE, Channel.SMS) else destination


def shown_labels(labels: Labels) -> list[tuple[str, str]]:
    """For the debugger of routes; several values of one label in a row."""
    return [(label, value if isinstance(value, str) else listed(value)) for label, value in labels.items()]
