"""What a profile says: a declarative mapping of one kind of export to incidents. Pure; docs/imports.md explains it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from incidents.imports.values import Words, places

UNCHANGED = "unchanged"
CHANGES_OF = "changes of "


@dataclass(frozen=True)
class StatusWord:
    """Our status for a state of the source; ``status`` may be UNCHANGED."""

    status: str
    waiting_for: str = ""


@dataclass(frozen=True)
class Moment:
    """Where a moment comes from: a column of the last row, or the time of the first or last row (in some state)."""

    column: str = ""
    states: tuple[str, ...] = ()
    is_last: bool = False


@dataclass(frozen=True)
class Scale:
    """A column whose words are numbers of ours."""

    column: str = ""
    words: Words[int] = field(default_factory=lambda: Words[int]({}))


@dataclass(frozen=True)
class Reopening:
    """A counting column (its greatest value), or counted: a state of ``into`` after one of ``out_of``."""

    column: str = ""
    out_of: tuple[str, ...] = ()
    into: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether the source says that the SLA was met."""

    column: str = ""
    met: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placing:
    """The service: named by a column, or one for all."""

    column: str = ""
    name: str = ""
    prefix: str = ""
    owner: str = ""
    is_offered: bool = False


@dataclass(frozen=True)
class Reporting:
    name: str = ""
    contact: str = ""
    email: str = ""


@dataclass(frozen=True)
class Reading:
    """How the file is written."""

    encoding: str = "utf-8"
    delimiter: str = ""
    """Empty: found from the header."""
    unknown: tuple[str, ...] = ("", "?")
    is_ordered_by_time: bool = False
    formats: tuple[str, ...] = ("iso",)
    zone: str = "UTC"


@dataclass(frozen=True)
class Profile:
    name: str
    reference: str
    title: str
    status: Words[StatusWord]
    status_columns: tuple[str, ...]
    service: Placing
    about: str = ""
    description: str = ""
    row_time: str = ""
    """Empty: one row an incident."""
    row_by: str = ""
    group: str = ""
    problem: str = ""
    reading: Reading = field(default_factory=Reading)
    priority: Scale = field(default_factory=Scale)
    impact: Scale = field(default_factory=Scale)
    urgency: Scale = field(default_factory=Scale)
    level_of_priority: dict[int, int] = field(default_factory=lambda: {1: 1, 2: 2, 3: 3, 4: 3, 5: 3})
    level: int = 3
    """Where neither the priority nor the matrix says one."""
    category: tuple[str, ...] = ()
    is_category_offered: bool = False
    reporter: Reporting = field(default_factory=Reporting)
    moments: dict[str, Moment] = field(default_factory=dict)
    reopened: Reopening = field(default_factory=Reopening)
    sla: Verdict = field(default_factory=Verdict)
    counters: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    track: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that the profile reads, each once."""
        return tuple(dict.fromkeys((*self.needed_columns, *filter(None, self._other_columns()))))

    @property
    def needed_columns(self) -> tuple[str, ...]:
        """Those without which counts and moments would be wrong."""
        moments = [moment.column for moment in self.moments.values()]
        verdicts = (self.reopened.column, self.sla.column, self.priority.column)
        wanted = (self.reference, self.row_time, *self.status_columns, *moments, *verdicts)
        return tuple(dict.fromkeys(filter(None, wanted)))

    def _other_columns(self) -> Iterator[str]:
        """Those that stay unknown where an export lacks them."""
        yield from (self.row_by, self.group, self.problem, *self.category, *self.track, self.service.column)
        yield from (*places(self.title), *places(self.description))
        yield from (self.impact.column, self.urgency.column)
        yield from (self.reporter.name, self.reporter.contact, self.reporter.email)
        yield from (column.removeprefix(CHANGES_OF) for column in self.counters.values())
        yield from self.facts.values()
