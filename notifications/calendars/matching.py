"""Whom an event of a calendar means."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from notifications.calendars.reading import Stated

WORD = re.compile(r"[\w.@+-]+")


class Named(Protocol):
    """A person, as far as matching needs one."""

    username: str
    name: str
    email: str


Somebody = TypeVar("Somebody", bound=Named)


def match(stated: Stated, people: Iterable[Somebody]) -> list[Somebody]:
    """By the attendees' mail addresses; where none is known, by user names and names in the summary."""
    people = list(people)
    invited = [person for person in people if person.email and person.email.lower() in stated.attendees]
    return invited or _named(stated.summary.casefold(), people)


def _named(summary: str, people: "list[Somebody]") -> "list[Somebody]":
    words = set(WORD.findall(summary))
    found = [person for person in people if person.username.casefold() in words or _stands_in(person.name, summary)]
    # "Bob Smith" means him alone, though a Bob is there too.
    longer = [person.name.casefold() for person in found]
    return [person for person in found if not any(_is_part(person.name.casefold(), name) for name in longer)]


def _stands_in(name: str, summary: str) -> bool:
    """As whole words; Chinese names have no spaces around them."""
    name = name.casefold().strip()
    if not name:
        return False
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", summary) is not None


def _is_part(name: str, of: str) -> bool:
    return name != of and name in of
