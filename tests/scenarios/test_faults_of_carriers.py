"""F9: carriers that fail in every way; whoever is paged gets it by another channel within a minute.

One transaction, a hand on both clocks, fake phones.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings

from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.models import Breaker, Delivery, EscalationStep, NotificationRule
from tests.clock import Clock
from tests.factories import make_incident
from tests.scenarios.stage import Duty, make_duty, tick

pytestmark = pytest.mark.django_db
MINUTE = timedelta(seconds=65)
"""And as long as it takes to look again."""


@pytest.fixture
def duty() -> Duty:
    NotificationRule.objects.all().delete()
    return make_duty_of_another_name()


def api_answers(refusal: str) -> Callable[[FakeCarrier, LazySettings], None]:
    def break_down(carrier: FakeCarrier, settings: LazySettings) -> None:
        settings.CARRIER_TIMEOUT = 0.3
        carrier.change_modes(Modes(refusal=refusal, lose_callbacks=True))  # type: ignore[arg-type]

    return break_down


def no_name(_carrier: FakeCarrier, settings: LazySettings) -> None:
    settings.TWILIO_API_URL = "http://no-such-carrier.invalid"


def no_tls(carrier: FakeCarrier, settings: LazySettings) -> None:
    """A server that does not speak TLS, or whose certificate nobody signed: both end in the handshake."""
    settings.TWILIO_API_URL = carrier.url.replace("http://", "https://")


@pytest.mark.parametrize(
    "break_down",
    [
        pytest.param(api_answers("500"), id="500"),
        pytest.param(api_answers("429"), id="429"),
        pytest.param(api_answers("hang"), id="hangs"),
        pytest.param(no_tls, id="tls"),
        pytest.param(no_name, id="dns"),
    ],
)
def test_f9_a_carrier_that_fails_is_replaced_within_a_minute_a_channel(
    break_down: Callable[[FakeCarrier, LazySettings], None],
    duty: Duty,
    one_way: FakeCarrier,
    clock: Clock,
    settings: LazySettings,
) -> None:
    """The policy names calls only: text and mail can be nothing but the next channel and the one after."""
    EscalationStep.objects.filter(policy__levels__contains=[2]).update(channels=["voice"])
    break_down(one_way, settings)
    make_incident(service=duty.service, level=2)
    tick()
    for _ in range(24):
        if one_way.exchange.emails_of(duty.primary.email):
            break
        clock.advance(seconds=5)
        tick()
    one_way.inbox(duty.primary.email).expect_email("please acknowledge")
    call, text, mail = (Delivery.objects.get(recipient=duty.primary, channel=way) for way in ("voice", "sms", "email"))
    assert text.created_at - call.created_at <= MINUTE
    assert mail.created_at - text.created_at <= MINUTE
    assert call.error, "the reason is kept"
    assert text.error


def test_f9_what_never_arrives_is_told_by_the_next_channel(duty: Duty, one_way: FakeCarrier, clock: Clock) -> None:
    """The carrier says yes and does nothing; no callback ever comes. It is asked, and then somebody else is."""
    EscalationStep.objects.filter(policy__levels__contains=[2]).update(channels=["sms"])
    one_way.change_modes(Modes(never_deliver=True, lose_callbacks=True))
    make_incident(service=duty.service, level=2)
    tick()
    for _ in range(12):
        clock.advance(seconds=5)
        tick()
    text, mail = (Delivery.objects.get(recipient=duty.primary, channel=way) for way in ("sms", "email"))
    assert mail.created_at - text.created_at <= MINUTE
    one_way.inbox(duty.primary.email).expect_email("please acknowledge")


def test_f9_what_arrived_without_a_callback_is_found_out_by_asking(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    EscalationStep.objects.filter(policy__levels__contains=[2]).update(channels=["sms"])
    make_incident(service=duty.service, level=2)
    tick()
    one_way.phone(duty.primary.phone).expect_sms("reply 4")
    clock.advance(seconds=25)
    tick()
    assert Delivery.objects.get(recipient=duty.primary).status == "delivered"


def test_f9_the_breaker_opens_and_after_a_minute_one_message_tries_the_carrier_again(
    duty: Duty, one_way: FakeCarrier, clock: Clock
) -> None:
    EscalationStep.objects.filter(policy__levels__contains=[2]).update(channels=["sms"])
    one_way.change_modes(Modes(refusal="500", lose_callbacks=True))
    for _ in range(6):
        make_incident(service=make_duty_of_another_name().service, level=2)
    tick()
    assert Breaker.objects.get(channel="sms").opened_at is not None
    one_way.change_modes(Modes(lose_callbacks=True))
    clock.advance(seconds=61)
    make_incident(service=duty.service, level=2)
    for _ in range(3):
        tick()
        clock.advance(seconds=1)
    one_way.phone(duty.primary.phone).expect_sms("reply 4")
    assert Breaker.objects.get(channel="sms").opened_at is None


def make_duty_of_another_name() -> Duty:
    """Names of services are unique."""
    duty = make_duty()
    duty.service.name = f"{duty.service.name} {duty.service.pk}"
    duty.service.save(update_fields=["name"])
    return duty
