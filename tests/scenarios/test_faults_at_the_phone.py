"""Faults at the phone, with answers: F10 (whoever does not press 4 has not acknowledged) and F11 (three at once)."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
import requests

from incidents.models import Incident
from incidents.models.status import Status
from incidents.services import acknowledge_incident
from lifecycle.models import Event
from lifecycle.transitions import TransitionRefused
from notifications.fake_carrier.phones import Inbox, Phone
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Delivery, NotificationRule
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, make_duty, tick

pytestmark = pytest.mark.django_db(transaction=True)
Phones = Callable[..., Phone]
Inboxes = Callable[..., Inbox]


def voicemail(phone: Phone) -> None:
    phone.goes_to_voicemail()


def busy(phone: Phone) -> None:
    phone.is_busy()


def fails(phone: Phone) -> None:
    phone.fails(30003)


def no_key(phone: Phone) -> None:
    phone.answers_and_presses("")


def wrong_key(phone: Phone) -> None:
    phone.answers_and_presses("9")


def rings_out(phone: Phone) -> None:
    phone.expect_ringing().let_it_ring()


def hangs_up(phone: Phone) -> None:
    phone.expect_call().hang_up()


BY_THEMSELVES = {
    "voicemail": (voicemail, {"failed"}, "voicemail"),
    "busy": (busy, {"failed"}, "busy"),
    "out of reach": (fails, {"failed"}, "failed"),
    "no key": (no_key, {"delivered"}, "no-key"),
    "wrong key": (wrong_key, {"delivered"}, "no-key"),
}
BY_HAND = {"rings out": (rings_out, {"failed"}, "no-answer"), "hangs up": (hangs_up, {"delivered"}, "no-key")}
"""What the phone does, how its call ends, and the reason that is shown."""


def test_f10_whoever_does_not_press_4_has_acknowledged_nothing_and_the_next_is_called(
    carrier: FakeCarrier, phone: Phones, clock: Clock
) -> None:
    """Seven incidents side by side, each with people of its own."""
    NotificationRule.objects.all().delete()
    told: dict[str, tuple[Duty, Incident]] = {}
    for place, name in enumerate([*BY_THEMSELVES, *BY_HAND]):
        duty = make_duty()
        duty.service.name = f"Service {name}"
        duty.service.save(update_fields=["name"])
        if name in BY_THEMSELVES:
            BY_THEMSELVES[name][0](phone(duty.primary))
        told[name] = duty, make_incident(service=duty.service, level=2, title=f"Fault {place}")
    tick()
    for name, (act, _ends, _why) in BY_HAND.items():
        act(phone(told[name][0].primary))
    for name, (duty, incident) in told.items():
        _act, ends, why = (BY_THEMSELVES | BY_HAND)[name]
        call = Delivery.objects.get(incident=incident, recipient=duty.primary, channel="voice")
        wait_for(partial(_ends_as, call, ends))
        assert why in call.error_code + call.error
        assert call.reached_at is None
    clock.advance(minutes=10)
    tick()
    for duty, incident in told.values():
        phone(duty.secondary).expect_call(incident.title).hang_up()
        incident.refresh_from_db()
        assert incident.status == Status.REPORTED
        assert incident.handler is None


def _ends_as(call: Delivery, ends: set[str]) -> bool:
    call.refresh_from_db()
    return call.status in ends


def wait_for(question: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(200):
        if question():
            return
        pause.wait(0.05)
    raise AssertionError("it did not happen within ten seconds")


@pytest.mark.chaos  # real threads against the clock: not for a machine that is busy with other tests
def test_f11_three_acknowledge_in_the_same_moment_and_one_has_it(
    duty: Duty, carrier: FakeCarrier, phone: Phones, inbox: Inboxes, clock: Clock, live_url: str
) -> None:
    """By the keypad, by a reply and by a link in a mail: the others hear who was faster."""
    NotificationRule.objects.all().delete()
    incident = make_incident(service=duty.service, level=2)
    tick()
    call = phone(duty.primary).expect_call()
    phone(duty.primary).expect_sms("reply 4")
    (link,) = [link for link in inbox(duty.primary).expect_email().links if "/a/" in link]
    browser = requests.Session()
    browser.get(link, timeout=5)
    start = threading.Barrier(3)
    answers: dict[str, int] = {}

    def at_once(act: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            start.wait()
            act()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def follow() -> None:
        body = {"csrfmiddlewaretoken": browser.cookies["csrf"]}
        answers["link"] = browser.post(link, data=body, timeout=5).status_code

    threads = [
        at_once(lambda: call.press("4")),
        at_once(lambda: phone(duty.primary).reply("4")),
        at_once(follow),
    ]
    for thread in threads:
        thread.join(15)
    call.expect_said("Alice" if "already" in call.spoken else "It is yours")
    phone(duty.primary).expect_sms("acknowledged")
    assert answers["link"] in (200, 409)
    incident.refresh_from_db()
    assert incident.status == Status.ACKNOWLEDGED
    assert incident.handler == duty.primary
    assert Event.objects.about(incident).filter(verb="acknowledge").count() == 1
    with pytest.raises(TransitionRefused):
        acknowledge_incident(incident, actor=duty.secondary, via="web")
