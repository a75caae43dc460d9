"""Where a mail provider posts what it received: ``/hooks/mail/<provider>/``. django-anymail reads the formats.

Nothing is read before the caller has shown the secret; without a configured secret nobody can.
"""

import logging
from typing import Any

from anymail.utils import get_request_basic_auth
from anymail.webhooks.mailgun import MailgunInboundWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from incidents.intake.handling import handle_mail
from incidents.intake.multipart import read_form

logger = logging.getLogger(__name__)
PROVIDERS: dict[str, Any] = {
    "mailgun": MailgunInboundWebhookView,
    "mailjet": MailjetInboundWebhookView,
    "postmark": PostmarkInboundWebhookView,
    "sparkpost": SparkPostInboundWebhookView,
}


@csrf_exempt
@require_POST
def mail_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in the mails that are posted: 200 once they are stored. 403 without the secret, 413 where it is too much,
    400 where it is not what this provider sends."""
    if not _is_authorised(request):
        return _answer(403, "secret")
    if provider not in PROVIDERS:
        raise Http404
    most = 2 * settings.MAIL_LARGEST  # base64 within JSON makes a mail larger by a third
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        return _answer(413, "too large")
    body = request.read(most + 1)
    if len(body) > most:
        return _answer(413, "too large")
    try:
        raw_fields = _let_read(request, body)
        mails = _mails(PROVIDERS[provider], request, raw_fields)
    except Exception as error:  # whatever the library raises on a format that it does not expect
        logger.warning("A post of the mail provider %s was refused: %s", provider, type(error).__name__)
        return _answer(400, "not understood")
    for raw, recipient in mails:
        handle_mail(raw, via="webhook", recipient=recipient)
    return _answer(200, "taken in")


def _is_authorised(request: HttpRequest) -> bool:
    secret = settings.MAIL_WEBHOOK_SECRET
    try:
        shown = get_request_basic_auth(request) or ""
    except ValueError:
        return False
    return bool(secret) and ":" in secret and constant_time_compare(shown, secret)


def _let_read(request: Any, body: bytes) -> dict[str, bytes]:
    """Give Django's request what it would otherwise read itself, within its own much smaller limits."""
    request._body = body
    if request.content_type != "multipart/form-data":
        return {}
    request._post, request._files, raw_fields = read_form(body, request.headers.get("Content-Type", ""))
    return raw_fields


def _mails(view_class: Any, request: HttpRequest, raw_fields: dict[str, bytes]) -> list[tuple[bytes, str]]:
    """The raw mails with the address that each was accepted for."""
    view = view_class()
    view.run_validators(request)
    found = []
    for event in view.parse_events(request):
        if event.message is not None:
            raw = raw_fields.get("body-mime") or _bytes_of(event.message)
            path = event.message.envelope_sender
            head = b"" if path is None else b"Return-Path: <%s>\r\n" % _one_word(path)
            found.append((head + raw, str(event.message.envelope_recipient or "")))
    return found


def _bytes_of(message: Any) -> bytes:
    """The mail as bytes; where the library cannot write it, because it held 8-bit text, as UTF-8."""
    try:
        return bytes(message.as_bytes())
    except (UnicodeError, LookupError):
        return str(message.as_string()).encode("utf-8", "replace")


def _one_word(address: object) -> bytes:
    return "".join(str(address).strip("<>").split()).encode("ascii", "replace")


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", content_type="text/plain", status=status)
