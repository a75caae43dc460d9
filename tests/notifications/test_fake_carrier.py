"""The fake carrier against Twilio's own library: wire, callbacks, menus, faults, the page and the mail server."""

import json
import os
import smtplib
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notifications.fake_carrier.records import Modes
from notifications.fake_carrier.resources import count_segments
from notifications.fake_carrier.server import FakeCarrier, NotLoopbackError

if TYPE_CHECKING:
    from playwright.sync_api import Page

ALICE = "+15551230001"
BOB = "+15551230002"
OURS = "+15550006000"
ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "a token for tests"
MENU = (
    '<Response><Gather numDigits="1" timeout="5" action="{url}/keys/"><Say>Incident 1234, level one. Press 4.</Say>'
    "</Gather><Say>No key was pressed.</Say></Response>"
)


class Product:
    """A small web server that stands for the product: answers TwiML and checks every signature."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.forged: list[str] = []
        self.answers: dict[str, str] = {}
        self.failures_left = 0
        self.changed = threading.Condition()
        product = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                product.receive(self, dict(urllib.parse.parse_qsl(form, keep_blank_values=True)))

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def receive(self, handler: BaseHTTPRequestHandler, params: dict[str, str]) -> None:
        signature = handler.headers.get("X-Twilio-Signature", "")
        with self.changed:
            failing, self.failures_left = self.failures_left > 0, max(0, self.failures_left - 1)
            if not RequestValidator(AUTH_TOKEN).validate(self.url + handler.path, params, signature):
                self.forged.append(handler.path)
            if not failing:
                self.requests.append((handler.path, params))
        body = self.answers.get(handler.path.partition("?")[0], "").encode()
        handler.send_response(503 if failing else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        with self.changed:
            self.changed.notify_all()

    def wait_for(self, path: str, count: int = 1, *, timeout: float = 5) -> list[dict[str, str]]:
        """The parameters of the requests to a path, once there are ``count``."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.seen(path)) >= count, timeout), self.requests
            return self.seen(path)

    def seen(self, path: str) -> list[dict[str, str]]:
        return [params for seen, params in self.requests if seen.startswith(path)]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Rewriting(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client, sent to the fake."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=5)
        self.fake_url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.fake_url), *args, **kwargs)


@pytest.fixture
def product() -> Iterator[Product]:
    product = Product()
    yield product
    product.stop()
    assert product.forged == []


@pytest.fixture
def carrier(product: Product) -> Iterator[FakeCarrier]:
    with FakeCarrier(
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        from_number=OURS,
        inbound_sms_url=f"{product.url}/sms/?via=sms",
        speed=50,
    ) as carrier:
        yield carrier


@pytest.fixture
def twilio(carrier: FakeCarrier) -> Client:
    return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=Rewriting(carrier.url))


@pytest.fixture
def ring(twilio: Client, product: Product) -> Callable[..., Any]:
    """Calls a number with the menu and asks for every callback."""

    def ring(number: str = ALICE, **given: Any) -> Any:
        return twilio.calls.create(
            to=number,
            from_=OURS,
            twiml=given.pop("twiml", MENU.format(url=product.url)),
            status_callback=f"{product.url}/call/?delivery=7",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            timeout=25,
            **given,
        )

    return ring


def call_states(product: Product, count: int) -> list[str]:
    return [params["CallStatus"] for params in product.wait_for("/call/", count)]


# --- Messages ------------------------------------------------------------------------------------------


def test_a_message_is_queued_then_sent_then_delivered(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    sent = twilio.messages.create(
        to=ALICE, from_=OURS, body="Level one: payments down & <b>", status_callback=f"{product.url}/status/?id=1"
    )
    assert (sent.status, sent.to, sent.num_segments, sent.error_code) == ("queued", ALICE, "1", None)
    assert carrier.phone(ALICE).expect_sms("level one").body == "Level one: payments down & <b>"
    callbacks = product.wait_for("/status/", 2)
    assert [params["MessageStatus"] for params in callbacks] == ["sent", "delivered"]
    assert {params["MessageSid"] for params in callbacks} == {sent.sid}
    assert callbacks[0]["AccountSid"] == ACCOUNT_SID
    assert twilio.messages(sent.sid).fetch().status == "delivered"
    carrier.assert_nothing_unexpected()


def test_messages_are_listed_newest_first_by_number_and_time_and_in_pages(carrier: FakeCarrier, twilio: Client) -> None:
    for number in (ALICE, BOB, ALICE, ALICE):
        twilio.messages.create(to=number, from_=OURS, body=f"to {number}")
    start = datetime.now(UTC) - timedelta(minutes=2)
    assert len(twilio.messages.list(to=ALICE, date_sent_after=start)) == 3
    assert twilio.messages.list(date_sent_after=start + timedelta(hours=1)) == []
    paged = twilio.messages.list(page_size=2)
    assert [message.to for message in paged] == [ALICE, ALICE, BOB, ALICE]


@pytest.mark.parametrize(
    ("number", "body", "code"), [("12345", "x", 21211), ("+15551230001x", "x", 21211), (ALICE, "", 21602)]
)
def test_it_refuses_bad_requests_in_twilios_words(twilio: Client, number: str, body: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        twilio.messages.create(to=number, from_=OURS, body=body)
    assert (refusal.value.status, refusal.value.code) == (400, code)


def test_a_wrong_token_is_refused(carrier: FakeCarrier) -> None:
    stranger = Client(ACCOUNT_SID, "wrong", http_client=Rewriting(carrier.url))
    with pytest.raises(TwilioRestException) as refusal:
        stranger.messages.create(to=ALICE, from_=OURS, body="x")
    assert (refusal.value.status, refusal.value.code) == (401, 20003)
    assert carrier.exchange.messages == {}


def test_an_unknown_sid_is_not_found(twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        twilio.calls("CA" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_a_phone_that_fails_reports_its_error_code(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    phone = carrier.phone(ALICE).fails(30005)
    sent = twilio.messages.create(to=ALICE, from_=OURS, body="x", status_callback=f"{product.url}/status/")
    last = product.wait_for("/status/", 2)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30005")
    assert twilio.messages(sent.sid).fetch().error_code == 30005
    phone.expect_nothing(within=0.05)


def test_a_reply_reaches_the_product_and_its_answer_the_phone(
    carrier: FakeCarrier, twilio: Client, product: Product
) -> None:
    product.answers["/sms/"] = "<Response><Message>Acknowledged 1234</Message></Response>"
    twilio.messages.create(to=ALICE, from_="+15550007000", body="reply 4 = ack")
    phone = carrier.phone(ALICE)
    phone.expect_sms("reply 4")
    reply = phone.reply("4")
    (params,) = product.wait_for("/sms/")
    wanted = {"From": ALICE, "To": "+15550007000", "Body": "4", "MessageSid": reply.sid, "AccountSid": ACCOUNT_SID}
    assert wanted.items() <= params.items()
    phone.expect_sms("acknowledged 1234")
    carrier.assert_nothing_unexpected()


def test_stop_is_honoured_until_start(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    phone = carrier.phone(ALICE)
    phone.reply("Stop")
    product.wait_for("/sms/", 1)
    with pytest.raises(TwilioRestException) as refusal:
        twilio.messages.create(to=ALICE, from_=OURS, body="x")
    assert refusal.value.code == 21610
    phone.reply("START")
    twilio.messages.create(to=ALICE, from_=OURS, body="heard again")
    phone.expect_sms("heard again")
    carrier.assert_nothing_unexpected()


def test_segments_are_counted_in_the_alphabet_they_need() -> None:
    assert [count_segments(text) for text in ("a" * 160, "a" * 161, "支" * 70, "支" * 71, "€" * 81)] == [1, 2, 1, 2, 2]


# --- Calls ---------------------------------------------------------------------------------------------


def test_a_call_is_answered_and_a_key_continues_with_the_products_answer(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any], twilio: Client
) -> None:
    product.answers["/keys/"] = "<Response><Say>Acknowledged.</Say><Hangup/></Response>"
    made = ring()
    assert made.status == "queued"
    carrier.phone(ALICE).expect_call("level one").press("4").expect_said("acknowledged").expect_end("completed")
    (keys,) = product.wait_for("/keys/")
    assert (keys["Digits"], keys["CallSid"], keys["CallStatus"]) == ("4", made.sid, "in-progress")
    callbacks = product.wait_for("/call/", 4)
    assert [params["CallStatus"] for params in callbacks] == ["initiated", "ringing", "in-progress", "completed"]
    assert [params["SequenceNumber"] for params in callbacks] == ["0", "1", "2", "3"]
    assert callbacks[-1]["CallbackSource"] == "call-progress-events"
    assert "CallDuration" in callbacks[-1]
    assert "Timestamp" in callbacks[0]
    assert twilio.calls(made.sid).fetch().status == "completed"
    assert [call.sid for call in twilio.calls.list(to=ALICE, start_time_after=made.date_created)] == [made.sid]
    carrier.assert_nothing_unexpected()


def test_without_a_key_the_call_falls_through(carrier: FakeCarrier, product: Product, ring: Callable[..., Any]) -> None:
    ring()
    carrier.phone(ALICE).expect_call("press 4").stay_silent().expect_said("no key was pressed").expect_end()
    assert product.seen("/keys/") == []


def test_star_repeats_through_a_redirect(carrier: FakeCarrier, product: Product, ring: Callable[..., Any]) -> None:
    product.answers["/keys/"] = "<Response><Redirect>../menu/</Redirect></Response>"
    product.answers["/menu/"] = MENU.format(url="").replace("level one", "once more")
    ring()
    call = carrier.phone(ALICE).expect_call("level one").press("*").expect_said("once more")
    assert product.wait_for("/keys/")[0]["Digits"] == "*"
    call.press("9")
    assert product.wait_for("/keys/", 2)[1]["Digits"] == "9"


@pytest.mark.parametrize(
    ("behave", "states"),
    [
        ("is_busy", ["initiated", "busy"]),
        ("fails", ["initiated", "failed"]),
        ("never_answers", ["initiated", "ringing", "no-answer"]),
        ("goes_to_voicemail", ["initiated", "ringing", "in-progress", "completed"]),
    ],
)
def test_scripted_phones_end_calls_without_a_key(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any], behave: str, states: list[str]
) -> None:
    getattr(carrier.phone(ALICE), behave)()
    ring(machine_detection="Enable")
    assert call_states(product, len(states)) == states
    last = product.wait_for("/call/", len(states))[-1]
    assert last.get("AnsweredBy") == ("machine_start" if behave == "goes_to_voicemail" else None)
    assert product.seen("/keys/") == []


def test_a_scripted_phone_answers_and_presses(carrier: FakeCarrier, product: Product, ring: Callable[..., Any]) -> None:
    carrier.phone(ALICE).answers_and_presses("4", after=0.1)
    ring()
    assert product.wait_for("/keys/")[0]["Digits"] == "4"


def test_a_declined_and_an_unheard_call_end_as_busy_and_no_answer(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any]
) -> None:
    ring(ALICE)
    carrier.phone(ALICE).expect_ringing().decline().expect_end("busy")
    ring(BOB)
    carrier.phone(BOB).expect_ringing().let_it_ring().expect_end("no-answer")


def test_the_product_can_hang_up(carrier: FakeCarrier, ring: Callable[..., Any], twilio: Client) -> None:
    made = ring()
    call = carrier.phone(ALICE).expect_call("level one")
    twilio.calls(made.sid).update(status="completed")
    call.expect_end("completed")
    ringing = ring(BOB)
    call = carrier.phone(BOB).expect_ringing()
    twilio.calls(ringing.sid).update(status="completed")
    call.expect_end("canceled")


def test_only_the_asked_events_are_called_back(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    carrier.phone(ALICE).is_busy()
    twilio.calls.create(to=ALICE, from_=OURS, twiml="<Response/>", status_callback=f"{product.url}/call/")
    assert call_states(product, 1) == ["busy"]


def test_twiml_can_come_from_an_address(carrier: FakeCarrier, product: Product, twilio: Client) -> None:
    product.answers["/twiml/"] = "<Response><Say>From an address.</Say></Response>"
    twilio.calls.create(to=ALICE, from_=OURS, url=f"{product.url}/twiml/?delivery=7")
    carrier.phone(ALICE).expect_call("from an address").expect_end()


def test_broken_twiml_ends_the_call_and_not_the_carrier(
    carrier: FakeCarrier, twilio: Client, ring: Callable[..., Any]
) -> None:
    twilio.calls.create(to=ALICE, from_=OURS, twiml="<Response><Say>never closed")
    carrier.phone(ALICE).expect_ringing().answer().expect_end()
    ring(BOB)
    carrier.phone(BOB).expect_call("level one")


# --- Faults --------------------------------------------------------------------------------------------


def test_a_key_press_survives_a_product_that_is_down(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any]
) -> None:
    product.answers["/keys/"] = "<Response><Say>Acknowledged.</Say></Response>"
    ring()
    call = carrier.phone(ALICE).expect_call("level one")
    product.wait_for("/call/", 3)
    product.failures_left = 5
    call.press("4").expect_said("acknowledged")
    assert "did not answer" in " ".join(str(line.text) for line in call.call.transcript)
    assert [params["Digits"] for params in product.seen("/keys/")] == ["4"]


def test_an_sms_reply_survives_a_product_that_is_down(carrier: FakeCarrier, product: Product) -> None:
    product.failures_left = 4
    reply = carrier.phone(ALICE).reply("4")
    assert product.wait_for("/sms/")[0]["MessageSid"] == reply.sid
    assert carrier.exchange.wait_for(lambda: not reply.trouble, timeout=2)


def test_a_failing_callback_is_repeated_in_order(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    product.failures_left = 2
    twilio.messages.create(to=ALICE, from_=OURS, body="x", status_callback=f"{product.url}/status/")
    assert [params["MessageStatus"] for params in product.wait_for("/status/", 2)] == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("modes", "states"),
    [
        (Modes(duplicate_callbacks=True), ["sent", "sent", "delivered", "delivered"]),
        (Modes(reorder_callbacks=True), ["delivered", "sent"]),
        (Modes(never_deliver=True), ["sent"]),
    ],
)
def test_callbacks_come_twice_or_turned_round_or_never_final(
    carrier: FakeCarrier, twilio: Client, product: Product, modes: Modes, states: list[str]
) -> None:
    carrier.change_modes(modes)
    twilio.messages.create(to=ALICE, from_=OURS, body="x", status_callback=f"{product.url}/status/")
    product.wait_for("/status/", len(states))
    time.sleep(0.1)
    assert [params["MessageStatus"] for params in product.seen("/status/")] == states


def test_lost_callbacks_can_be_repaired_by_asking(carrier: FakeCarrier, twilio: Client, product: Product) -> None:
    carrier.change_modes(Modes(lose_callbacks=True))
    sent = twilio.messages.create(to=ALICE, from_=OURS, body="x", status_callback=f"{product.url}/status/")
    carrier.phone(ALICE).expect_sms("x")
    assert twilio.messages(sent.sid).fetch().status == "delivered"
    assert product.requests == []


@pytest.mark.parametrize(("refusal", "status"), [("429", 429), ("500", 500), ("suspended", 401), ("garbled", 502)])
def test_the_api_refuses_on_demand(carrier: FakeCarrier, twilio: Client, refusal: Any, status: int) -> None:
    carrier.change_modes(Modes(refusal=refusal))
    with pytest.raises(TwilioRestException) as failure:
        twilio.messages.create(to=ALICE, from_=OURS, body="x")
    assert failure.value.status == status
    assert carrier.exchange.messages == {}


@pytest.mark.parametrize(("refusal", "arrives"), [("hang", False), ("accept-then-hang", True)])
def test_the_api_hangs_before_or_after_accepting(carrier: FakeCarrier, refusal: Any, arrives: bool) -> None:
    carrier.change_modes(Modes(refusal=refusal))
    http = Rewriting(carrier.url)
    http.timeout = 0.3
    with pytest.raises(Exception, match="timed out"):
        Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http).messages.create(to=ALICE, from_=OURS, body="x")
    assert (len(carrier.exchange.messages) == 1) is arrives


# --- Expectations --------------------------------------------------------------------------------------


def test_what_nobody_expected_fails_the_test(carrier: FakeCarrier, twilio: Client) -> None:
    twilio.messages.create(to=ALICE, from_=OURS, body="surprise")
    with pytest.raises(AssertionError, match="surprise"):
        carrier.phone(ALICE, name="Alice").expect_nothing(within=2)
    with pytest.raises(AssertionError, match="surprise"):
        carrier.assert_nothing_unexpected()


def test_a_missed_expectation_tells_what_came_instead(carrier: FakeCarrier, twilio: Client) -> None:
    twilio.messages.create(to=ALICE, from_=OURS, body="level two")
    phone = carrier.phone(ALICE, name="Alice")
    phone.expect_sms("level two")
    with pytest.raises(AssertionError, match=r"Alice .* did not get an SMS with “level one” (.|\n)*level two"):
        phone.expect_sms("level one", timeout=0.05)


# --- Mail ----------------------------------------------------------------------------------------------


def test_a_mail_is_kept_with_its_text_and_links(carrier: FakeCarrier) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "mainstay@localhost", "Alice@Example.com", "[S1] 支付 down"
    mail.set_content("Acknowledge: http://127.0.0.1:8000/a/1?k=2.")
    mail.add_alternative('<p>Hello</p><a href="http://127.0.0.1:8000/b">b</a><a href="javascript:x">c</a>', "html")
    with smtplib.SMTP("127.0.0.1", carrier.smtp_port) as smtp:
        smtp.send_message(mail)
    received = carrier.inbox("alice@example.com").expect_email("支付", "acknowledge")
    assert received.links == ("http://127.0.0.1:8000/a/1?k=2", "http://127.0.0.1:8000/b")
    carrier.assert_nothing_unexpected()


def test_mail_can_be_refused_for_now(carrier: FakeCarrier) -> None:
    carrier.change_modes(Modes(refuse_mail=True))
    with smtplib.SMTP("127.0.0.1", carrier.smtp_port) as smtp, pytest.raises(smtplib.SMTPDataError, match="451"):
        smtp.sendmail("a@localhost", ["b@localhost"], "Subject: x\n\nx")


# --- The page and the control API ------------------------------------------------------------------------


class Visitor:
    """Keeps cookies and follows nothing: enough to use the page as a browser without JavaScript does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}

    def open(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(self.url + path, data=data, headers=headers)  # noqa: S310
        request.add_header("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
                for line in response.headers.get_all("Set-Cookie", []):
                    self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
                self.headers = response.headers
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def submit(self, path: str, **form: str) -> tuple[int, str]:
        page = self.open("/")[1]
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        return self.open(path, form | {"csrfmiddlewaretoken": token}, Origin=self.url)


@pytest.fixture
def visitor(carrier: FakeCarrier) -> Visitor:
    return Visitor(carrier.url)


def test_the_page_answers_a_call_and_presses_a_key_without_javascript(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any], visitor: Visitor
) -> None:
    carrier.phone(ALICE, name="Alice")
    made = ring()
    assert carrier.exchange.wait_for(lambda: carrier.exchange.calls[made.sid].is_live, timeout=2)
    assert "The phone of Alice is ringing" in visitor.open("/")[1]
    visitor.submit(f"/calls/{made.sid}", do="answer")
    assert carrier.exchange.wait_for(lambda: carrier.exchange.calls[made.sid].is_listening, timeout=2)
    status, page = visitor.submit(f"/calls/{made.sid}", do="4")
    assert status == 200
    assert "Press 4." in page
    assert product.wait_for("/keys/")[0]["Digits"] == "4"


def test_the_page_sends_replies_and_escapes_what_it_shows(
    carrier: FakeCarrier, twilio: Client, product: Product, visitor: Visitor
) -> None:
    twilio.messages.create(to=ALICE, from_=OURS, body="<img src=x onerror=alert(1)>")
    carrier.phone(ALICE).expect_sms("onerror")
    _status, page = visitor.submit(f"/phones/{ALICE}/reply", body="4")
    assert product.wait_for("/sms/")[0]["Body"] == "4"
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_the_page_is_strict_about_scripts_strangers_and_forged_forms(
    carrier: FakeCarrier, product: Product, visitor: Visitor
) -> None:
    carrier.phone(ALICE)
    page = visitor.open("/")[1]
    assert visitor.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    for inline in (" style=", "<script>", "onclick"):
        assert inline not in page
    assert visitor.open(f"/phones/{ALICE}/reply", {"body": "4"})[0] == 403
    assert visitor.open("/", Host="evil.example")[0] == 400
    assert visitor.open("/static/../manage.py")[0] == 400
    assert visitor.open("/static/fake_carrier.js")[0] == 200
    assert carrier.exchange.messages == {}


def test_the_open_page_rings_by_itself_and_keeps_a_half_typed_reply(
    carrier: FakeCarrier, product: Product, ring: Callable[..., Any], page: "Page"
) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    carrier.phone(ALICE, name="Alice")
    page.goto(carrier.url)
    reply = page.get_by_label("Reply")
    reply.type("half a rep")
    ring()
    page.get_by_text("The phone of Alice is ringing").wait_for()
    assert reply.input_value() == "half a rep"
    assert reply.evaluate("element => element === document.activeElement")
    page.get_by_role("button", name="Answer").click()
    page.get_by_role("button", name="4", exact=True).click()
    assert product.wait_for("/keys/")[0]["Digits"] == "4"
    reply.press("Enter")
    assert product.wait_for("/sms/")[0]["Body"] == "half a rep"
    page.get_by_text("Sent by you").wait_for()
    assert reply.input_value() == ""
    assert problems == []


def test_the_control_api_does_what_the_buttons_do_and_wants_the_token(carrier: FakeCarrier) -> None:
    def control(path: str, body: Any = None, token: str = AUTH_TOKEN) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{carrier.url}/control/{path}", data, {"X-Control-Token": token})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    assert control("state", token="wrong")[0] == 403
    assert control("phones", {"number": ALICE, "name": "Alice", "behaviour": {"kind": "busy"}})[0] == 201
    assert control("phones", {"number": "12"})[0] == 400
    assert control("modes", {"refusal": "429"})[1]["refusal"] == "429"
    assert control("modes", {"nonsense": True})[0] == 400
    state = control("state")[1]
    assert (state["phones"][0]["name"], state["phones"][0]["behaviour"]["kind"]) == ("Alice", "busy")
    assert control("reset", {})[0] == 200
    assert control("state")[1]["phones"] == []


def test_it_refuses_to_listen_beyond_the_loopback() -> None:
    with pytest.raises(NotLoopbackError):
        FakeCarrier(host="192.0.2.1")


# --- The process ---------------------------------------------------------------------------------------------


def start_process(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "fake_carrier", "--settings", "config.settings.fake_carrier", *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_command_serves_without_a_database_and_stops_when_told() -> None:
    with start_process(
        "--port", "0", "--smtp-port", "0", TWILIO_ACCOUNT_SID=ACCOUNT_SID, TWILIO_AUTH_TOKEN=AUTH_TOKEN
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        url = line.partition("phones at ")[2].partition(",")[0]
        sent = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=Rewriting(url)).messages.create(
            to=ALICE, from_=OURS, body="from another process"
        )
        assert sent.status == "queued"
        process.terminate()
        assert process.wait(10) == 0


def test_the_command_refuses_to_run_without_a_token() -> None:
    with start_process("--port", "0", "--smtp-port", "0", TWILIO_ACCOUNT_SID="", TWILIO_AUTH_TOKEN="") as process:
        output, _none = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "Set TWILIO_ACCOUNT_SID" in output
