"""What an agenda is made of, as values: entries with a subject, frozen words and a frozen state; and its sections."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

MOST = 60
"""Entries of a section; a meeting that has more has another problem, and is told of it."""
Facts = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """``subject`` names the record ("incident:12"). ``state`` is compared with the record as it is while the meeting
    runs; ``facts`` say why the entry is here. Both hold what JSON can: moments as ISO texts, people by name."""

    subject: str
    title: str
    reference: str = ""
    url: str = ""
    incident: int | None = None
    """Decides who sees it, where it is about one."""
    state: Facts = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)
    times: int = 0
    """How many meetings before came to no end with it."""

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @classmethod
    def load(cls, stored: Facts) -> "Entry":
        return cls(**stored)

    def dump(self) -> Facts:
        return asdict(self)


@dataclass(frozen=True)
class Window:
    """What an agenda is built for: the time (``since``, ``now``] in its zone, and what the last meeting left over."""

    since: datetime
    now: datetime
    zone: ZoneInfo
    last: Any = None
    """The meeting before, or None."""
    times: dict[str, int] = field(default_factory=dict)
    """Subject -> how many meetings in a row came to no end with it."""


Build = Callable[[Window], list[Entry]]


@dataclass(frozen=True)
class Section:
    """``is_home``: what it lists is talked about there; else an entry goes to the first other section that has it."""

    slug: str
    title: str | Promise
    rank: int
    minutes: int
    build: Build
    is_home: bool = True


SECTIONS: dict[str, Section] = {}


def section(
    slug: str, title: str | Promise, *, rank: int, minutes: int, is_home: bool = True
) -> Callable[[Build], Build]:
    """Decorator: enter a function ``window -> entries`` into the agenda. ``minutes``: its time box as shipped."""

    def add(build: Build) -> Build:
        SECTIONS[slug] = Section(slug, title, rank, minutes, build, is_home)
        return build

    return add


def in_order() -> list[Section]:
    return sorted(SECTIONS.values(), key=lambda each: each.rank)


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
