"""What the sender holds back, folds, spares, and hands to whom: throttles, bundles, drills, caps, breakers, polls."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import Status
from incidents.services import acknowledge_incident
from notifications import throttle
from notifications.channels import ChannelError, Message, Report
from notifications.models import Breaker, Delivery, DeliveryStatus, PagingSettings
from notifications.services.answering import reply_sms
from notifications.services.checking import check_statuses
from notifications.services.claiming import A_FEW_MORE, SLOTS, claim_due
from notifications.services.promising import promise
from notifications.services.sending import send_due_deliveries
from tests.clock import Clock
from tests.factories import acting, make_incident, make_person
from tests.notifications.outbox import Carrier, make_page, refuse, stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier()
    stand_in(monkeypatch, carrier)
    return carrier


@pytest.fixture
def alice(clock: Clock) -> Person:
    return make_person(name="Alice")


def page(incident: Incident, person: Person, channel: str = "sms", *, key: str = "") -> Delivery:
    (delivery,) = make_page(channel, incident=incident, recipient=person, key=key or f"escalation:{incident.pk}:0")
    return delivery


def notice(incident: Incident, person: Person, *, key: str) -> Delivery:
    (delivery,) = promise(incident=incident, recipients=[person], channels=("sms",), purpose="initial", key=key)
    return delivery


def statuses(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=each.pk).status for each in deliveries]


def test_a_second_text_within_a_minute_waits_and_says_why(carrier: Carrier, alice: Person, clock: Clock) -> None:
    first, second = page(make_incident(), alice), page(make_incident(), alice, key="later")
    Delivery.objects.filter(pk=second.pk).update(due_at=second.due_at + timedelta(seconds=5))
    send_due_deliveries()
    clock.advance(seconds=10)
    send_due_deliveries()
    assert statuses(first, second) == ["sent", "queued"]
    second.refresh_from_db()
    assert second.held_reason == "Texts to this person are throttled."
    clock.advance(seconds=60)
    send_due_deliveries()
    assert statuses(second) == ["sent"]


def test_more_waiting_messages_than_one_look_takes_in_keep_nobody_behind_them(carrier: Carrier, alice: Person) -> None:
    incident, bob = make_incident(), make_person(name="Bob")
    for number in range(2 * SLOTS + A_FEW_MORE + 1):
        notice(incident, alice, key=f"news:{number}")
    later = notice(incident, bob, key="news:0")
    send_due_deliveries(limit=1)
    (claim,) = claim_due()
    assert claim.delivery_id == later.pk


def test_pages_that_wait_for_one_person_become_one_message(carrier: Carrier, alice: Person) -> None:
    pages = [page(make_incident(level=2), alice) for _ in range(3)]
    send_due_deliveries()
    assert sorted(statuses(*pages)) == ["bundled", "bundled", "sent"]
    assert len(carrier.taken) == 1
    for each in pages:
        assert str(each.about.pk) in carrier.taken[0].body


def test_a_reply_to_a_bundle_acknowledges_all_of_it(carrier: Carrier, alice: Person) -> None:
    pages = [page(make_incident(level=2), alice) for _ in range(3)]
    send_due_deliveries()
    assert reply_sms(number=alice.phone, text="4") is not None
    for each in pages:
        each.about.refresh_from_db()
        assert each.about.status == Status.ACKNOWLEDGED
        assert each.about.handler == alice


def test_a_level_1_incident_calls_once_however_much_the_person_was_called(carrier: Carrier, alice: Person) -> None:
    minor = page(make_incident(level=2), alice, "voice")
    send_due_deliveries()
    major = page(make_incident(level=1), alice, "voice")
    send_due_deliveries()
    assert statuses(minor, major) == ["sent", "sent"]


def test_a_person_gets_three_calls_and_five_texts_in_a_quarter_of_an_hour(
    carrier: Carrier, alice: Person, clock: Clock
) -> None:
    for number in range(15):
        incident = make_incident(level=2)
        page(incident, alice, "voice"), page(incident, alice, "sms")
        send_due_deliveries()
        clock.advance(seconds=59 if number % 2 else 61)
    taken = Delivery.objects.filter(sent_at__gt=clock.now() - timedelta(minutes=15))
    assert taken.filter(channel="voice").count() <= throttle.VOICE[0].most
    assert taken.filter(channel="sms").count() <= throttle.SMS[0].most
    assert not Delivery.objects.filter(status__in=("failed", "not_sent", "cancelled")).exists(), "nothing is dropped"


def test_a_drill_touches_no_carrier(carrier: Carrier, alice: Person) -> None:
    deliveries = [page(make_incident(is_drill=True, level=1), alice, way) for way in ("voice", "sms", "email")]
    send_due_deliveries()
    assert statuses(*deliveries) == ["sent"] * 3
    assert {Delivery.objects.get(pk=each.pk).provider for each in deliveries} == {"log"}
    assert carrier.taken == []


def test_an_acknowledgement_withdraws_what_waits_before_anybody_claims_it(carrier: Carrier, alice: Person) -> None:
    delivery = page(make_incident(), alice)
    acknowledge_incident(delivery.about, **acting())
    assert statuses(delivery) == ["cancelled"]
    send_due_deliveries()
    assert carrier.taken == []


def test_beyond_the_cap_notices_go_by_mail_and_pages_go_on(carrier: Carrier, alice: Person) -> None:
    PagingSettings.objects.update(daily_texts=0)
    incident = make_incident()
    (notice,) = promise(incident=incident, recipients=[alice], channels=["sms"], purpose="initial", key="notice:1")
    paged = page(incident, make_person())
    send_due_deliveries()
    assert statuses(notice, paged) == ["not_sent", "sent"]
    notice.refresh_from_db()
    assert notice.not_sent_reason.startswith("The limit of a day's texts is reached")
    assert Delivery.objects.get(recipient=alice, channel="email").status == DeliveryStatus.SENT


def test_the_next_provider_takes_over_at_once_and_a_fifth_failure_opens_the_circuit(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, clock: Clock
) -> None:
    broken, sound = Carrier(refuse("20500", permanent=False)), Carrier()
    stand_in(monkeypatch, broken, "twilio")
    stand_in(monkeypatch, sound, "twilio2")
    settings.PROVIDERS = {**settings.PROVIDERS, "sms": ["twilio", "twilio2"]}
    pages = [page(make_incident(), make_person()) for _ in range(6)]
    send_due_deliveries()
    assert statuses(*pages) == ["sent"] * 6
    assert {Delivery.objects.get(pk=each.pk).provider for each in pages} == {"twilio2"}
    assert Breaker.objects.get(provider="twilio", channel="sms").opened_at is not None
    assert len(sound.taken) == 6


def test_a_bad_number_says_nothing_against_the_carrier(carrier: Carrier, clock: Clock) -> None:
    def bad_number(_message: Message) -> None:
        raise ChannelError("no", code="21211", permanent=True)

    carrier.script = bad_number
    pages = [page(make_incident(), make_person()) for _ in range(6)]
    send_due_deliveries()
    assert set(statuses(*pages)) == {"failed"}
    assert not Breaker.objects.exclude(opened_at=None).exists()


def test_a_lost_callback_is_made_good_by_asking(carrier: Carrier, alice: Person, clock: Clock) -> None:
    delivery = page(make_incident(), alice)
    send_due_deliveries()
    delivery.refresh_from_db()
    carrier.reports[delivery.provider_id] = Report("delivered")
    clock.advance(seconds=19)
    assert check_statuses() == 0, "carriers have a while to tell by themselves"
    clock.advance(seconds=2)
    check_statuses()
    assert statuses(delivery) == ["delivered"]


def test_what_was_taken_and_never_arrives_goes_on_by_mail_within_a_minute(
    carrier: Carrier, alice: Person, clock: Clock
) -> None:
    delivery = page(make_incident(), alice)
    send_due_deliveries()
    for _ in range(12):
        clock.advance(seconds=5)
        check_statuses()
    assert Delivery.objects.filter(recipient=alice, channel="email").exists()
    clock.advance(minutes=10)
    check_statuses()
    assert statuses(delivery) == ["failed"]
