"""Very many incidents at once, for measurements: the shape of real ones, without their words.

Written in bulk, past the services: what is right is shown by the services' own tests, here only the size counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import F, Max

from catalog.models import Person, Role, Service
from config.demo.history import STORIES
from incidents.models import Category, Clock, ClockKind, Incident, Level, Source, Status
from incidents.models.clock import AT_RISK
from incidents.services.searching import index_incidents
from lifecycle import clock
from lifecycle.models import Event, Via

BATCH = 5_000
SPREAD = timedelta(days=360)
OPEN_SHARE = 0.05
VERBS = {
    Status.REPORTED: ("report",),
    Status.ACKNOWLEDGED: ("report", "acknowledge", "note"),
    Status.RECOVERED: ("report", "acknowledge", "note", "recover"),
    Status.RESOLVED: ("report", "acknowledge", "note", "recover", "resolve"),
    Status.CLOSED: ("report", "acknowledge", "note", "recover", "note", "resolve", "confirm", "close"),
}
STOPS = {ClockKind.RESPONSE: "acknowledged_at", ClockKind.RECOVERY: "recovered_at", ClockKind.RESOLUTION: "resolved_at"}


@dataclass
class Crowd:
    """What the incidents are made of; ``random`` makes the same ones each time."""

    random: Random
    now: datetime
    services: list[Service]
    levels: dict[int, Level]
    categories: list[Category]
    engineers: list[Person]

    @classmethod
    def gather(cls, seed: int) -> "Crowd":
        return cls(
            random=Random(seed),  # noqa: S311  nothing secret
            now=clock.now(),
            services=list(Service.objects.all()),
            levels={level.number: level for level in Level.objects.prefetch_related("targets")},
            categories=list(Category.objects.all()),
            engineers=list(Person.objects.with_role(Role.OPERATIONS)),
        )

    def incident(self, number: int) -> Incident:
        """One incident somewhere in its life; the moments of the way behind it are set."""
        story = self.random.choice(STORIES)
        status = self._status()
        reported = self.now - (timedelta(hours=self.random.random() * 48) if status in OPEN else self._long_ago())
        incident = Incident(
            title=f"{story.title} ({number})",
            service=self.random.choice(self.services),
            category=self.random.choice(self.categories) if self.categories else None,
            level=self.levels[self.random.choices((1, 2, 3), (1, 4, 5))[0]],
            status=status,
            source=self.random.choice([Source.WEB, Source.HOTLINE, Source.DETECTION, Source.API]),
            owner=self.random.choice(self.engineers) if self.engineers and status != Status.REPORTED else None,
            occurred_at=reported - timedelta(minutes=self.random.random() * 20),
            reported_at=reported,
            tags=[f"batch-{number % 50}"],
        )
        self._walk(incident)
        return incident

    def _status(self) -> Status:
        if self.random.random() < OPEN_SHARE:
            return self.random.choice([Status.REPORTED, Status.ACKNOWLEDGED, Status.RECOVERED])
        return self.random.choices([Status.RESOLVED, Status.CLOSED], (1, 19))[0]

    def _long_ago(self) -> timedelta:
        return timedelta(days=3) + self.random.random() * SPREAD

    def _walk(self, incident: Incident) -> None:
        at = incident.reported_at
        for field in ("acknowledged_at", "recovered_at", "resolved_at", "confirmed_at", "closed_at"):
            if field not in FIELDS[Status(incident.status)]:
                break
            at = min(at + timedelta(minutes=1 + self.random.expovariate(1 / 40)), self.now)
            setattr(incident, field, at)


INDEXED_AT_ONCE = 500
OPEN = (Status.REPORTED, Status.ACKNOWLEDGED, Status.RECOVERED)
FIELDS = {
    Status.REPORTED: (),
    Status.ACKNOWLEDGED: ("acknowledged_at",),
    Status.RECOVERED: ("acknowledged_at", "recovered_at"),
    Status.RESOLVED: ("acknowledged_at", "recovered_at", "resolved_at"),
    Status.CLOSED: ("acknowledged_at", "recovered_at", "resolved_at", "confirmed_at", "closed_at"),
}


def build_crowd(count: int, *, seed: int = 1) -> Iterator[int]:
    """Write ``count`` incidents with clocks and events; yields how many each batch wrote."""
    crowd = Crowd.gather(seed)
    if not crowd.services:
        raise ValueError("There is no service yet: add one, or run `manage.py demo` first.")
    first = (Incident.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        with transaction.atomic():
            _write([crowd.incident(number) for number in numbers], crowd)
        yield len(numbers)
    _tidy(first)


def build_long_timeline(events: int) -> Incident:
    """One open incident with that many notes."""
    crowd = Crowd.gather(seed=2)
    incident = crowd.incident(0)
    with transaction.atomic():
        _write([incident], crowd)
        told = [_event(incident, "note", incident.reported_at + timedelta(seconds=n), crowd) for n in range(events)]
        Event.objects.bulk_create(told, batch_size=BATCH)
    return incident


def _write(incidents: list[Incident], crowd: Crowd) -> None:
    rows = {id(incident): _clocks(incident) for incident in incidents}
    for incident in incidents:
        due = [row.due_at for row in rows[id(incident)] if row.stopped_at is None and row.due_at]
        incident.next_due_at = min(due, default=None)
        risk = [
            row.due_at - row.target * (1 - AT_RISK) for row in rows[id(incident)] if row.due_at in due and row.due_at
        ]
        incident.at_risk_at = min(risk, default=None)
    Incident.objects.bulk_create(incidents)
    Clock.objects.bulk_create([row for incident in incidents for row in rows[id(incident)]])
    Event.objects.bulk_create([event for incident in incidents for event in _events(incident, crowd)])


def _clocks(incident: Incident) -> list[Clock]:
    return [
        Clock(
            incident=incident,
            kind=target.kind,
            origin_at=incident.reported_at,
            target=target.target,
            is_pausable=target.is_pausable,
            warn_at=target.warn_at,
            due_at=incident.reported_at + target.target,
            stopped_at=getattr(incident, STOPS[ClockKind(target.kind)]),
            breached_at=_breached_at(incident, target),
        )
        for target in incident.level.targets.all()
        if target.kind in STOPS
    ]


def _breached_at(incident: Incident, target: Any) -> datetime | None:
    due_at: datetime = incident.reported_at + target.target
    stopped_at = getattr(incident, STOPS[ClockKind(target.kind)])
    return due_at if stopped_at is None or stopped_at > due_at else None


def _events(incident: Incident, crowd: Crowd) -> list[Event]:
    moments = {
        "report": incident.reported_at,
        "acknowledge": incident.acknowledged_at,
        "recover": incident.recovered_at,
        "resolve": incident.resolved_at,
        "confirm": incident.confirmed_at,
        "close": incident.closed_at,
    }
    told, at = [], incident.reported_at
    for verb in VERBS[Status(incident.status)]:
        at = moments.get(verb) or at
        told.append(_event(incident, verb, at, crowd))
    return told


def _event(incident: Incident, verb: str, at: datetime, crowd: Crowd) -> Event:
    return Event(
        subject_type=ContentType.objects.get_for_model(Incident),
        subject_id=incident.pk,
        verb=verb,
        actor=incident.owner if verb != "report" else None,
        via=Via.WEB,
        note="Looked at the gateway's log." if verb == "note" else "",
        data={"level": incident.level_id, "source": incident.source} if verb == "report" else {},
        occurred_at=min(at, crowd.now),
        recorded_at=min(at, crowd.now),
        dispatched_at=crowd.now,
    )


def _tidy(first: int) -> None:
    """Words to search by, and the planner's statistics."""
    Incident.objects.filter(pk__gte=first).update(updated_at=F("reported_at"))
    last = Incident.objects.latest("pk").pk
    for start in range(first, last + 1, INDEXED_AT_ONCE):
        index_incidents(Incident.objects.filter(pk__gte=start, pk__lt=min(start + INDEXED_AT_ONCE, last + 1)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
