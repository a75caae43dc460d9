"""Messages without an incident: they go through the same outbox, and nothing on the way asks for an incident."""

import pytest

from catalog.models import Person
from notifications.models import Channel, Delivery, DeliveryStatus, Purpose
from notifications.services.callbacks import record_callback
from notifications.services.plain import promise_plain
from notifications.services.sending import send_due_deliveries
from tests.factories import make_person
from tests.notifications.outbox import Carrier, refuse, stand_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier()
    stand_in(monkeypatch, carrier)
    return carrier


def tell(person: Person, channel: str = Channel.SMS, purpose: str = Purpose.DUTY) -> list[Delivery]:
    return promise_plain(
        recipient=person, channel=channel, purpose=purpose, subject="Duty", body="You are on call.", key="duty:1"
    )


def test_it_is_sent_once_under_its_key(carrier: Carrier) -> None:
    person = make_person()
    assert len(tell(person)) == 1
    assert tell(person) == []
    send_due_deliveries()
    assert [message.body for message in carrier.taken] == ["You are on call."]
    assert Delivery.objects.get().status == DeliveryStatus.SENT


def test_the_carriers_reports_move_it_forward(carrier: Carrier) -> None:
    tell(make_person())
    send_due_deliveries()
    delivery = Delivery.objects.get()
    record_callback(delivery, provider_id=delivery.provider_id, status="delivered")
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


def test_a_refusal_is_kept_and_nothing_is_written_on_any_timeline(carrier: Carrier) -> None:
    carrier.script = refuse("21211", permanent=True)
    tell(make_person())
    send_due_deliveries()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.error_code) == (DeliveryStatus.FAILED, "21211")


def test_news_about_duty_go_by_mail_where_there_is_no_number(carrier: Carrier) -> None:
    tell(make_person(phone=""))
    unsent, mail = Delivery.objects.order_by("pk")
    assert (unsent.status, unsent.not_sent_reason) == (DeliveryStatus.NOT_SENT, "No phone number is known.")
    assert (mail.channel, mail.status) == (Channel.EMAIL, DeliveryStatus.QUEUED)


def test_a_test_tries_one_channel_and_says_why_it_cannot_be_used() -> None:
    tell(make_person(phone=""), purpose=Purpose.TEST)
    assert Delivery.objects.get().not_sent_reason == "No phone number is known."
