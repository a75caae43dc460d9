"""Twilio behind proxies, and what tells of a wrong setting before the first page (S6)."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from twilio.request_validator import RequestValidator

from notifications.management.commands import check_callbacks
from notifications.twilio_checks import check_twilio
from outbound import Answer, OutboundError

PUBLIC = "https://mainstay.example.com"
SID, TOKEN = "AC" + "1" * 32, "secret-of-ours"


@pytest.fixture(autouse=True)
def account(settings: LazySettings) -> None:
    settings.PUBLIC_URL = PUBLIC
    settings.ALLOWED_HOSTS = ["*"]
    settings.TWILIO_ACCOUNT_SID = SID
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.TWILIO_FROM_NUMBER = "+12025550100"
    settings.TWILIO_API_URL = ""


PROXIES = {
    "none": {"HTTP_HOST": "mainstay.example.com"},
    "TLS ends there": {"HTTP_HOST": "mainstay.example.com", "HTTP_X_FORWARDED_PROTO": "https"},
    "another host inside": {"HTTP_HOST": "web.internal:8000", "HTTP_X_FORWARDED_HOST": "mainstay.example.com"},
    "another port": {"HTTP_HOST": "mainstay.example.com:8443", "SERVER_PORT": "8443"},
    "lies about everything": {"HTTP_HOST": "evil.example.com", "HTTP_X_FORWARDED_PROTO": "gopher"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?turn=2", "?a=%E6%94%AF&b="])
@pytest.mark.parametrize("headers", PROXIES.values(), ids=PROXIES)
def test_s6_the_signature_holds_over_the_public_address_whatever_the_proxy_says(
    headers: dict[str, Any], query: str
) -> None:
    form = {"AccountSid": SID, "From": "+19995550000", "Body": "4"}
    for base, expected in ((PUBLIC, 200), ("http://mainstay.example.com", 403), ("https://evil.example.com", 403)):
        signature = RequestValidator(TOKEN).compute_signature(f"{base}/twilio/sms/{query}", form)
        answer = Client().post(f"/twilio/sms/{query}", form, HTTP_X_TWILIO_SIGNATURE=signature, **headers)
        assert answer.status_code == expected, base


def test_a_whole_account_at_a_public_address_is_right() -> None:
    assert check_twilio() == []


@pytest.mark.parametrize("name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM_NUMBER"])
def test_s6_half_an_account_does_not_start(settings: LazySettings, name: str) -> None:
    setattr(settings, name, "")
    (found,) = check_twilio()
    assert found.id == "notifications.E020"
    assert name in found.msg


def test_no_account_is_nothing_to_complain_of(settings: LazySettings) -> None:
    settings.TWILIO_ACCOUNT_SID = settings.TWILIO_AUTH_TOKEN = settings.TWILIO_FROM_NUMBER = ""
    settings.PUBLIC_URL = "http://localhost"
    assert check_twilio() == []


@pytest.mark.parametrize("url", ["http://mainstay.example.com", "https://localhost", "https://127.0.0.1:8000"])
def test_s6_an_address_that_twilio_cannot_reach_is_warned_of(settings: LazySettings, url: str) -> None:
    settings.PUBLIC_URL = url
    assert [found.id for found in check_twilio()] == ["notifications.W021"]
    settings.TWILIO_API_URL = "http://127.0.0.1:8020"
    assert check_twilio() == []


def through(monkeypatch: pytest.MonkeyPatch, *, right: int, wrong: int) -> None:
    """A proxy that answers so."""

    def answer(_method: str, url: str, *, headers: dict[str, str], body: bytes) -> Answer:
        form = {"AccountSid": SID, "From": "", "Body": "self-test"}
        is_right = RequestValidator(TOKEN).validate(url, form, headers["X-Twilio-Signature"])
        return Answer(status=right if is_right else wrong, headers={}, body=b"")

    monkeypatch.setattr(check_callbacks, "request", answer)


def test_the_self_test_passes_where_signatures_get_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    through(monkeypatch, right=200, wrong=403)
    call_command("check_callbacks")
    assert "get through" in capsys.readouterr().out


@pytest.mark.parametrize(("right", "wrong", "words"), [(403, 403, "MAINSTAY_PUBLIC_URL"), (200, 200, "is believed")])
def test_the_self_test_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, right: int, wrong: int, words: str) -> None:
    through(monkeypatch, right=right, wrong=wrong)
    with pytest.raises(CommandError, match=words):
        call_command("check_callbacks")


def test_the_self_test_without_an_account_or_a_way_out(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    def fail(*_args: Any, **_options: Any) -> Answer:
        raise OutboundError("This address may not be called.")

    monkeypatch.setattr(check_callbacks, "request", fail)
    with pytest.raises(CommandError, match="MAINSTAY_OUTBOUND_ALLOW"):
        call_command("check_callbacks")
    settings.TWILIO_AUTH_TOKEN = ""
    with pytest.raises(CommandError, match="not configured"):
        call_command("check_callbacks")
