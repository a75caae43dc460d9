"""Twilio's callbacks believe Twilio's signature and nothing else, and survive whatever is signed."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from incidents.models.status import Status
from incidents.services import acknowledge_incident
from lifecycle.models import Event
from notifications.models import Delivery, DeliveryStatus, Escalation
from notifications.services.dispatching import dispatch_events
from notifications.services.escalating import advance_escalations
from tests.factories import make_incident, make_person
from tests.notifications.outbox import make_page

pytestmark = pytest.mark.django_db
PUBLIC = "https://mainstay.example.com"
SID, TOKEN = "AC" + "1" * 32, "secret-of-ours"


@pytest.fixture(autouse=True)
def account(settings: LazySettings) -> None:
    settings.PUBLIC_URL = PUBLIC
    settings.TWILIO_ACCOUNT_SID = SID
    settings.TWILIO_AUTH_TOKEN = TOKEN


@pytest.fixture
def call() -> Delivery:
    """A call that Twilio took as CA1."""
    (page,) = make_page("voice", incident=make_incident(title='<Dial>+1900</Dial> & "quotes"'))
    Delivery.objects.filter(pk=page.pk).update(status=DeliveryStatus.SENT, provider_id="CA1", attempt=1)
    return Delivery.objects.select_related("incident", "recipient").get(pk=page.pk)


def post(path: str, *, token: str = TOKEN, base: str = PUBLIC, signed: Any = None, **form: Any) -> Any:
    """A request as Twilio would send it; ``signed`` are the parameters that were signed, if others were sent."""
    form.setdefault("AccountSid", SID)
    signature = RequestValidator(token).compute_signature(f"{base}{path}", signed if signed is not None else form)
    return Client().post(path, form, headers={"X-Twilio-Signature": signature})


def digits(delivery: Delivery, key: str = "4", **options: Any) -> Any:
    options.setdefault("CallSid", "CA1")
    return post(f"/twilio/{delivery.token}/digits/", Digits=key, **options)


def status(delivery: Delivery, **options: Any) -> Any:
    options.setdefault("CallSid", "CA1")
    options.setdefault("CallStatus", "completed")
    return post(f"/twilio/{delivery.token}/status/", **options)


def is_untouched(delivery: Delivery) -> bool:
    delivery.refresh_from_db()
    delivery.about.refresh_from_db()
    return (
        delivery.about.status == Status.REPORTED
        and delivery.status == DeliveryStatus.SENT
        and delivery.reached_at is None
        and not delivery.callbacks.exists()
    )


def spoken(answer: HttpResponse) -> str:
    """The text of the TwiML, which must be well-formed."""
    return " ".join(ElementTree.fromstring(answer.content).itertext())  # noqa: S314 (made by us)


def test_a_key_acknowledges_and_says_so(call: Delivery) -> None:
    answer = digits(call)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    assert "It is yours" in spoken(answer)
    call.refresh_from_db()
    call.about.refresh_from_db()
    assert call.about.status == Status.ACKNOWLEDGED
    assert call.about.handler == call.recipient
    assert call.reached_by == "key 4"


@pytest.mark.parametrize("view", ["digits", "status"])
@pytest.mark.parametrize(
    "trick",
    [
        {"token": "another"},
        {"base": "http://mainstay.example.com"},
        {"base": "https://evil.example.com"},
        {"signed": {"AccountSid": SID, "CallSid": "CA1", "Digits": "5", "CallStatus": "ringing"}},
        {"signed": {}},
        {"AccountSid": "AC" + "2" * 32},
        {"AccountSid": ""},
    ],
    ids=[
        "wrong token",
        "http for https",
        "other host",
        "changed after signing",
        "unsigned form",
        "other",
        "no account",
    ],
)
def test_what_twilio_did_not_sign_for_us_is_refused(call: Delivery, view: str, trick: dict[str, Any]) -> None:
    answer = digits(call, **trick) if view == "digits" else status(call, **trick)
    assert answer.status_code == 403
    assert is_untouched(call)


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "é\N{SNOWMAN}"}])
@pytest.mark.parametrize("action", ["digits", "status"])
def test_without_a_signature_nothing_is_believed(call: Delivery, action: str, headers: dict[str, str]) -> None:
    form = {"AccountSid": SID, "CallSid": "CA1", "Digits": "4", "CallStatus": "completed"}
    assert Client().post(f"/twilio/{call.token}/{action}/", form, headers=headers).status_code == 403
    assert Client().post("/twilio/sms/", form, headers=headers).status_code == 403
    assert is_untouched(call)


def test_without_a_token_of_ours_every_signature_is_refused(call: Delivery, settings: LazySettings) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    assert digits(call, token="").status_code == 403
    assert post("/twilio/sms/", token="", From="+15551230001", Body="4").status_code == 403
    assert is_untouched(call)


def test_get_is_not_an_answer(call: Delivery) -> None:
    assert Client().get(f"/twilio/{call.token}/digits/").status_code == 405


@pytest.mark.parametrize("sid", ["CA2", "", "ca1", "CA1\0"])
def test_another_calls_id_does_not_fit_this_token(call: Delivery, sid: str) -> None:
    assert digits(call, CallSid=sid).status_code == 404
    assert status(call, CallSid=sid).status_code == 404
    assert is_untouched(call)


def test_a_guessed_token_is_nobodys(call: Delivery) -> None:
    assert post("/twilio/guess/digits/", CallSid="CA1", Digits="4").status_code == 404
    assert post("/twilio/%00/status/", CallSid="CA1", CallStatus="completed").status_code in (403, 404)
    assert is_untouched(call)


def test_a_replayed_key_is_answered_and_does_nothing_more(call: Delivery) -> None:
    digits(call)
    events = Event.objects.count()
    again = digits(call)
    assert again.status_code == 200
    assert "already acknowledged" in spoken(again)
    assert Event.objects.count() == events


def test_a_replayed_key_5_pages_one_person_more_and_not_two(call: Delivery) -> None:
    dispatch_events()
    advance_escalations()
    running = Escalation.objects.get()
    assert "next person is paged" in spoken(digits(call, "5"))
    brought = Escalation.objects.get().brought_forward
    assert brought is not None
    advance_escalations()
    assert Escalation.objects.get().next_step == running.next_step + 1
    assert digits(call, "5").status_code == 200
    advance_escalations()
    assert Escalation.objects.get().brought_forward == brought
    assert Escalation.objects.get().next_step == running.next_step + 1


@pytest.mark.parametrize("key", ["", "9", "*", "#", "４", "44", "\0", "4;5"])
def test_other_keys_say_the_menu_again_or_count_as_their_first_digit(call: Delivery, key: str) -> None:
    answer = digits(call, key)
    assert answer.status_code == 200
    call.about.refresh_from_db()
    assert (call.about.status == Status.ACKNOWLEDGED) == key.startswith("4")
    if not key.startswith("4"):
        assert "Press 4" in spoken(answer)
        assert ElementTree.fromstring(answer.content).find("Gather") is not None  # noqa: S314


def test_a_title_with_markup_is_spoken_and_not_obeyed(call: Delivery) -> None:
    answer = digits(call, "*")
    assert ElementTree.fromstring(answer.content).find(".//Dial") is None  # noqa: S314
    assert "Dial 1900 Dial quotes" in spoken(answer)


def test_a_late_key_learns_who_was_faster(call: Delivery) -> None:
    acknowledge_incident(call.about, actor=make_person(name="Bob"), via="web")
    assert "already acknowledged by Bob" in spoken(digits(call))


@pytest.mark.parametrize(
    "field", ["CallStatus", "MessageStatus", "ErrorCode", "SequenceNumber", "SipResponseCode", "Unknown"]
)
@pytest.mark.parametrize("value", ["\0", "a\0b", "\ud7ff\U0001f600", "9" * 5000, "²", "-1", "' OR 1=1"])
def test_strange_values_are_no_server_error(call: Delivery, field: str, value: str) -> None:
    assert status(call, **{field: value}).status_code == 204


@pytest.mark.parametrize("field", ["From", "Body", "To", "MessageSid"])
def test_nul_bytes_in_a_text_message_are_no_server_error(call: Delivery, field: str) -> None:
    form = {"From": call.person.phone, "Body": "hello"} | {field: "4\0"}
    assert post("/twilio/sms/", **form).status_code == 200
    call.about.refresh_from_db()
    assert call.about.status == Status.REPORTED


@pytest.mark.parametrize("number", ["+19005550000", "", "not a number"])
def test_a_stranger_gets_no_answer_and_changes_nothing(call: Delivery, number: str) -> None:
    answer = post("/twilio/sms/", From=number, Body="4")
    assert answer.status_code == 200
    assert not spoken(answer).strip()
    assert is_untouched(call)


def test_a_reply_for_somebody_elses_incident_is_refused(call: Delivery) -> None:
    other = make_incident()
    answer = post("/twilio/sms/", From=call.person.phone, Body=f"4 {other.pk}")
    assert "not paged" in spoken(answer)
    other.refresh_from_db()
    assert other.status == Status.REPORTED


@pytest.mark.parametrize("path", ["/twilio/sms/", "/twilio/token/digits/"])
@pytest.mark.parametrize(
    "body", ["&".join(f"a{number}=1" for number in range(5000)), "Body=" + "x" * 2_000_000], ids=["wide", "long"]
)
def test_a_huge_form_is_refused_and_no_server_error(path: str, body: str) -> None:
    form = "application/x-www-form-urlencoded"
    answer = Client().post(path, body, content_type=form, headers={"X-Twilio-Signature": "x"})
    assert answer.status_code in (400, 403, 413)


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", "text/plain"])
def test_a_body_that_is_no_form_is_refused(kind: str) -> None:
    assert Client().post("/twilio/sms/", b"--y\r\n\xff", content_type=kind).status_code in (400, 403, 415)
