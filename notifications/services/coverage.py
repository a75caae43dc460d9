"""The weak spots of every schedule for the year ahead: read at once, worked out by ``notifications.duty``."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from catalog.models import Person
from notifications.duty import Coverage, Duty, Load, coverage_of
from notifications.models import LayerKind, Schedule, ScheduleLayer
from notifications.rosters import Rota, read_rotas
from notifications.rota_view import fill_url

YEAR = timedelta(weeks=52)
SHOWN_GAPS = 12


@dataclass
class Gap:
    duty: Duty
    fill_url: str
    missing: list[Person]
    """Inactive people who stand where nobody is reached."""


@dataclass
class Report:
    """What is to be known about one schedule."""

    schedule: Schedule
    coverage: Coverage
    gaps: list[Gap]
    more_gaps: int
    loads: list[tuple[Person, Load]]
    empty_layers: list[ScheduleLayer] = field(default_factory=list)
    inactive: list[Person] = field(default_factory=list)
    unverified: list[Person] = field(default_factory=list)
    """On call without a phone number that has proved to be theirs: no call and no text reaches them."""

    @property
    def percent(self) -> float:
        """Rounded down: 100 means every minute."""
        return int(self.coverage.share * 1000) / 10

    @property
    def is_sound(self) -> bool:
        return not (self.gaps or self.empty_layers or self.inactive or self.unverified)


def weak_spots(now: datetime) -> list[Report]:
    """One report a schedule, in a number of queries that does not grow with them."""
    schedules = Schedule.objects.select_related("team")
    return [_report(rota, now) for rota in read_rotas(schedules, now, now + YEAR)]


def _report(rota: Rota, now: datetime) -> Report:
    duties = rota.duties_between(now, now + YEAR)
    active = [number for number, person in rota.members.items() if person.is_active]
    found = coverage_of(duties, rota.zone, active)
    gaps = [Gap(duty, fill_url(rota, duty), rota.who(duty.scheduled)) for duty in found.gaps[:SHOWN_GAPS]]
    on_duty = {number for duty in duties for number in (*duty.primary, *duty.secondary)}
    people = sorted(rota.who(on_duty), key=str)
    loads = sorted(((rota.people[number], load) for number, load in found.loads.items()), key=lambda row: str(row[0]))
    return Report(
        schedule=rota.schedule,
        coverage=found,
        gaps=gaps,
        more_gaps=max(len(found.gaps) - SHOWN_GAPS, 0),
        loads=loads,
        empty_layers=[layer for layer in rota.schedule.layers.all() if _is_empty(layer)],
        inactive=sorted((person for person in rota.members.values() if not person.is_active), key=str),
        unverified=[person for person in people if not person.has_verified_phone],
    )


def _is_empty(layer: ScheduleLayer) -> bool:
    named = layer.places.all() if layer.kind == LayerKind.ROTATION else layer.shifts.all()
    return not named
