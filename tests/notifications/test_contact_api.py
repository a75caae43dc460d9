"""What programs can do about how their owner is reached."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Person, Role
from catalog.services import add_person
from notifications.models import Delivery, PersonalRule
from notifications.services.verifying import code_of
from tests.factories import make_person

pytestmark = pytest.mark.django_db
ADDRESSES = ["me/paging/", "me/phone/codes/", "me/phone/verify/", "me/test-pages/"]


def client_of(person: Person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def put(person: Person, **body: Any) -> Any:
    return client_of(person).put("/api/v1/me/paging/", body, format="json")


def test_strangers_and_reporters_get_nothing() -> None:
    reporter = client_of(make_person(Role.REPORTER))
    for address in ADDRESSES:
        assert APIClient().post(f"/api/v1/{address}").status_code == 401
        assert reporter.post(f"/api/v1/{address}").status_code in (403, 404, 405)


def test_rules_are_read_and_replaced() -> None:
    person = make_person()
    before = client_of(person).get("/api/v1/me/paging/").json()
    assert before["important"] == {
        "is_own": False,
        "ways": [{"after": 0, "channel": channel} for channel in ("voice", "sms", "email")],
    }
    rules = [{"after": 120, "channels": ["sms"]}, {"after": 0, "channels": ["voice"]}]
    after = put(person, urgency="important", rules=rules).json()
    assert after["important"]["is_own"] is True
    assert after["important"]["ways"] == [{"after": 0, "channel": "voice"}, {"after": 120, "channel": "sms"}]
    assert after["unusable"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"urgency": "urgent", "rules": []},
        {"urgency": "default", "rules": [{"after": -1, "channels": ["sms"]}]},
        {"urgency": "default", "rules": [{"after": 0, "channels": ["chat"]}]},
        {"urgency": "default", "rules": [{"after": 0, "channels": ["sms"]}] * 9},
        {"urgency": "default", "rules": "all"},
    ],
)
def test_nonsense_is_400(body: dict[str, Any]) -> None:
    assert put(make_person(), **body).status_code == 400
    assert not PersonalRule.objects.exists()


def test_a_number_is_verified() -> None:
    person = add_person(username="new", name="New", roles=["operations"], phone="+8613912345678")
    client = client_of(person)
    assert client.post("/api/v1/me/phone/codes/", {"channel": "sms"}).status_code == 202
    wrong = client.post("/api/v1/me/phone/verify/", {"code": "x"})
    assert wrong.status_code == 400
    assert list(wrong.json()) == ["code"]
    right = client.post("/api/v1/me/phone/verify/", {"code": code_of(Delivery.objects.get())})
    assert right.json()["has_verified_phone"] is True
    assert client.post("/api/v1/me/phone/codes/", {"channel": "email"}).status_code == 400


def test_a_test_page_is_promised_or_says_why_not() -> None:
    person = make_person(phone="")
    client = client_of(person)
    answer = client.post("/api/v1/me/test-pages/", {"channel": "email"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    answer = client.post("/api/v1/me/test-pages/", {"channel": "voice"})
    assert answer.json() == {"status": "not_sent", "not_sent_reason": "No phone number is known."}
