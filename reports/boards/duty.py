"""Who is on call now, and when the reader is next; in a number of queries that does not grow with the schedules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.models import Person
from notifications.duty import Duty
from notifications.models import Schedule
from notifications.rosters import Rota, read_rotas

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class OnDuty:
    """A schedule at a moment. ``until`` is None where the duty lasts longer than was looked."""

    schedule: Schedule
    primary: list[Person]
    secondary: list[Person]
    until: datetime | None

    @property
    def is_gap(self) -> bool:
        return not self.primary


@dataclass(frozen=True)
class OwnDuty:
    schedule: Schedule
    starts_at: datetime
    until: datetime | None
    is_now: bool
    is_primary: bool


def read(now: datetime) -> list[Rota]:
    return read_rotas(Schedule.objects.select_related("team"), now, now + AHEAD)


def on_duty(rotas: list[Rota], now: datetime) -> list[OnDuty]:
    """One a schedule, those with nobody first."""
    found = [_of(rota, rota.duties_between(now, now + AHEAD)[0], now) for rota in rotas]
    return sorted(found, key=lambda each: (not each.is_gap, str(each.schedule)))


def own_duties(rotas: list[Rota], person: Person, now: datetime) -> list[OwnDuty]:
    """The person's present or next duty in each schedule that has one for them, the nearest first."""
    found = [own for rota in rotas if person.pk in rota.people and (own := _own(rota, person, now))]
    return sorted(found, key=lambda own: (not own.is_now, own.starts_at))


def _of(rota: Rota, duty: Duty, now: datetime) -> OnDuty:
    return OnDuty(rota.schedule, rota.who(duty.primary), rota.who(duty.secondary), _until(duty, now))


def _own(rota: Rota, person: Person, now: datetime) -> OwnDuty | None:
    for duty in rota.duties_between(now, now + AHEAD):
        if person.pk in (*duty.primary, *duty.secondary):
            is_primary = person.pk in duty.primary
            return OwnDuty(rota.schedule, duty.start, _until(duty, now), duty.start <= now, is_primary)
    return None


def _until(duty: Duty, now: datetime) -> datetime | None:
    return duty.end if duty.end < now + AHEAD else None
