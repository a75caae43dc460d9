"""What keys and replies do: each incident once, the newest first, and no talk between machines."""

import pytest

from catalog.models import Person
from incidents.models import Incident
from incidents.models.status import Status
from incidents.services import acknowledge_incident
from lifecycle.models import Event
from notifications.models import Channel, Delivery, DeliveryStatus, PassiveAnswers
from notifications.services.answering import press_key, reply_sms
from notifications.services.passive import MOST
from notifications.services.stopping import is_stopped
from notifications.services.testing import send_test_page
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db


def paged(person: Person, *channels: str, number: int = 1) -> list[Delivery]:
    """So many incidents that the person was paged for, the oldest first."""
    pages = [make_page(*channels, recipient=person, key=f"page{place}")[0] for place in range(number)]
    Delivery.objects.update(status=DeliveryStatus.SENT)
    return pages


def reply(person: Person, text: str) -> str | None:
    return reply_sms(number=person.phone, text=text)


def is_acknowledged(page: Delivery) -> bool:
    return Incident.objects.filter(pk=page.about.pk, status=Status.ACKNOWLEDGED).exists()


def test_a_bare_4_takes_the_newest_and_names_the_others() -> None:
    person = make_person()
    old, middle, newest = paged(person, number=3)
    answer = reply(person, "4") or ""
    assert [is_acknowledged(page) for page in (old, middle, newest)] == [False, False, True]
    assert f"{newest.about.reference} is acknowledged. It is yours." in answer
    assert f"“4 {middle.incident_id}”" in answer
    assert f"“4 {old.incident_id}”" in answer
    assert "“4 all”" in answer


def test_a_code_takes_the_incident_that_it_names_and_no_other() -> None:
    person = make_person()
    old, newest = paged(person, number=2)
    for text in (f"4 {old.incident_id}", f"4#{old.incident_id}", f"４ INC-{old.incident_id}。"):
        reply(person, text)
    assert is_acknowledged(old)
    assert not is_acknowledged(newest)


@pytest.mark.parametrize("text", ["4 all", "4 ALL", "4 全部"])
def test_4_all_takes_every_open_one(text: str) -> None:
    person = make_person()
    pages = paged(person, number=3)
    answer = reply(person, text) or ""
    assert all(is_acknowledged(page) for page in pages)
    assert all(page.about.reference in answer for page in pages)
    assert "Still open" not in answer


def test_what_was_told_in_one_message_is_acknowledged_together() -> None:
    person = make_person()
    head, bundled, apart = paged(person, Channel.VOICE, number=3)
    Delivery.objects.filter(pk=bundled.pk).update(bundled_into=head, status=DeliveryStatus.BUNDLED)
    answer = press_key(Delivery.objects.get(pk=head.pk), key="4")
    assert is_acknowledged(head)
    assert is_acknowledged(bundled)
    assert not is_acknowledged(apart)
    assert head.about.reference in answer
    assert bundled.about.reference in answer


def test_an_unclear_reply_gets_the_codes_of_what_is_open() -> None:
    person = make_person()
    (page,) = paged(person)
    answer = reply(person, "what is going on?") or ""
    assert f"“4 {page.incident_id}”" in answer
    assert not is_acknowledged(page)


def test_at_most_five_answers_in_a_row_do_nothing() -> None:
    person = make_person()
    (page,) = paged(person)
    answers = [reply(person, "I am an auto-responder") for _turn in range(MOST + 3)]
    assert [answer is not None for answer in answers] == [True] * MOST + [False] * 3
    assert reply(person, "4") is not None
    assert is_acknowledged(page)
    assert not PassiveAnswers.objects.exists()
    assert reply(person, "again") is not None


def test_a_number_that_is_written_to_anew_is_answered_anew() -> None:
    person = make_person()
    paged(person)
    for _turn in range(MOST + 1):
        reply(person, "?")
    PassiveAnswers.objects.update(last_at="2020-01-01T00:00:00Z")
    assert reply(person, "?") is not None


@pytest.mark.parametrize("word", ["STOP", "停止", "退订"])
def test_stop_and_start(word: str) -> None:
    person = make_person()
    (page,) = paged(person)
    assert "calls go on" in (reply(person, word) or "")
    assert is_stopped(person.phone)
    assert "again" in (reply(person, "START") or "")
    assert not is_stopped(person.phone)
    assert not is_acknowledged(page)


def test_a_stranger_cannot_stop_anything() -> None:
    assert reply_sms(number="+19995550000", text="STOP") is None
    assert not is_stopped("+19995550000")


def test_s6_a_call_is_answered_once() -> None:
    person = make_person()
    (page,) = paged(person, Channel.VOICE)
    press_key(Delivery.objects.get(pk=page.pk), key="5")
    events = Event.objects.count()
    assert press_key(Delivery.objects.get(pk=page.pk), key="4") == "This call was answered already."
    assert not is_acknowledged(page)
    assert Event.objects.count() == events


def test_a_key_answers_a_test_page() -> None:
    person = make_person()
    delivery = send_test_page(person, actor=person, channel=Channel.VOICE)
    assert press_key(delivery, key="1") == ""
    assert "has reached you" in press_key(delivery, key="4")
    delivery.refresh_from_db()
    assert delivery.reached_by == "key 4"


def test_a_reply_answers_a_test_page_where_no_page_is_open() -> None:
    person = make_person()
    test = send_test_page(person, actor=person, channel=Channel.SMS)
    (page,) = paged(person)
    assert "It is yours" in (reply(person, "4") or "")
    assert "has reached you" in (reply(person, "4") or "")
    test.refresh_from_db()
    assert test.reached_by == "reply 4"
    assert is_acknowledged(page)


def test_whoever_signs_in_and_acknowledges_was_reached_by_that() -> None:
    person = make_person()
    incident = make_incident()
    (first,) = make_page(Channel.SMS, incident=incident, recipient=person, key="one")
    (second,) = make_page(Channel.SMS, incident=incident, recipient=person, key="two")
    (other,) = make_page(Channel.SMS, incident=incident, key="one")
    Delivery.objects.update(status=DeliveryStatus.DELIVERED)
    acknowledge_incident(incident, actor=person, via="web")
    reached = dict(Delivery.objects.values_list("pk", "reached_by"))
    assert reached == {first.pk: "", second.pk: "login", other.pk: ""}


def test_a_key_is_proof_enough_without_the_login() -> None:
    person = make_person()
    (page,) = paged(person, Channel.VOICE)
    press_key(Delivery.objects.get(pk=page.pk), key="4")
    assert set(Delivery.objects.values_list("reached_by", flat=True)) == {"key 4"}
