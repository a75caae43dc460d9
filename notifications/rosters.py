"""Reads schedules from the database as the values that ``notifications.duty`` works on."""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch

from catalog.models import Person
from notifications.duty import Change, Duty, Kind, Layer, Roster, Rotation, Unit, Window, duties_between, instant
from notifications.models import (
    DutyRole,
    LayerKind,
    LayerPlace,
    LayerShift,
    Override,
    Schedule,
    ScheduleLayer,
)


@dataclass
class Rota:
    """A schedule's roster together with the people whom its numbers mean."""

    schedule: Schedule
    roster: Roster
    people: dict[int, Person] = field(default_factory=dict)
    members: dict[int, Person] = field(default_factory=dict)
    """Those who stand in a rotation or a calendar, overrides left out."""

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.schedule.time_zone)

    def who(self, numbers: Iterable[int]) -> list[Person]:
        return [self.people[number] for number in numbers]

    def duties_between(self, start: datetime, end: datetime) -> list[Duty]:
        return duties_between(self.roster, start, end)


def read_rota(schedule: Schedule, start: datetime, end: datetime) -> Rota:
    return read_rotas(Schedule.objects.filter(pk=schedule.pk), start, end)[0]


def read_rotas(schedules: "Iterable[Schedule]", start: datetime, end: datetime) -> list[Rota]:
    """Rotas that are right for every moment of [start, end): of calendars and overrides no more is read.

    The number of queries does not depend on how many schedules there are. ``schedules`` is a queryset.
    """
    touching = {"starts_at__lt": end, "ends_at__gt": start}
    places = LayerPlace.objects.select_related("person")
    shifts = LayerShift.objects.filter(**touching).select_related("person")
    layers = ScheduleLayer.objects.prefetch_related(Prefetch("places", places), Prefetch("shifts", shifts))
    overrides = Override.objects.filter(withdrawn_at=None, **touching).select_related("person", "replaces")
    found = schedules.prefetch_related(Prefetch("layers", layers), Prefetch("overrides", overrides))  # type: ignore[attr-defined]
    return [_rota(schedule) for schedule in found]


def _rota(schedule: Schedule) -> Rota:
    layers, overrides = list(schedule.layers.all()), list(schedule.overrides.all())
    members = {place.person_id: place.person for layer in layers for place in layer.places.all()}
    members |= {shift.person_id: shift.person for layer in layers for shift in layer.shifts.all()}
    standing_in = (person for override in overrides for person in (override.person, override.replaces))
    people = members | {person.pk: person for person in standing_in if person is not None}
    roster = Roster(
        primary=_layers(schedule, layers, DutyRole.PRIMARY),
        secondary=_layers(schedule, layers, DutyRole.SECONDARY),
        primary_changes=_changes(overrides, DutyRole.PRIMARY),
        secondary_changes=_changes(overrides, DutyRole.SECONDARY),
        inactive=frozenset(pk for pk, person in people.items() if not person.is_active),
    )
    return Rota(schedule, roster, people, members)


def _layers(schedule: Schedule, layers: list[ScheduleLayer], role: str) -> tuple[Layer, ...]:
    zone = zoneinfo.ZoneInfo(schedule.time_zone)
    return tuple(_layer(layer, zone) for layer in layers if layer.role == role)


def _layer(layer: ScheduleLayer, zone: zoneinfo.ZoneInfo) -> Layer:
    is_rotation = layer.kind == LayerKind.ROTATION
    first = datetime.combine(layer.starts_on, layer.handover_at)
    last = datetime.combine(layer.ends_on, layer.handover_at) if layer.ends_on else None
    return Layer(
        key=layer.pk,
        position=layer.position,
        zone=zone,
        rotation=Rotation(Unit(layer.unit), layer.every, zone, first) if is_rotation else None,
        members=tuple(place.person_id for place in layer.places.all()),
        shifts=tuple((shift.starts_at, shift.ends_at, shift.person_id) for shift in layer.shifts.all()),
        starts=instant(first, zone) if is_rotation else None,
        ends=instant(last, zone) if last else None,
        windows=tuple(Window.load(window) for window in layer.windows),
    )


def _changes(overrides: list[Override], role: str) -> tuple[Change, ...]:
    return tuple(change_of(override) for override in overrides if override.role == role)


def change_of(override: Override) -> Change:
    return Change(
        key=override.pk or 0,
        kind=Kind(override.kind),
        start=override.starts_at,
        end=override.ends_at,
        person=override.person_id,
        replaces=override.replaces_id,
    )
