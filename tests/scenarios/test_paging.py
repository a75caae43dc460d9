"""Something breaks at 03:00: the right people are reached, in order, on time."""

from collections.abc import Callable

import pytest
import requests

from incidents.models import Incident
from incidents.models.status import Status
from lifecycle.models import Event
from notifications.fake_carrier.phones import Inbox, Phone
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery, Escalation
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.scenarios.stage import Duty

pytestmark = pytest.mark.django_db(transaction=True)
Phones = Callable[..., Phone]
Inboxes = Callable[..., Inbox]
Tick = Callable[[], None]


def verbs(incident: Incident) -> list[str]:
    return [event.verb for event in Event.objects.filter(subject_id=incident.pk).order_by("id")]


def quieten(phone: Phones, inbox: Inboxes, *people: object) -> None:
    """Read the pages that the test does not speak of."""
    for person in people:
        phone(person).expect_sms()
        inbox(person).expect_email()


def test_a_key_press_acknowledges(
    duty: Duty, carrier: FakeCarrier, phone: Phones, inbox: Inboxes, cycle: Tick, clock: Clock
) -> None:
    incident = make_incident(service=duty.service, level=1, title="Card success falls")
    cycle()
    call = phone(duty.primary).expect_call("Card success falls")
    call.press("4").expect_said("It is yours").expect_end()
    quieten(phone, inbox, duty.primary)
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED
    assert incident.handler == duty.primary
    assert incident.clocks.get(kind="response").stopped_at is not None
    assert Delivery.objects.get(channel="voice").reached_by == "key 4"
    cycle()
    assert Escalation.objects.get().status == "stopped"
    phone(duty.leader).expect_call("reported").hang_up()
    phone(duty.owner).expect_sms("reported")
    inbox(duty.owner).expect_email()
    for colleague in (duty.primary, duty.secondary, duty.manager):
        phone(colleague).expect_sms("reported")
        inbox(colleague).expect_email()
    carrier.assert_nothing_unexpected()
    assert {"report", "page", "reached", "acknowledge", "notify"} <= set(verbs(incident))


def test_an_unacknowledged_incident_pages_the_secondary_and_then_the_manager(
    duty: Duty, phone: Phones, inbox: Inboxes, cycle: Tick, clock: Clock
) -> None:
    make_incident(service=duty.service, level=2, title="Queue grows")
    cycle()
    phone(duty.primary).expect_call("Queue grows").hang_up()
    clock.advance(minutes=5)
    cycle()
    phone(duty.primary).expect_call("Queue grows").hang_up()
    phone(duty.secondary).expect_nothing()
    clock.advance(minutes=5)
    cycle()
    phone(duty.secondary).expect_call("Queue grows").hang_up()
    clock.advance(minutes=5)
    cycle()
    phone(duty.manager).expect_call("Queue grows").press("4").expect_said("yours")
    assert Incident.objects.get().handler == duty.manager


def test_an_sms_reply_acknowledges(duty: Duty, phone: Phones, cycle: Tick, clock: Clock) -> None:
    incident = make_incident(service=duty.service, level=2)
    cycle()
    phone(duty.primary).expect_sms("reply 4")
    phone(duty.primary).reply("4")
    phone(duty.primary).expect_sms("acknowledged")
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED
    phone(duty.primary).reply("4")
    phone(duty.primary).expect_sms("already acknowledged by Alice")


def test_an_email_link_acknowledges_once_and_only_by_post(
    duty: Duty, inbox: Inboxes, cycle: Tick, clock: Clock
) -> None:
    incident = make_incident(service=duty.service, level=3, title="Odd figures")
    cycle()
    (link,) = [link for link in inbox(duty.primary).expect_email("Odd figures").links if "/a/" in link]
    browser = requests.Session()
    page = browser.get(link, timeout=5)
    incident.refresh_from_db()
    assert page.status_code == 200
    assert incident.status == Status.REPORTED
    answer = browser.post(link, data={"csrfmiddlewaretoken": browser.cookies["csrf"]}, timeout=5)
    assert answer.status_code == 200
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED
    again = browser.post(link, data={"csrfmiddlewaretoken": browser.cookies["csrf"]}, timeout=5)
    assert "used already" in again.text


def test_key_5_pages_the_next_person_at_once(duty: Duty, phone: Phones, cycle: Tick, clock: Clock) -> None:
    make_incident(service=duty.service, level=2, title="Login fails")
    cycle()
    phone(duty.primary).expect_call("Login fails").press("5").expect_said("is paged now")
    clock.advance(minutes=1)  # the next step is the primary again, who is not called twice within a minute
    cycle()
    phone(duty.primary).expect_call("Login fails").press("5").expect_said("is paged now")
    cycle()
    phone(duty.secondary).expect_call("Login fails")


def test_a_carrier_that_refuses_is_replaced_by_the_next_channel(
    duty: Duty, phone: Phones, inbox: Inboxes, cycle: Tick, clock: Clock
) -> None:
    phone(duty.primary).fails(30003)
    make_incident(service=duty.service, level=2)
    cycle()
    inbox(duty.primary).expect_email()
    cycle()
    assert Delivery.objects.filter(channel="email", purpose="page").count() == 1


def test_a_reply_from_a_phone_that_was_not_paged_changes_nothing(
    duty: Duty, phone: Phones, cycle: Tick, clock: Clock, carrier: FakeCarrier
) -> None:
    stranger = make_person(name="Stranger")
    incident = make_incident(service=duty.service, level=2)
    cycle()
    phone(duty.primary).expect_sms()
    phone(stranger).reply("4")
    incident.refresh_from_db()
    assert incident.status == Status.REPORTED
