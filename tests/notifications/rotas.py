"""Schedules for the tests of duty: Alice, Bob and Carol take turns of a day each, at 09:00 in Berlin."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from catalog.models import Person, Role
from lifecycle import clock
from notifications.models import Schedule, ShiftUnit
from notifications.services.scheduling import set_schedule
from tests.factories import make_person, make_team

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Turns:
    schedule: Schedule
    alice: Person
    bob: Person
    carol: Person
    manager: Person


def make_turns(**fields: Any) -> Turns:
    """The first turn began today: Alice has it until tomorrow."""
    alice, bob, carol = (make_person(name=name, username=name.lower()) for name in ("Alice", "Bob", "Carol"))
    manager = make_person(Role.INCIDENT_MANAGER, name="Mona")
    fields.setdefault("starts_on", clock.now().date())
    fields.setdefault("handover_at", time(9))
    fields.setdefault("time_zone", "Europe/Berlin")
    fields.setdefault("unit", ShiftUnit.DAILY)
    team = make_team(alice, bob, carol, name="Night owls", slug="night-owls")
    schedule = set_schedule(actor=None, team=team, members=[alice, bob, carol], **fields)
    return Turns(schedule, alice, bob, carol, manager)
