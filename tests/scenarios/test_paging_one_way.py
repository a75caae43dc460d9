"""Who is paged and who is not, where nobody answers back: each story is one transaction."""

import pytest

from incidents.services import acknowledge_incident, recover_incident
from lifecycle.models import Event
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, make_duty, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty(db: None) -> Duty:
    return make_duty()


def test_what_was_acknowledged_meanwhile_wakes_nobody(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=3)
    acknowledge_incident(incident, actor=duty.primary, via="web")
    tick()
    one_way.assert_nothing_unexpected()
    assert not Delivery.objects.filter(purpose="page").exists()


def test_nobody_on_call_means_the_fallback_at_once(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    duty.service.operations_team.schedule.delete()
    make_incident(service=duty.service, level=2, title="Refunds stuck")
    tick()
    one_way.phone(duty.manager.phone).expect_call("Refunds stuck")
    assert Event.objects.get(verb="page").data["is_gap"]


def test_an_overdue_response_calls_the_leader(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=1)
    clock.advance(minutes=11)
    tick()
    one_way.phone(duty.leader.phone).expect_call("Overdue")
    one_way.phone(duty.owner.phone).expect_sms("Overdue")
    assert incident.clocks.get(kind="response").breaches.count() == 1


def test_recovery_stops_the_paging_and_tells_the_owner(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    tick()
    recover_incident(incident, actor=None, via="detector")
    tick()
    one_way.phone(duty.owner.phone).expect_sms("rectified")
    clock.advance(minutes=30)
    tick()
    assert Delivery.objects.filter(channel="voice", purpose="page").count() == 1


def test_an_unverified_phone_is_not_called_and_the_reason_is_kept(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    """The mail goes out, and because a mail wakes nobody, the fallback contact is called at once."""
    duty.primary.phone_verified_at = None
    duty.primary.save()
    make_incident(service=duty.service, level=2)
    tick()
    one_way.inbox(duty.primary.email).expect_email()
    assert "not verified" in Delivery.objects.get(channel="voice", recipient=duty.primary).not_sent_reason
    one_way.phone(duty.manager.phone).expect_call()
    assert Event.objects.get(verb="page").data["gap"] == "unreachable"
