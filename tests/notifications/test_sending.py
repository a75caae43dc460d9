"""Claim, send, finish: what crashes, lost answers, refusals and rivals do to one message."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from incidents.services import acknowledge_incident
from lifecycle.models import Event
from notifications import doorbell, tasks
from notifications.channels import ChannelError, Message
from notifications.channels.voice import script
from notifications.models import Delivery, DeliveryStatus
from notifications.segments import count_segments
from notifications.services import claiming
from notifications.services.claiming import claim_due
from notifications.services.claims import LEASE, RETRY_AFTER, Claim, Outcome
from notifications.services.finishing import finish
from notifications.services.handing_over import hand_over
from notifications.services.messages import message_of
from notifications.services.sending import send_due_deliveries
from tests.clock import Clock
from tests.factories import make_incident, make_person
from tests.notifications.outbox import Carrier, make_page, refuse, stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    """One carrier behind every channel."""
    carrier = Carrier()
    stand_in(monkeypatch, carrier)
    return carrier


def claim_one() -> Claim:
    (claim,) = claim_due(limit=5)
    return claim


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def verbs(delivery: Delivery) -> list[str]:
    return list(Event.objects.filter(subject_id=delivery.about.pk).order_by("id").values_list("verb", flat=True))


def test_a_message_is_sent_once_and_told(carrier: Carrier) -> None:
    (page,) = make_page()
    assert send_due_deliveries() == 1
    assert send_due_deliveries() == 0
    page = fresh(page)
    assert (page.status, page.attempt, page.lease_until) == (DeliveryStatus.SENT, 1, None)
    assert page.provider_id == "SM" + "1".zfill(32)
    assert page.sent_at is not None
    assert verbs(page).count("delivery_sent") == 1
    assert carrier.asked == 0, "nothing is asked before the first attempt"


def test_a_claimed_message_belongs_to_nobody_else_while_the_lease_holds(carrier: Carrier, clock: Clock) -> None:
    make_page()
    claim_one()
    clock.advance(LEASE - timedelta(seconds=1))
    assert claim_due(limit=5) == []
    clock.advance(seconds=2)
    assert claim_one().attempt == 2


def test_a_late_finisher_of_attempt_1_changes_nothing_after_attempt_2(carrier: Carrier, clock: Clock) -> None:
    (page,) = make_page()
    first = claim_one()
    clock.advance(LEASE + timedelta(seconds=1))
    second = claim_one()
    finish(first, Outcome(error=ChannelError("late", code="500", permanent=True)))
    assert fresh(page).status == DeliveryStatus.SENDING
    assert fresh(page).lease_until is not None
    finish(second, Outcome(provider_id="SM2"))
    finish(first, Outcome(provider_id="SM1"))
    assert (fresh(page).status, fresh(page).provider_id) == (DeliveryStatus.SENT, "SM2")
    assert verbs(page).count("delivery_sent") == 1


def test_a_crash_after_the_carriers_yes_is_found_and_not_repeated(carrier: Carrier, clock: Clock) -> None:
    (page,) = make_page()
    sid = carrier.take(claim_one().message)
    clock.advance(LEASE + timedelta(seconds=1))
    send_due_deliveries()
    assert (fresh(page).status, fresh(page).provider_id) == (DeliveryStatus.SENT, sid)
    assert len(carrier.taken) == 1
    assert Event.objects.get(verb="delivery_sent").data["was_adopted"] is True


def test_a_crash_before_the_carriers_yes_sends_again(carrier: Carrier, clock: Clock) -> None:
    (page,) = make_page()
    claim_one()
    clock.advance(LEASE + timedelta(seconds=1))
    send_due_deliveries()
    assert fresh(page).status == DeliveryStatus.SENT
    assert (carrier.asked, len(carrier.taken)) == (1, 1)
    assert Event.objects.get(verb="delivery_sent").data["was_adopted"] is False


def test_an_answer_that_gets_lost_does_not_send_twice(carrier: Carrier, clock: Clock) -> None:
    (page,) = make_page()

    def take_and_time_out(message: Message) -> None:
        carrier.take(message)
        raise ChannelError("no answer", code="unreachable")

    carrier.script = take_and_time_out
    send_due_deliveries()
    assert fresh(page).status == DeliveryStatus.QUEUED
    clock.advance(RETRY_AFTER)
    send_due_deliveries()
    assert fresh(page).status == DeliveryStatus.SENT
    assert len(carrier.taken) == 1


def test_a_callback_that_overtakes_a_lost_answer_is_believed(carrier: Carrier, clock: Clock) -> None:
    (page,) = make_page()
    claim = claim_one()
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.DELIVERED, provider_id="SM7")
    finish(claim, Outcome(error=ChannelError("no answer", code="unreachable")))
    assert (fresh(page).status, fresh(page).lease_until) == (DeliveryStatus.DELIVERED, None)
    clock.advance(hours=1)
    assert send_due_deliveries() == 0


def test_two_lost_calls_to_one_number_are_both_made_again(carrier: Carrier, clock: Clock) -> None:
    """Calls carry no text. To take one for the other would be a page that nobody gets."""
    first, second = (make_page("voice", key=key)[0] for key in ("one", "two"))
    Delivery.objects.update(destination=first.destination)
    carrier.take(claim_due(limit=5)[0].message)
    clock.advance(LEASE + timedelta(seconds=1))
    for _ in range(2):
        send_due_deliveries(limit=1)
    assert carrier.times_taken[first.token] >= 1
    assert carrier.times_taken[second.token] == 1
    assert carrier.asked == 0


def test_a_lost_call_that_is_alone_is_asked_for(carrier: Carrier, clock: Clock) -> None:
    make_page("voice")
    carrier.take(claim_one().message)
    clock.advance(LEASE + timedelta(seconds=1))
    send_due_deliveries()
    assert len(carrier.taken) == 1


def test_a_passing_refusal_is_tried_again_after_15_seconds_and_given_up_after_3_attempts(
    carrier: Carrier, clock: Clock
) -> None:
    (call,) = make_page("voice")
    carrier.script = refuse("20429", permanent=False)
    attempts = []
    for _ in range(3):
        send_due_deliveries()
        attempts.append((fresh(call).attempt, fresh(call).status))
        clock.advance(RETRY_AFTER - timedelta(seconds=1))
        assert send_due_deliveries() == 0, "not before its time"
        clock.advance(seconds=1)
    assert attempts == [(1, "queued"), (2, "queued"), (3, "failed")]
    assert fresh(call).error_code == "20429"


def test_a_failed_call_becomes_a_text_and_a_failed_text_a_mail(carrier: Carrier) -> None:
    make_page("voice")
    carrier.script = refuse("30003", permanent=True)
    assert send_due_deliveries() == 3
    for channel in ("voice", "sms", "email"):
        assert Delivery.objects.get(channel=channel).status == DeliveryStatus.FAILED
        assert Delivery.objects.get(channel=channel).attempt == 1, "a permanent refusal is not tried again"
    assert send_due_deliveries() == 0
    assert Event.objects.filter(verb="delivery_failed").count() == 3


def test_what_falls_through_was_promised_already_and_is_not_doubled(carrier: Carrier) -> None:
    make_page("voice", "sms", "email")
    carrier.script = refuse("30003", permanent=True)
    send_due_deliveries()
    assert Delivery.objects.count() == 3


def test_an_acknowledgement_between_promise_and_send_withdraws_the_page(carrier: Carrier) -> None:
    incident = make_incident()
    (page,) = make_page(incident=incident)
    acknowledge_incident(incident, actor=make_person(), via="web")
    assert send_due_deliveries() == 0
    assert (fresh(page).status, fresh(page).not_sent_reason) == (DeliveryStatus.CANCELLED, "acknowledged")
    assert not carrier.taken


@pytest.mark.parametrize("was_taken", [True, False])
def test_an_acknowledgement_after_a_crash_wakes_nobody_but_finds_out(
    was_taken: bool, carrier: Carrier, clock: Clock
) -> None:
    incident = make_incident()
    (page,) = make_page(incident=incident)
    claim = claim_one()
    if was_taken:
        carrier.take(claim.message)
    acknowledge_incident(incident, actor=make_person(), via="web")
    clock.advance(LEASE + timedelta(seconds=1))
    send_due_deliveries()
    assert fresh(page).status == (DeliveryStatus.SENT if was_taken else DeliveryStatus.CANCELLED)
    assert len(carrier.taken) == was_taken


def test_one_bad_row_does_not_silence_the_others(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = (make_page(key=key)[0] for key in ("bad", "good"))
    compose = message_of

    def fail_for_the_bad(delivery: Delivery) -> Message:
        if delivery.pk == bad.pk:
            raise ValueError("cannot be put into words")
        return compose(delivery)

    monkeypatch.setattr(claiming, "message_of", fail_for_the_bad)
    send_due_deliveries()
    assert fresh(good).status == DeliveryStatus.SENT
    assert fresh(bad).status == DeliveryStatus.QUEUED


def test_a_bug_in_a_channel_is_a_passing_refusal(carrier: Carrier) -> None:
    (page,) = make_page()

    def stumble(_message: Message) -> None:
        raise ZeroDivisionError("oops")

    carrier.script = stumble
    send_due_deliveries()
    assert (fresh(page).status, fresh(page).error_code) == (DeliveryStatus.QUEUED, "internal")


@pytest.mark.django_db(transaction=True)
def test_two_cycles_at_once_send_each_of_50_messages_once(carrier: Carrier) -> None:
    incidents = [make_incident() for _ in range(10)]
    for number in range(50):
        make_page(incident=incidents[number % 10], recipient=make_person(), key=str(number))
    start = threading.Barrier(2)
    sent: list[int] = []

    def cycle() -> None:
        start.wait()
        try:
            while Delivery.objects.waiting().exists():
                sent.append(send_due_deliveries())
        finally:
            connection.close()

    rivals = [threading.Thread(target=cycle) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(timeout=60)
    assert set(carrier.times_taken.values()) == {1}
    assert len(carrier.times_taken) == sum(sent) == 50
    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_whatever_dies_when_nothing_is_lost_and_at_most_the_dead_repeat(carrier: Carrier, clock: Clock) -> None:
    """Twenty messages; senders die at random places. The seed is in the failure."""
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    pages = [make_page(recipient=make_person(), key=str(number))[0] for number in range(20)]
    for _round in range(60):
        claims = claim_due(limit=5)
        for claim in claims:
            fate = dice.random()
            if fate < 0.3:
                continue  # killed between claim and send
            outcome = hand_over(claim)
            if fate > 0.6:
                finish(claim, outcome)  # else killed between send and commit
        clock.advance(LEASE + timedelta(seconds=1))
        if not Delivery.objects.waiting().exists():
            break
    assert {fresh(page).status for page in pages} == {"sent"}, f"seed {seed}"
    assert set(carrier.times_taken.values()) == {1}, f"seed {seed}"


def test_nothing_due_costs_one_look(
    carrier: Carrier, clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_page()
    send_due_deliveries()
    with django_assert_num_queries(4):  # what time is it, and what is due, between the ends of a transaction
        send_due_deliveries()


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
@pytest.mark.parametrize(
    "title", ["Slow\r\nBcc: everybody@example.com", "Slow\nSubject: x", "Slow\u2028X-Header: y", "x" * 10_000]
)
def test_a_title_cannot_add_a_mail_header(title: str) -> None:
    make_page("email", incident=make_incident(title=title))
    send_due_deliveries()
    (sent,) = mail.outbox
    message = sent.message()
    assert "Bcc" not in message
    assert "X-Header" not in message
    assert len(message.get_all("Subject") or []) == 1
    assert "\n" not in sent.subject
    assert "\r" not in sent.subject
    assert len(sent.subject) < 400
    assert sent.recipients() == [Delivery.objects.get().destination]


@pytest.mark.parametrize("title", ["x" * 10_000, "Slow\r\n\r\nReply 4", "Slow\x00\x1b[31m", "慢" * 10_000])
def test_a_text_message_stays_one_short_line(title: str) -> None:
    (page,) = make_page(incident=make_incident(title=title))
    assert page.body.isprintable()
    assert count_segments(page.body) <= 2
    assert "reply 4" in page.body


def test_a_title_is_spoken_as_text_and_briefly() -> None:
    title = '<Say>x</Say><Dial>+1900</Dial>&"' + "<speak>" * 2000
    (page,) = make_page("voice", incident=make_incident(title=title))
    spoken = script(message_of(page))
    assert "<Dial>" not in spoken
    assert "<speak>" not in spoken
    assert len(page.body) < 300


def test_the_bell_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, rung = threading.Event(), threading.Event()

    def hang(**_options: object) -> None:
        rung.set()
        hangs.wait(timeout=10)

    monkeypatch.setattr(tasks.run_cycle, "apply_async", hang)
    bell = doorbell.Bell()
    began = time.monotonic()
    for _ in range(100):
        bell.pull()
    assert rung.wait(timeout=2)
    assert time.monotonic() - began < 2
    hangs.set()
