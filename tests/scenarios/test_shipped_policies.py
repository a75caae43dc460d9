"""Every step of both shipped escalation policies: who is paged at which minute, by what, and nobody else at all."""

from datetime import timedelta

import pytest

from catalog.models import Person
from lifecycle.models import Event
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Escalation, EscalationPolicy, NotificationRule
from notifications.plan import Snapshot
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, assert_nothing_but_reminders, make_duty, tick

pytestmark = pytest.mark.django_db
EVERYTHING = ("voice", "sms", "email")
POLICIES = {
    "Level 1 and 2: call until acknowledged": ((1, 2), EVERYTHING),
    "Level 3: mail": ((3,), ("email",)),
}
ROUND = [(0, "primary"), (5, "primary"), (10, "secondary"), (15, "manager")]
STEPS = [(20 * turn + minute, who) for turn in range(4) for minute, who in ROUND] + [
    (80, "fallback"),
    (90, "duty_managers"),
]
"""Once and three times more, then the fallback contact, then the duty managers: every incident manager, where none are
named."""


@pytest.mark.parametrize("level", [1, 2, 3])
def test_nobody_acknowledges_and_every_step_pages_in_its_minute(level: int, one_way: FakeCarrier, clock: Clock) -> None:
    NotificationRule.objects.all().delete()  # the notices have scenarios of their own (test_shipped_table.py)
    channels = next(channels for levels, channels in POLICIES.values() if level in levels)
    duty = make_duty()
    incident = make_incident(service=duty.service, level=level, title="Card success falls")
    tick()
    began = Escalation.objects.get().started_at
    for minute, who in STEPS:
        if minute:
            clock.set(began + timedelta(minutes=minute, seconds=-40))
            tick()
            assert_nothing_but_reminders(one_way)
            clock.set(began + timedelta(minutes=minute))
            tick()
        expect_page(one_way, person_of(duty, who), channels)
        assert_nothing_but_reminders(one_way)
    clock.advance(minutes=1)
    tick()
    assert Escalation.objects.get().status == "exhausted"
    assert Event.objects.about(incident).filter(verb="escalation_exhausted").count() == 1
    assert Event.objects.about(incident).filter(verb="page").count() == len(STEPS)


def person_of(duty: Duty, who: str) -> Person:
    """Neither a fallback nor duty managers are named in a new installation: there is one incident manager here."""
    person: Person = getattr(duty, "manager" if who in ("fallback", "duty_managers") else who)
    return person


def expect_page(carrier: FakeCarrier, person: Person, channels: tuple[str, ...]) -> None:
    phone, inbox = carrier.phone(person.phone, name=person.name), carrier.inbox(person.email)
    if "voice" in channels:
        phone.expect_call("Card success falls").hang_up()
    if "sms" in channels:
        phone.expect_sms("Card success falls", "reply 4")
    inbox.expect_email("Card success falls", "please acknowledge")


def test_every_shipped_step_has_a_scenario() -> None:
    for policy in EscalationPolicy.objects.prefetch_related("steps"):
        levels, channels = POLICIES[policy.name]
        assert tuple(policy.levels) == levels
        unrolled = list(Snapshot.of(policy).unrolled())
        assert [(step.after / timedelta(minutes=1), step.target) for step in unrolled] == STEPS
        assert {tuple(step.channels) for step in policy.steps.all()} == {channels}
    assert {policy.name for policy in EscalationPolicy.objects.all()} == set(POLICIES)
