"""Proving a phone number, and what keeps strangers from being texted and called for it (S15)."""

from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Person
from catalog.services import add_person, change_profile
from lifecycle.models import Event
from lifecycle.transitions import InputRefused, NotPermitted
from notifications.models import Alarm, AlarmKind, Channel, Delivery, PhoneCode, Purpose, StoppedNumber
from notifications.services import verifying
from notifications.services.answering import press_key
from notifications.services.verifying import TRIES, code_of, confirm_code, send_code, with_code
from tests.clock import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return newcomer("newcomer")


def newcomer(username: str, phone: str = "+8613912345678") -> Person:
    return add_person(username=username, name="New", roles=["operations"], phone=phone)


def ask(person: Person, channel: str = Channel.SMS) -> Delivery:
    return send_code(person, actor=person, channel=channel)


def confirm(person: Person, code: str) -> Person:
    return confirm_code(person, actor=person, code=code)


def is_verified(person: Person) -> bool:
    return Person.objects.get(pk=person.pk).has_verified_phone


def wrong(delivery: Delivery) -> str:
    return f"{(int(code_of(delivery)) + 1) % 1_000_000:06}"


def test_the_code_verifies_the_number(person: Person) -> None:
    delivery = ask(person)
    assert (delivery.destination, delivery.purpose) == (person.phone, Purpose.CODE)
    confirm(person, f" {code_of(delivery)} ")
    assert is_verified(person)
    assert Event.objects.filter(verb="verify_phone", actor=person).exists()


def test_the_code_stands_in_the_message_and_nowhere_in_the_database(person: Person) -> None:
    text, call = ask(person), ask(person, Channel.VOICE)
    assert code_of(text) in with_code(text)
    assert ", ".join(code_of(call)) in with_code(call)
    with connection.cursor() as cursor:
        for table in ("notifications_delivery", "notifications_phonecode"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{code_of(text)}%"])  # noqa: S608
            assert cursor.fetchone()[0] == 0


def test_key_1_in_the_call_verifies_too(person: Person) -> None:
    delivery = ask(person, Channel.VOICE)
    assert press_key(delivery, key="4") == ""
    assert not is_verified(person)
    assert "verified" in press_key(delivery, key="1")
    assert is_verified(person)
    assert "verified" in press_key(delivery, key="1")
    assert Event.objects.filter(verb="verify_phone").count() == 1


def test_a_call_to_the_number_of_before_verifies_nothing(person: Person) -> None:
    delivery = ask(person, Channel.VOICE)
    Person.objects.filter(pk=person.pk).update(phone="+8613912345679")
    delivery = Delivery.objects.get(pk=delivery.pk)
    assert "too old" in press_key(delivery, key="1")
    assert not is_verified(person)


def test_the_answer_is_the_same_whatever_is_wrong(person: Person, clock: Clock) -> None:
    sentences = set()
    with pytest.raises(InputRefused) as nothing_sent:
        confirm(person, "123456")
    delivery = ask(person)
    with pytest.raises(InputRefused) as not_it:
        confirm(person, wrong(delivery))
    clock.advance(minutes=11)
    with pytest.raises(InputRefused) as too_late:
        confirm(person, code_of(delivery))
    sentences = {str(refused.value) for refused in (nothing_sent, not_it, too_late)}
    assert len(sentences) == 1
    assert not is_verified(person)


def test_s16_five_wrong_tries_spoil_the_code(person: Person) -> None:
    delivery = ask(person)
    for _try in range(TRIES):
        with pytest.raises(InputRefused):
            confirm(person, wrong(delivery))
    with pytest.raises(InputRefused):
        confirm(person, code_of(delivery))
    assert not is_verified(person)


def test_a_code_is_of_use_once_and_to_its_person(person: Person) -> None:
    other = newcomer("other")
    code = code_of(ask(person))
    with pytest.raises(InputRefused):
        confirm(other, code)
    with pytest.raises(NotPermitted):
        confirm_code(person, actor=other, code=code)
    confirm(person, code)
    Person.objects.filter(pk=person.pk).update(phone_verified_at=None)
    with pytest.raises(InputRefused):
        confirm(Person.objects.get(pk=person.pk), code)


def test_s15_three_codes_an_hour_for_a_person(person: Person, clock: Clock) -> None:
    for channel in (Channel.SMS, Channel.VOICE, Channel.SMS):
        ask(person, channel)
    Person.objects.filter(pk=person.pk).update(phone="+8613912345679")
    with pytest.raises(InputRefused, match="At most 3 codes an hour"):
        ask(person)
    assert PhoneCode.objects.count() == 3
    clock.advance(minutes=61)
    ask(person)


def test_s15_three_codes_an_hour_to_a_number(person: Person) -> None:
    for number in range(3):
        ask(newcomer(f"sock{number}"))
    with pytest.raises(InputRefused, match="At most 3 codes an hour"):
        ask(person)
    assert Delivery.objects.count() == 3


def test_s15_a_company_that_is_pumped_raises_an_alarm(
    person: Person, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(verifying, "COMPANY_CODES_AN_HOUR", 2)
    for number in range(2):
        ask(newcomer(f"sock{number}", phone=f"+861391234560{number}"))
    with pytest.raises(InputRefused, match="whole company"):
        ask(person)
    assert Alarm.objects.open().get().kind == AlarmKind.SPEND_CAP
    assert Delivery.objects.count() == 2
    clock.advance(minutes=61)
    ask(person)
    assert not Alarm.objects.open().exists()


def test_no_code_goes_where_none_may(person: Person) -> None:
    StoppedNumber.objects.create(phone=person.phone)
    with pytest.raises(InputRefused, match="stopped texts"):
        ask(person)
    ask(person, Channel.VOICE)
    with pytest.raises(InputRefused, match="texted or called"):
        ask(person, Channel.EMAIL)
    Person.objects.filter(pk=person.pk).update(phone="+19005551234")
    with pytest.raises(InputRefused, match="cost extra"):
        ask(person, Channel.VOICE)
    Person.objects.filter(pk=person.pk).update(phone="")
    with pytest.raises(InputRefused, match="profile"):
        ask(person)
    with pytest.raises(NotPermitted):
        send_code(person, actor=newcomer("other"), channel=Channel.SMS)


def test_a_changed_number_is_to_be_proved_anew(person: Person) -> None:
    confirm(person, code_of(ask(person)))
    fields = {"name": "New", "email": "", "language": "en", "time_zone": "UTC", "theme": "auto"}
    change_profile(person, actor=person, phone="+8613912345679", **fields)
    assert not is_verified(person)
    change_profile(person, actor=person, phone="+8613912345678", **fields)
    assert not is_verified(person)


def test_a_code_lives_ten_minutes(person: Person) -> None:
    ask(person)
    row = PhoneCode.objects.get()
    assert timedelta(minutes=9) < row.expires_at - row.created_at <= timedelta(minutes=10)
