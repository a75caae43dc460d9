"""The real product on a real database, a hand on the clock, and fake phones on the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from time import monotonic, sleep
from typing import Any

from django.conf import LazySettings
from django.db import connection

from catalog.models import Person, Role, Service
from lifecycle import clock as database_clock
from lifecycle.models import Event
from notifications.cycle import run_cycle
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery, Escalation, Notice
from notifications.services.scheduling import set_schedule
from reports.models import MeetingPolicy
from tests.factories import make_person, make_service, make_team


@dataclass
class Duty:
    """A service with everybody around it: who is paged and who is told."""

    primary: Person
    secondary: Person
    manager: Person
    owner: Person
    leader: Person
    service: Service
    extra: dict[str, Any] = field(default_factory=dict)


@contextmanager
def connect_carrier(live_server: Any, settings: LazySettings) -> Iterator[FakeCarrier]:
    """The fake carrier, connected with the live server in both directions."""
    settings.PUBLIC_URL = live_server.url
    with FakeCarrier(inbound_sms_url=f"{live_server.url}/twilio/sms/") as running:
        connect(settings, running)
        yield running
    wait_for_quiet()


def wait_for_quiet(seconds: float = 10) -> None:
    """Wait until the live server has finished the last callbacks: emptying the tables meanwhile would deadlock."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND (state <> 'idle' OR state_change > pg_catalog.clock_timestamp() - interval '100 milliseconds')"
    )
    end = monotonic() + seconds
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if cursor.fetchone() == (0,):
                return
        sleep(0.05)


def make_duty() -> Duty:
    """Alice is on call, Bob is second, Mona is the incident manager, Olga owns the service, Lee leads R&D.

    Meetings and hand-over notes are other stories: at some hours of the day they would send mails into this one.
    """
    MeetingPolicy.objects.update(keep_due_at=database_clock.now() + timedelta(days=3650))
    primary, secondary = make_person(name="Alice"), make_person(name="Bob")
    manager = make_person(Role.INCIDENT_MANAGER, name="Mona")
    owner, leader = make_person(Role.SERVICE_OWNER, name="Olga"), make_person(Role.RD_LEADER, name="Lee")
    team = make_team(primary, secondary, manager)
    service = make_service(owner=owner, rd_leader=leader, operations_team=team, name="Card payments")
    today = database_clock.now().date()
    set_schedule(
        actor=None,
        team=team,
        starts_on=today - timedelta(days=1),
        handover_at=time(0, 0),
        time_zone="UTC",
        members=[primary, secondary],
    )
    return Duty(primary, secondary, manager, owner, leader, service)


def tick() -> None:
    """One tick of the cycle; a step that fails fails the test.

    A row that a callback holds locked at that moment is passed over until the next tick: here that comes at once.
    """
    for _ in range(20):
        assert run_cycle("test")
        if not _is_work_left():
            return
        sleep(0.02)


def _is_work_left() -> bool:
    now = database_clock.now()
    waiting = (
        Event.objects.filter(dispatched_at=None),
        Escalation.objects.due(now),
        Notice.objects.due(now),
        Delivery.objects.claimable(now),
    )
    return any(rows.exists() for rows in waiting)


@contextmanager
def connect_one_way(settings: LazySettings) -> Iterator[FakeCarrier]:
    """The fake carrier without a way back: for stories in which nobody presses a key. Its callbacks are lost, so that
    no second connection looks at the database, and the whole story fits into one transaction."""
    with FakeCarrier(inbound_sms_url="http://127.0.0.1:9/") as running:
        running.change_modes(Modes(lose_callbacks=True))
        connect(settings, running)
        yield running


def connect(settings: LazySettings, carrier: FakeCarrier) -> None:
    """Send the product's messages to this carrier."""
    settings.TWILIO_ACCOUNT_SID = carrier.account_sid
    settings.TWILIO_AUTH_TOKEN = carrier.auth_token
    settings.TWILIO_FROM_NUMBER = "+15550000000"
    settings.TWILIO_API_URL = carrier.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", carrier.smtp_port


def assert_nothing_but_reminders(carrier: FakeCarrier) -> None:
    """Fails on every message that no expectation has asked for. Mails that remind somebody of what is left to do are
    no pages and no row of the notification table (tests/notifications/test_telling.py)."""
    for mail in list(carrier.exchange.emails.values()):
        mail.is_expected |= "Reminder: " in mail.text
    carrier.assert_nothing_unexpected()
