"""A whole schedule as values, and the single timeline of duty that comes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from notifications.duty.layers import Layer, Span
from notifications.duty.overrides import Change, in_order

HORIZONS = tuple(timedelta(days=days) for days in (2, 9, 40, 400))
"""How far ahead the end of a duty is looked for, step by step."""


@dataclass(frozen=True)
class Roster:
    """``inactive``: people who cannot be called any more. They hold their places, and nobody is reached there."""

    primary: tuple[Layer, ...] = ()
    secondary: tuple[Layer, ...] = ()
    """Empty: the secondary is whoever comes next in the primary's rotation."""
    primary_changes: tuple[Change, ...] = ()
    secondary_changes: tuple[Change, ...] = ()
    inactive: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Duty:
    """A stretch in which the same people are on call for the same reason. Without ``primary`` it is a gap."""

    start: datetime
    end: datetime
    primary: tuple[int, ...] = ()
    secondary: tuple[int, ...] = ()
    scheduled: tuple[int, ...] = ()
    """The primary of the layers, before overrides and whoever is inactive."""
    layer: int | None = None
    shift: datetime | None = None
    changes: tuple[int, ...] = ()
    """The overrides that make it what it is."""

    @property
    def reason(self) -> tuple[object, ...]:
        """All but the moments: stretches that agree in it are one."""
        return self.primary, self.secondary, self.scheduled, self.layer, self.shift, self.changes

    @property
    def is_gap(self) -> bool:
        return not self.primary

    @property
    def is_missing_somebody(self) -> bool:
        """Somebody inactive stands there: the schedule looks covered and is not."""
        return self.is_gap and bool(self.scheduled)


def duties_between(roster: Roster, start: datetime, end: datetime) -> list[Duty]:
    """The timeline of [start, end): in order, without gap or overlap, gaps of duty included as such."""
    joined: list[Duty] = []
    for duty in _pieces(roster, start, end):
        if joined and joined[-1].reason == duty.reason:
            joined[-1] = replace(joined[-1], end=duty.end)
        else:
            joined.append(duty)
    return joined


def duty_at(roster: Roster, moment: datetime) -> Duty:
    """Who is on call at the moment, and until when; of a duty that lasts very long, until where it was looked at."""
    duty = Duty(moment, moment)
    for horizon in HORIZONS:
        duty, *others = duties_between(roster, moment, moment + horizon)
        if others:
            break
    return duty


def on_duty_throughout(duties: Sequence[Duty], person: int, *, is_secondary: bool) -> bool:
    """The person is on call in that role in every stretch of the timeline."""
    return all(person in (duty.secondary if is_secondary else duty.primary) for duty in duties) and bool(duties)


def _pieces(roster: Roster, start: datetime, end: datetime) -> Iterator[Duty]:
    """The timeline in pieces between all the moments at which anything may change."""
    layers = [_Walk(layer.spans(start, end)) for layer in _highest_first(roster.primary)]
    seconds = [_Walk(layer.spans(start, end)) for layer in _highest_first(roster.secondary)]
    changes = _Changes(roster.primary_changes, start, end)
    second_changes = _Changes(roster.secondary_changes, start, end)
    edges = [walk.edges for walk in (*layers, *seconds)]
    cuts = sorted({start, end}.union(changes.edges, second_changes.edges, *edges))
    for first, last in pairwise(cuts):
        span = next((found for walk in layers if (found := walk.at(first))), None)
        second = next((found for walk in seconds if (found := walk.at(first))), None)
        yield _duty(roster, first, last, span, second, changes.at(first), second_changes.at(first))


def _duty(
    roster: Roster,
    start: datetime,
    end: datetime,
    span: Span | None,
    second: Span | None,
    changes: list[Change],
    second_changes: list[Change],
) -> Duty:
    scheduled = span.people if span else ()
    primary = _active(roster, _changed(scheduled, changes))
    named = second.people if second else ()
    secondary = named if roster.secondary else _next_in_order(roster, span, primary)
    secondary = _active(roster, _changed(secondary, second_changes))
    return Duty(
        start,
        end,
        primary,
        tuple(person for person in secondary if person not in primary),
        scheduled,
        span.layer if span else None,
        span.shift if span else None,
        tuple(change.key for change in (*changes, *second_changes)),
    )


def _next_in_order(roster: Roster, span: Span | None, primary: tuple[int, ...]) -> tuple[int, ...]:
    """The first in the rotation after the scheduled primary who can be called and is not the primary already."""
    order = span.order if span else ()
    return tuple(person for person in order if person not in primary and person not in roster.inactive)[:1]


def _changed(people: tuple[int, ...], changes: list[Change]) -> tuple[int, ...]:
    for change in changes:
        people = change.apply(people)
    return people


def _active(roster: Roster, people: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(person for person in people if person not in roster.inactive)


def _highest_first(layers: tuple[Layer, ...]) -> list[Layer]:
    return sorted(layers, key=lambda layer: (-layer.position, -layer.key))


class _Walk:
    """A layer's spans, asked for moments that only grow."""

    def __init__(self, spans: list[Span]) -> None:
        self.spans = spans
        self.edges = {edge for span in spans for edge in (span.start, span.end)}
        self.place = 0

    def at(self, moment: datetime) -> Span | None:
        while self.place < len(self.spans) and self.spans[self.place].end <= moment:
            self.place += 1
        if self.place < len(self.spans) and self.spans[self.place].start <= moment:
            return self.spans[self.place]
        return None


class _Changes:
    """The overrides that touch a stretch; few, so each moment asks them all."""

    def __init__(self, changes: tuple[Change, ...], start: datetime, end: datetime) -> None:
        self.changes = in_order(change for change in changes if change.start < end and change.end > start)
        self.edges = {min(max(edge, start), end) for change in self.changes for edge in (change.start, change.end)}

    def at(self, moment: datetime) -> list[Change]:
        return [change for change in self.changes if change.start <= moment < change.end]
