"""Where people can be reached, and what keeps numbers from being texted and called (S15)."""

import pytest
from django.core.exceptions import ValidationError

from catalog.contacts import country_of, is_costly, validate_phone
from catalog.services import change_profile
from lifecycle.transitions import InputRefused
from notifications.models import Channel, PagingSettings, StoppedNumber
from notifications.services.addressing import address
from notifications.services.stopping import asks_to_start, asks_to_stop, is_stopped, start_texts, stop_texts
from tests.factories import make_person

pytestmark = pytest.mark.django_db
COSTLY = {
    "premium in the USA": "+19005551234",
    "premium in Britain": "+449098790000",
    "shared cost in Britain": "+448431234567",
    "a pager in Britain": "+447600123456",
    "shared cost in China": "+8695012345678",
    "international premium": "+979123456789",
    "a satellite phone": "+870773111632",
    "a satellite network": "+88213300655",
}
ORDINARY = {"CN": "+8613912345678", "HK": "+85261234567", "GB": "+442071838750", "JM": "+18765550123"}


@pytest.mark.parametrize("number", COSTLY.values(), ids=COSTLY)
def test_s15_numbers_that_cost_extra_are_refused_when_they_are_entered(number: str) -> None:
    assert is_costly(number)
    with pytest.raises(ValidationError):
        validate_phone(number)


@pytest.mark.parametrize(("country", "number"), ORDINARY.items())
def test_ordinary_numbers_are_taken_and_their_country_is_known(country: str, number: str) -> None:
    validate_phone(number)
    assert country_of(number) == country


def test_s15_a_premium_number_that_is_there_already_is_not_called() -> None:
    person = make_person(phone="+8613912345678")
    person.phone = "+19005551234"
    assert address(person, Channel.VOICE) == (
        "",
        "Numbers that cost extra, satellite phones and pagers cannot be used.",
    )


def test_s15_only_numbers_of_allowed_countries_are_taken_and_called() -> None:
    person = make_person(phone="+18765550123")
    assert address(person, Channel.SMS)[0] == "+18765550123"
    PagingSettings.objects.update(countries=["CN", "US"])
    for channel in (Channel.SMS, Channel.VOICE):
        assert address(person, channel)[1].startswith("Numbers of this country")
    with pytest.raises(InputRefused):
        make_person(phone="+85261234567")
    assert make_person(phone="+12025550123").has_verified_phone


def test_somebody_whose_country_is_no_longer_allowed_can_still_change_the_rest() -> None:
    person = make_person(phone="+18765550123")
    PagingSettings.objects.update(countries=["CN"])
    fields = {"name": "New", "email": "", "language": "en", "time_zone": "UTC", "theme": "auto"}
    assert change_profile(person, actor=person, phone=person.phone, **fields).name == "New"
    with pytest.raises(InputRefused):
        change_profile(person, actor=person, phone="+85261234567", **fields)


def test_stop_ends_texts_and_not_calls() -> None:
    person = make_person()
    assert stop_texts(person.phone)
    assert not stop_texts(person.phone)
    assert address(person, Channel.SMS) == ("", "The person stopped texts to this number; calls go on.")
    assert address(person, Channel.VOICE) == (person.phone, "")
    assert start_texts(person.phone)
    assert not start_texts(person.phone)
    assert not is_stopped(person.phone)
    assert not StoppedNumber.objects.exists()


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Stop!", "UNSUBSCRIBE", "停止", "退订。", "退訂", "TD"])
def test_these_words_stop(text: str) -> None:
    assert asks_to_stop(text)
    assert not asks_to_start(text)


@pytest.mark.parametrize("text", ["START", "start", "unstop", "开始", "恢复！"])
def test_these_words_start(text: str) -> None:
    assert asks_to_start(text)
    assert not asks_to_stop(text)


@pytest.mark.parametrize("text", ["4", "4 1042", "please stop the line", "", "不要停止"])
def test_other_texts_do_neither(text: str) -> None:
    assert not asks_to_stop(text)
    assert not asks_to_start(text)
