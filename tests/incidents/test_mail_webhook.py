"""Mail that a provider posts: only with the secret, within limits, and then as any other mail."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from incidents.intake.multipart import read_form
from incidents.models import InboundEmail, Incident, MailStatus
from tests.factories import make_service
from tests.incidents.mails import INBOX, SETTINGS, make_mail

SECRET = "provider:a-long-secret"
KEY = "a-signing-key"
JSON = "application/json"
AUTHSERV = "mx.provider.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings: Any) -> None:
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    settings.MAIL_AUTHSERV_IDS = {"imap": [], "webhook": [AUTHSERV]}
    settings.MAIL_SERVICE = make_service(slug="shop").slug
    settings.MAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET], "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


def post(client: Client, name: str, body: Any, kind: str = JSON, secret: str | None = SECRET) -> Any:
    headers = {} if secret is None else {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.generic("POST", f"/hooks/mail/{name}/", data, content_type=kind, headers=headers)


def stamped(text: str = "Nobody can pay.\n", **fields: Any) -> bytes:
    head = f"Authentication-Results: {AUTHSERV}; dmarc=pass header.from=shop.example\n"
    return make_mail(text, head=head, **fields)


def postmark(raw: bytes, **fields: Any) -> dict[str, Any]:
    return {"RawEmail": raw.decode("utf-8"), "OriginalRecipient": INBOX, "MessageID": "x", "Headers": [], **fields}


def mailgun(raw: bytes, **fields: Any) -> bytes:
    moment = str(int(time.time()))
    signature = hmac.new(KEY.encode(), f"{moment}token".encode(), hashlib.sha256).hexdigest()
    values = {"timestamp": moment, "token": "token", "signature": signature, "recipient": INBOX, **fields}
    body = encode_multipart(BOUNDARY, {name: value for name, value in values.items() if value is not None})
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="body-mime"\r\n\r\n'.encode() + raw + b"\r\n"
    return field + body


def test_a_posted_mail_opens_an_incident(client: Client) -> None:
    answer = post(client, "postmark", postmark(stamped()))
    assert (answer.status_code, answer.content) == (200, b"taken in\n")
    row = InboundEmail.objects.get()
    assert (row.status, row.via, row.recipient) == (MailStatus.ACCEPTED, "webhook", INBOX)
    assert Incident.objects.get().title == "Payments fail"


def test_the_same_post_twice_is_handled_once(client: Client) -> None:
    assert [post(client, "postmark", postmark(stamped())).status_code for _ in range(3)] == [200] * 3
    assert Incident.objects.count() == InboundEmail.objects.count() == 1


def test_a_provider_that_vouches_for_nothing_fills_the_quarantine(client: Client) -> None:
    post(client, "postmark", postmark(make_mail(head="")))
    assert InboundEmail.objects.get().status == MailStatus.QUARANTINED


@pytest.mark.parametrize("secret", [None, "", ":", "provider:wrong", "provider", "a:b:c", "provider:a-long-secret2"])
def test_without_the_secret_nothing_is_read(client: Client, secret: str | None) -> None:
    assert post(client, "postmark", postmark(stamped()), secret=secret).status_code == 403
    assert not InboundEmail.objects.exists()


@pytest.mark.parametrize("configured", ["", "no-colon"])
@pytest.mark.parametrize("secret", [None, "", ":", "no-colon", SECRET])
def test_without_a_configured_secret_everything_is_refused(
    client: Client, settings: Any, configured: str, secret: str | None
) -> None:
    settings.MAIL_WEBHOOK_SECRET = configured
    settings.ANYMAIL = {"WEBHOOK_SECRET": []}
    assert post(client, "postmark", postmark(stamped()), secret=secret).status_code == 403


def test_an_unknown_provider_and_a_get_are_refused(client: Client) -> None:
    assert post(client, "no-such", {}).status_code == 404
    assert client.get("/hooks/mail/postmark/").status_code == 405


@pytest.mark.parametrize("name", ["mailgun", "mailjet", "postmark", "sparkpost"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'"x"', b"\xff", b'{"RawEmail": 1}', b'[{"msys": 1}]'])
def test_what_the_provider_would_not_send_is_refused_without_a_fault(client: Client, name: str, body: bytes) -> None:
    assert post(client, name, body).status_code in (200, 400)


def test_a_body_that_is_too_large_is_refused(client: Client, settings: Any) -> None:
    settings.MAIL_LARGEST = 1000
    assert post(client, "postmark", postmark(stamped("x" * 3000))).status_code == 413
    assert not InboundEmail.objects.exists()


def test_a_mail_of_several_megabytes_is_taken_in(client: Client) -> None:
    text = "All work and no play.\n" * 150_000
    assert post(client, "mailgun", mailgun(stamped(text)), MULTIPART_CONTENT).status_code == 200
    assert post(client, "postmark", postmark(stamped(text, identity="<2@x>"))).status_code == 200
    assert Incident.objects.count() == 2


def test_mailguns_raw_bytes_keep_their_charset(client: Client) -> None:
    raw = stamped("PLACE\n", extra="Content-Type: text/plain; charset=shift_jis\nContent-Transfer-Encoding: 8bit\n")
    body = mailgun(raw.replace(b"PLACE", "支払い①".encode("cp932")))
    assert post(client, "mailgun", body, MULTIPART_CONTENT).status_code == 200
    assert Incident.objects.get().description == "支払い①"


def test_mailguns_signature_is_wanted_too(client: Client, settings: Any) -> None:
    assert post(client, "mailgun", mailgun(stamped(), signature="0" * 64), MULTIPART_CONTENT).status_code == 400
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}
    assert post(client, "mailgun", mailgun(stamped()), MULTIPART_CONTENT).status_code == 400
    assert not InboundEmail.objects.exists()


def test_a_bounce_is_known_by_the_envelope(client: Client) -> None:
    post(client, "mailgun", mailgun(stamped(), sender=""), MULTIPART_CONTENT)
    row = InboundEmail.objects.get()
    assert (row.status, row.reason) == (MailStatus.IGNORED, "bounce")


def test_eight_bit_text_in_json_is_taken_in(client: Client) -> None:
    assert post(client, "postmark", postmark(stamped("Zahlung fällt aus 🔥\n"))).status_code == 200
    assert Incident.objects.get().description == "Zahlung fällt aus 🔥"


def test_a_form_is_taken_apart_by_bytes() -> None:
    files = {"a": "é", "file": SimpleUploadedFile("x.bin", b"\r\n--\x00\xff\r\n", "application/x")}
    fields, found, raw = read_form(encode_multipart(BOUNDARY, files), MULTIPART_CONTENT)
    assert (fields["a"], raw["a"]) == ("é", "é".encode())
    file: Any = found["file"]
    assert file.read() == b"\r\n--\x00\xff\r\n"
    for body, kind in ((b"", MULTIPART_CONTENT), (b"--x", "multipart/form-data; boundary=x"), (b"", "text/plain")):
        with pytest.raises(ValueError, match="multipart"):
            read_form(body, kind)
