"""Where the apps above this one hand over what they know of an incident: dated facts, and what today's rules would see.

An app registers a finder in its AppConfig.ready(); drafting asks all of them. So alerts and deliveries come into a
timeline although nothing here knows them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.models import Person
from incidents.models import Incident


@dataclass(frozen=True)
class Fact:
    """``citation`` names the record that it is drawn from ("delivery:12"): what was drafted once is not drafted again.
    ``source`` says the same to people; ``milestone`` is one of postmortems.models.Milestone, or empty."""

    citation: str
    happened_at: datetime
    what: str
    source: str
    role: str = ""
    milestone: str = ""


@dataclass(frozen=True)
class Replay:
    """What a rule of today would have seen of an incident: ``fired_at`` is None where nothing. ``minutes_earlier``
    than it was reported, negative where later; ``has_data``: whether anything of those minutes is still stored."""

    rule: str
    url: str
    fired_at: datetime | None
    minutes_earlier: int | None
    has_data: bool


Finder = Callable[[Incident], Iterable[Fact]]
Replayer = Callable[[Incident, Person | None], list[Replay]]
_finders: list[Finder] = []
_replayers: list[Replayer] = []


def register(finder: Finder) -> Finder:
    """Decorator for a function that finds the facts of an incident."""
    _finders.append(finder)
    return finder


def register_replayer(replayer: Replayer) -> Replayer:
    """Decorator for a function that replays detection over an incident."""
    _replayers.append(replayer)
    return replayer


def facts_of(incident: Incident) -> list[Fact]:
    return [fact for finder in _finders for fact in finder(incident)]


def replays_of(incident: Incident, actor: Person | None) -> list[Replay]:
    return [replay for replayer in _replayers for replay in replayer(incident, actor)]
