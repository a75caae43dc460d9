"""The SMS gateway that the environment describes: what it is sent, how it is understood, and its reports."""

import json
import string
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lifecycle import clock
from notifications.channels.base import ChannelError, Fault, Message
from notifications.channels.gateway import GatewayChannel, fill, is_taken, pick
from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.server import FakeCarrier
from notifications.gateway_checks import check_gateway
from notifications.models import Delivery, DeliveryStatus
from notifications.views.gateway import sign
from outbound import Answer
from tests.factories import make_incident, make_person

REPORTS = "/hooks/sms-gateway/"
SHARED = "shared"
CHINESE = "+8613800138000"


def message(body: str = "Level 1", destination: str = CHINESE) -> Message:
    return Message("tok", "INC-1", "page", destination, "", body, "en")


@pytest.fixture
def carrier(settings: Any) -> Iterator[FakeCarrier]:
    with FakeCarrier(account_sid="AC1", auth_token="t") as running:
        settings.OUTBOUND_ALLOW = [running.url.removeprefix("http://")]
        settings.SMS_GATEWAY_URL = f"{running.url}/gateway/sms"
        settings.SMS_GATEWAY_HEADERS = {"X-Token": "t"}
        settings.SMS_GATEWAY_SUCCESS, settings.SMS_GATEWAY_ID_PATH = "code=0", "data.msgid"
        yield running
        running.assert_nothing_unexpected()


@pytest.mark.parametrize("form", ["json", "form"])
def test_a_text_reaches_the_phone_as_it_is(carrier: FakeCarrier, settings: Any, form: str) -> None:
    settings.SMS_GATEWAY_FORMAT = form
    settings.SMS_GATEWAY_NUMBERS, settings.SMS_GATEWAY_PREFIX = "national", "【Mainstay】"
    text = 'Level 1 "}&to=+8613900000000&x={to}{text} 支付失败\n\\'
    assert GatewayChannel().send(message(text)) == "GWtok"
    assert carrier.phone(CHINESE).expect_sms("level 1").body == f"【Mainstay】{text}"


def test_a_repeat_after_an_answer_that_got_lost_carries_the_same_id(carrier: FakeCarrier) -> None:
    for _turn in range(2):
        GatewayChannel().send(message())
    carrier.phone(CHINESE).expect_sms("level 1")


@pytest.mark.parametrize(
    ("refusal", "fault"), [("429", Fault.CARRIER), ("500", Fault.CARRIER), ("garbled", Fault.NUMBER)]
)
def test_trouble_of_the_gateway_is_told_from_a_refusal(carrier: FakeCarrier, refusal: Any, fault: Fault) -> None:
    carrier.change_modes(Modes(chat_refusal=refusal))
    with pytest.raises(ChannelError) as caught:
        GatewayChannel().send(message())
    assert caught.value.fault == fault
    assert caught.value.retry_after == (timedelta(seconds=7) if refusal == "429" else None)


def test_a_wrong_account_and_a_wrong_number_are_told_apart(carrier: FakeCarrier, settings: Any) -> None:
    with pytest.raises(ChannelError) as number:
        GatewayChannel().send(message(destination="123"))
    settings.SMS_GATEWAY_HEADERS = {"X-Token": "wrong"}
    with pytest.raises(ChannelError) as account:
        GatewayChannel().send(message())
    assert (number.value.fault, number.value.code) == (Fault.NUMBER, "102")
    assert (account.value.fault, account.value.code) == (Fault.ACCOUNT, "401")


def test_without_an_address_there_is_no_gateway(settings: Any) -> None:
    settings.SMS_GATEWAY_URL = ""
    with pytest.raises(ChannelError, match="No SMS gateway is configured"):
        GatewayChannel().send(message())


def test_an_internal_gateway_must_be_allowed(settings: Any) -> None:
    settings.SMS_GATEWAY_URL, settings.OUTBOUND_ALLOW = "http://10.0.0.5/send", []
    with pytest.raises(ChannelError) as caught:
        GatewayChannel().send(message())
    assert caught.value.fault == Fault.SETTING


@given(st.text(alphabet=string.ascii_letters + "{}\"'\\&=+ \n中", max_size=40))
def test_what_is_filled_in_never_becomes_syntax(text: str) -> None:
    values = {"to": "+1", "text": text, "id": "x"}
    template = json.loads('{"a": ["{text}", {"b": "<{to}|{text}>"}], "n": 3}')
    assert json.loads(json.dumps(fill(template, values))) == {"a": [text, {"b": f"<+1|{text}>"}], "n": 3}


@pytest.mark.parametrize(
    ("rule", "status", "body", "taken"),
    [
        ("", 200, b"whatever", True),
        ("", 500, b"", False),
        ("code=0", 200, b'{"code": 0}', True),
        ("code=0", 200, b'{"code": "0"}', True),
        ("code=0", 200, b'{"code": 1}', False),
        ("code=0", 200, b"", False),
        ("data.0.result=ok,accepted", 200, b'{"data": [{"result": "accepted"}]}', True),
        ("data.0.result=ok", 200, b'{"data": []}', False),
        ("code=0", 503, b'{"code": 0}', False),
    ],
)
def test_the_rule_of_success(settings: Any, rule: str, status: int, body: bytes, taken: bool) -> None:
    settings.SMS_GATEWAY_SUCCESS = rule
    assert is_taken(Answer(status, {}, body)) is taken


def test_paths_lead_nowhere_without_complaint() -> None:
    assert pick({"a": [{"b": 1}]}, "a.0.b") == 1
    assert [pick({"a": 1}, "a.b"), pick([], "0"), pick(None, "a"), pick({"a": 1}, "")] == [None] * 4


def test_misspelt_settings_are_told_at_start(settings: Any) -> None:
    assert check_gateway() == []
    settings.SMS_GATEWAY_METHOD, settings.SMS_GATEWAY_FORMAT, settings.SMS_GATEWAY_NUMBERS = "DELETE", "xml", "x"
    assert [each.id for each in check_gateway()] == ["notifications.E010"] * 3
    settings.SMS_GATEWAY_FORMAT, settings.SMS_GATEWAY_BODY = "json", "{to}"
    assert "notifications.E011" in [str(each.id) for each in check_gateway()]


def make_text() -> Delivery:
    fields = {"channel": "sms", "purpose": "page", "provider": "gateway", "provider_id": "GW7", "status": "sent"}
    return Delivery.objects.create(incident=make_incident(), recipient=make_person(), dedup_key="k", **fields)


def post(client: Client, body: object, *, secret: str = SHARED, late: int = 0, signature: str = "") -> Any:
    raw = json.dumps(body).encode()
    stamp = str(int(clock.now().timestamp()) - late)
    headers = {"X-Timestamp": stamp, "X-Signature": signature or sign(secret, stamp, raw)}
    return client.post(REPORTS, raw, "application/json", headers=headers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("word", "status"), [("DELIVRD", "delivered"), ("UNDELIV", "failed"), ("ACCEPTD", "sent"), ("nonsense", "sent")]
)
def test_a_signed_report_moves_the_text_on(client: Client, settings: Any, word: str, status: str) -> None:
    settings.SMS_GATEWAY_SECRET = "shared"
    delivery = make_text()
    for known in ("GW7", delivery.token):
        answer = post(client, [{"id": known, "status": word, "error": "x1"}, {"id": "unknown", "status": "DELIVRD"}])
        assert (answer.status_code, answer.json()) == (200, {"taken": 1})
    delivery.refresh_from_db()
    assert delivery.status == status
    if status == "delivered":
        post(client, {"id": "GW7", "status": "UNDELIV"})
        delivery.refresh_from_db()
        assert delivery.status == DeliveryStatus.DELIVERED, "a status never goes backwards"


@pytest.mark.django_db
@pytest.mark.parametrize(("word", "status", "taken"), [("UNDELIV", "sent", 0), ("DELIVRD", "delivered", 1)])
def test_of_a_text_that_another_carrier_took_over_only_its_arrival_counts(
    client: Client, settings: Any, word: str, status: str, taken: int
) -> None:
    settings.SMS_GATEWAY_SECRET = "shared"
    delivery = make_text()
    delivery.attempts.create(number=1, provider="gateway", channel="sms", outcome="unavailable", is_unsure=True)
    Delivery.objects.filter(pk=delivery.pk).update(provider="twilio", provider_id="SM1")
    assert post(client, {"id": delivery.token, "status": word}).json() == {"taken": taken}
    delivery.refresh_from_db()
    assert (delivery.status, delivery.provider_id) == (status, "SM1")


@pytest.mark.django_db
def test_a_report_that_is_not_signed_rightly_changes_nothing(client: Client, settings: Any) -> None:
    delivery, told = make_text(), {"id": "GW7", "status": "DELIVRD"}
    assert post(client, told).status_code == 403, "no secret is configured"
    settings.SMS_GATEWAY_SECRET = "shared"
    answers = [
        post(client, told, secret="wrong"),
        post(client, told, late=301),
        post(client, told, late=-301),
        post(client, told, signature="0" * 64),
        client.post(REPORTS, json.dumps(told), "application/json"),
        client.post(REPORTS, json.dumps(told), "application/json", headers={"X-Timestamp": "²", "X-Signature": "x"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    delivery.refresh_from_db()
    assert delivery.status == "sent"


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["text", [1], [{}] * 201, None])
def test_a_signed_report_that_is_none_is_refused(client: Client, settings: Any, body: object) -> None:
    settings.SMS_GATEWAY_SECRET = "shared"
    assert post(client, body).status_code == 400
