"""How people prove and choose how they are reached, told at their phones."""

import re
from collections.abc import Callable

import pytest
import requests

from catalog.models import Person
from catalog.services import add_person
from notifications.fake_carrier.phones import Inbox, Phone
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Channel, Delivery, Purpose
from notifications.services.testing import send_test_page
from notifications.services.verifying import confirm_code, send_code
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db(transaction=True)
Phones = Callable[..., Phone]
Inboxes = Callable[..., Inbox]
Tick = Callable[[], None]


@pytest.fixture
def newcomer(transactional_db: None) -> Person:
    return add_person(
        username="nora", name="Nora", roles=["operations"], phone="+8613912345678", email="nora@example.com"
    )


def test_a_newcomer_proves_her_number_in_a_call(
    newcomer: Person, carrier: FakeCarrier, phone: Phones, cycle: Tick
) -> None:
    send_code(newcomer, actor=newcomer, channel=Channel.VOICE)
    cycle()
    call = phone(newcomer).expect_call("Nora wants to be called at this number")
    call.press("9").expect_said("press 1")
    call.press("1").expect_said("This number is verified").expect_end()
    newcomer.refresh_from_db()
    assert newcomer.has_verified_phone
    carrier.assert_nothing_unexpected()


def test_a_newcomer_proves_her_number_with_the_code_of_a_text(
    newcomer: Person, carrier: FakeCarrier, phone: Phones, cycle: Tick
) -> None:
    send_code(newcomer, actor=newcomer, channel=Channel.SMS)
    cycle()
    text = phone(newcomer).expect_sms("code is").body
    (code,) = re.findall(r"\d{6}", text)
    confirm_code(newcomer, actor=newcomer, code=code)
    newcomer.refresh_from_db()
    assert newcomer.has_verified_phone
    carrier.assert_nothing_unexpected()


def test_test_pages_are_answered_by_key_reply_and_link(
    carrier: FakeCarrier, phone: Phones, inbox: Inboxes, cycle: Tick, transactional_db: None
) -> None:
    person = make_person()
    for channel in (Channel.VOICE, Channel.SMS, Channel.EMAIL):
        send_test_page(person, actor=person, channel=channel)
    cycle()
    phone(person).expect_call("test page").press("4").expect_said("has reached you").expect_end()
    phone(person).expect_sms("test page", "reply 4")
    phone(person).reply("4")
    phone(person).expect_sms("has reached you")
    (link,) = [link for link in inbox(person).expect_email("test page").links if "/a/" in link]
    browser = requests.Session()
    page = browser.get(link, timeout=5)
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    done = browser.post(link, {"csrfmiddlewaretoken": token}, headers={"Referer": link}, timeout=5)
    assert "has reached you" in done.text
    proofs = Delivery.objects.filter(purpose=Purpose.TEST).order_by("channel").values_list("reached_by", flat=True)
    assert list(proofs) == ["link", "reply 4", "key 4"]
    carrier.assert_nothing_unexpected()


def test_stop_ends_texts_and_calls_go_on(
    carrier: FakeCarrier, phone: Phones, inbox: Inboxes, cycle: Tick, transactional_db: None
) -> None:
    person, incident = make_person(), make_incident()
    make_page(Channel.SMS, recipient=person, incident=incident, key="before")
    cycle()
    phone(person).expect_sms("reply 4")
    phone(person).reply("退订")
    phone(person).expect_sms("calls go on")
    make_page(Channel.SMS, Channel.VOICE, recipient=person, incident=incident, key="after")
    cycle()
    phone(person).expect_call(incident.title).hang_up()
    inbox(person).expect_email(incident.title)
    unsent = Delivery.objects.get(dedup_key=f"after:{person.pk}:sms")
    assert unsent.not_sent_reason == "The person stopped texts to this number; calls go on."
    phone(person).reply("START")
    phone(person).expect_sms("again")
    carrier.assert_nothing_unexpected()
