"""What an acknowledgement does to messages that are on their way, or that tell of more than one incident."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.services import acknowledge_incident
from lifecycle.models import Event
from notifications.models import Delivery, DeliveryStatus
from notifications.models.delivery import RANK
from notifications.services.callbacks import MEANING, NO_KEY, VOICEMAIL, record_callback
from notifications.services.claiming import claim_due
from notifications.services.claims import RETRY_AFTER
from notifications.services.dispatching import dispatch_events
from notifications.services.finishing import finish
from notifications.services.handing_over import hand_over
from notifications.services.sending import send_due_deliveries
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.notifications.outbox import Carrier, make_page, refuse, stand_in

pytestmark = pytest.mark.django_db
ANSWERS = ("", "human", "machine_start", "fax", "unknown")
Told = tuple[str, str]


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier()
    stand_in(monkeypatch, carrier)
    return carrier


def status_of(delivery: Delivery) -> str:
    return Delivery.objects.get(pk=delivery.pk).status


def test_a_message_about_two_incidents_goes_on_when_one_of_them_is_taken_up(carrier: Carrier, clock: Clock) -> None:
    person, mine, other = make_person(), make_incident(), make_incident()
    leader, told_too = (make_page(incident=each, recipient=person, key=str(each.pk))[0] for each in (mine, other))
    carrier.script = refuse("20500", permanent=False)
    send_due_deliveries()
    assert [status_of(leader), status_of(told_too)] == ["queued", "bundled"]
    acknowledge_incident(mine, actor=make_person(), via="web")
    assert status_of(leader) == DeliveryStatus.QUEUED
    carrier.script = Carrier().script
    clock.advance(RETRY_AFTER)
    send_due_deliveries()
    assert status_of(leader) == DeliveryStatus.SENT


def test_a_message_about_two_incidents_is_withdrawn_when_both_are_taken_up(carrier: Carrier, clock: Clock) -> None:
    person, incidents = make_person(), [make_incident(), make_incident()]
    leader, _ = (make_page(incident=each, recipient=person, key=str(each.pk))[0] for each in incidents)
    carrier.script = refuse("20500", permanent=False)
    send_due_deliveries()
    for incident in incidents:
        acknowledge_incident(incident, actor=make_person(), via="web")
    clock.advance(RETRY_AFTER)
    send_due_deliveries()
    assert status_of(leader) == DeliveryStatus.CANCELLED
    assert not carrier.taken


def test_a_page_that_an_acknowledgement_could_not_stop_says_how_late_it_was(carrier: Carrier, clock: Clock) -> None:
    incident = make_incident()
    make_page(incident=incident)
    (claim,) = claim_due()
    acknowledge_incident(incident, actor=make_person(), via="web")
    clock.advance(seconds=2)
    finish(claim, hand_over(claim))
    sent = Event.objects.get(verb="delivery_sent")
    assert 2 <= sent.data["seconds_late"] < 60


def test_what_nobody_reacts_to_keeps_no_report_waiting(carrier: Carrier) -> None:
    for number in range(5):
        make_page(recipient=make_person(), key=str(number))
    send_due_deliveries()
    assert Event.objects.filter(verb="delivery_sent", dispatched_at=None).count() == 5
    dispatch_events(limit=0)
    assert not Event.objects.filter(verb="delivery_sent", dispatched_at=None).exists()
    assert Event.objects.filter(verb="report", dispatched_at=None).exists(), "that one is reacted to, one by one"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    channel=st.sampled_from(("sms", "voice")),
    told=st.lists(st.tuples(st.sampled_from((*MEANING, "", "odd")), st.sampled_from(ANSWERS)), max_size=8),
)
def test_whatever_a_carrier_reports_in_whatever_order_moves_nothing_backwards(channel: str, told: list[Told]) -> None:
    (page,) = make_page(channel, recipient=make_person(), key=f"{Delivery.objects.count()}")
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENDING, attempt=1)
    ranks = [RANK[DeliveryStatus.SENDING]]
    for number, (status, answered_by) in enumerate(told):
        fresh = Delivery.objects.get(pk=page.pk)
        record_callback(fresh, provider_id="SM1", status=status, sequence=number, answered_by=answered_by)
        ranks.append(RANK[DeliveryStatus(status_of(page))])
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_voicemail_is_told_whenever_the_carrier_notices(is_first: bool) -> None:
    (page,) = make_page("voice")
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENDING, attempt=1)
    reports: list[Told] = [("", "machine_start"), ("completed", "")]
    for status, answered_by in reports if is_first else reversed(reports):
        fresh = Delivery.objects.get(pk=page.pk)
        record_callback(fresh, provider_id="CA1", status=status, answered_by=answered_by)
    page.refresh_from_db()
    assert (page.status, page.error) == (DeliveryStatus.FAILED, VOICEMAIL)
    assert Delivery.objects.filter(channel="sms").count() == 1


def test_a_call_without_a_key_has_reached_nobody() -> None:
    (page,) = make_page("voice")
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENDING, attempt=1)
    record_callback(Delivery.objects.get(pk=page.pk), provider_id="CA1", status="completed", answered_by="human")
    page.refresh_from_db()
    assert (page.status, page.error, page.reached_at) == (DeliveryStatus.DELIVERED, NO_KEY, None)
    assert Delivery.objects.filter(channel="sms").count() == 1
