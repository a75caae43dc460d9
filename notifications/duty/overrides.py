"""Changes of duty inside a window, and which of them may not stand side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Change:
    """An override: REPLACE puts ``person`` where ``replaces`` would be, or where anybody would be if that is None;
    ADD and REMOVE speak of ``person`` alone."""

    key: int
    kind: Kind
    start: datetime
    end: datetime
    person: int | None = None
    replaces: int | None = None

    @property
    def is_for_everybody(self) -> bool:
        return self.kind == Kind.REPLACE and self.replaces is None

    @property
    def people(self) -> set[int]:
        return {person for person in (self.person, self.replaces) if person is not None}

    def apply(self, people: tuple[int, ...]) -> tuple[int, ...]:
        """Who is on call once this change is made. Nobody stands there twice."""
        if self.kind == Kind.REMOVE:
            return tuple(person for person in people if person != self.person)
        new = () if self.person is None else (self.person,)
        if self.is_for_everybody:
            return new
        if self.kind == Kind.ADD:
            return people if self.person in people else people + new
        if self.replaces not in people:
            return people
        place = people.index(self.replaces)
        return tuple(dict.fromkeys(people[:place] + new + people[place + 1 :]))


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Temporary schedules first, then replacements and removals, additions last. Those of a rank never clash, so
    their own order changes nothing but who is named first."""
    ranks = {Kind.REPLACE: 1, Kind.REMOVE: 2, Kind.ADD: 3}
    return sorted(changes, key=lambda change: (0 if change.is_for_everybody else ranks[change.kind], change.key))


def clash(one: Change, other: Change) -> bool:
    """Two changes of a role would contradict each other: at one time they speak of the same person, or one of them
    stands in for everybody and the other takes somebody away."""
    if one.start >= other.end or other.start >= one.end:
        return False
    if one.people & other.people:
        return True
    takes_away = all(change.kind != Kind.ADD for change in (one, other))
    return takes_away and (one.is_for_everybody or other.is_for_everybody)
