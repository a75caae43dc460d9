"""Carriers report late, twice, out of order or in words we do not know: a message only ever moves forward."""

from itertools import permutations

import pytest

from incidents.services import acknowledge_incident
from lifecycle.models import Event
from notifications.models import Delivery, DeliveryStatus
from notifications.models.delivery import RANK
from notifications.services.callbacks import MEANING, record_callback
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db
TEXT = ("queued", "sent", "delivered")
CALL = ("initiated", "ringing", "in-progress", "completed")


def make_sent(channel: str = "sms") -> Delivery:
    (page,) = make_page(channel)
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENDING, attempt=1)
    return Delivery.objects.get(pk=page.pk)


def report(page: Delivery, *statuses: str) -> list[str]:
    """The message's status after each report."""
    seen = []
    for number, status in enumerate(statuses):
        record_callback(Delivery.objects.get(pk=page.pk), provider_id="SM1", status=status, sequence=number)
        seen.append(Delivery.objects.get(pk=page.pk).status)
    return seen


@pytest.mark.parametrize("order", list(permutations(TEXT)))
def test_a_text_never_moves_backwards(order: tuple[str, ...]) -> None:
    page = make_sent()
    ranks = [RANK[DeliveryStatus(status)] for status in report(page, *order)]
    assert ranks == sorted(ranks)
    page.refresh_from_db()
    assert page.status == DeliveryStatus.DELIVERED
    assert page.finished_at is not None


@pytest.mark.parametrize("order", list(permutations(CALL)))
def test_a_call_never_moves_backwards(order: tuple[str, ...]) -> None:
    ranks = [RANK[DeliveryStatus(status)] for status in report(make_sent("voice"), *order)]
    assert ranks == sorted(ranks)
    assert ranks[-1] == RANK[DeliveryStatus.DELIVERED]


@pytest.mark.parametrize("order", list(permutations(("sent", "undelivered", "sent", "queued"), 4)))
def test_a_failure_is_final(order: tuple[str, ...]) -> None:
    assert report(make_sent(), *order)[-1] == DeliveryStatus.FAILED
    assert Event.objects.filter(verb="delivery_failed").count() == 1
    assert Delivery.objects.filter(channel="email").count() == 1, "the mail takes over, once"


@pytest.mark.parametrize("status", ["delivered", "undelivered"])
def test_a_repeat_changes_nothing_and_is_kept(status: str) -> None:
    page = make_sent()
    report(page, status)
    before = Delivery.objects.values().get(pk=page.pk)
    events = Event.objects.count()
    report(page, status, status)
    assert Delivery.objects.values().get(pk=page.pk) == before
    assert Event.objects.count() == events
    assert page.callbacks.count() == 3


def test_an_unknown_status_is_kept_and_changes_nothing() -> None:
    page = make_sent()
    assert report(page, "teleported", "") == [DeliveryStatus.SENDING] * 2
    assert [callback.status for callback in page.callbacks.all()] == ["teleported", ""]


def test_a_failure_after_the_acknowledgement_wakes_nobody() -> None:
    incident = make_incident()
    (page,) = make_page("voice", incident=incident)
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENT, provider_id="SM1")
    acknowledge_incident(incident, actor=make_person(), via="web")
    report(page, "no-answer")
    assert Delivery.objects.count() == 1


def test_a_report_that_overtakes_our_own_answer_brings_the_id() -> None:
    page = make_sent()
    report(page, "sent")
    page.refresh_from_db()
    assert (page.provider_id, page.status) == ("SM1", DeliveryStatus.SENT)
    assert page.sent_at is not None


@pytest.mark.parametrize("status", MEANING)
def test_a_withdrawn_message_stays_withdrawn(status: str) -> None:
    (page,) = make_page()
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.CANCELLED)
    assert report(page, status) == [DeliveryStatus.CANCELLED]
