"""Guessing passwords: ten wrong ones for a name from one address, then both together wait."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from catalog.models import Person
from catalog.visitors import address_of
from tests.clock import Clock
from tests.factories import make_person

pytestmark = pytest.mark.django_db
PASSWORD = "an old horse called Mabel"


@pytest.fixture
def person() -> Person:
    person = make_person()
    person.set_password(PASSWORD)
    person.must_change_password = False
    person.save()
    return person


def sign_in(person: Person, password: str, *, address: str = "192.0.2.7") -> HttpResponse:
    return Client().post("/login/", {"username": person.username, "password": password}, REMOTE_ADDR=address)  # type: ignore[return-value]


def guess(person: Person, times: int = 10) -> HttpResponse:
    return [sign_in(person, f"guess {number}") for number in range(times)][-1]


def test_ten_wrong_passwords_make_a_name_wait_at_one_address(person: Person) -> None:
    assert guess(person, 9).status_code == 200
    last = sign_in(person, "guess 10")
    assert last.status_code == 429
    assert "sign in again in 10 minutes" in last.content.decode()
    assert sign_in(person, PASSWORD).status_code == 429


def test_whoever_is_paged_signs_in_from_elsewhere_all_the_while(person: Person) -> None:
    guess(person)
    assert sign_in(person, PASSWORD, address="198.51.100.4").status_code == 302


def test_others_of_the_same_network_are_not_locked_out(person: Person) -> None:
    guess(person)
    other = make_person()
    other.set_password(PASSWORD)
    other.save()
    assert sign_in(other, PASSWORD).status_code == 302


def test_it_is_over_after_ten_minutes(person: Person, clock: Clock) -> None:
    guess(person)
    clock.advance(timedelta(minutes=11))
    assert sign_in(person, PASSWORD).status_code == 302


def test_a_right_password_forgives_the_wrong_ones(person: Person) -> None:
    guess(person, 9)
    assert sign_in(person, PASSWORD).status_code == 302
    assert guess(person, 9).status_code == 200


def test_names_that_nobody_has_are_answered_alike(person: Person) -> None:
    stranger = Person(username="nobody-of-that-name")
    assert guess(stranger, 9).status_code == 200
    assert sign_in(stranger, "guess 10").status_code == 429


def test_behind_a_proxy_only_its_own_word_counts(settings: object) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.7")
    settings.BEHIND_PROXY = False  # type: ignore[attr-defined]
    assert address_of(request) == "10.0.0.1"
    settings.BEHIND_PROXY = True  # type: ignore[attr-defined]
    assert address_of(request) == "192.0.2.7"
