"""Where other tools post alerts: 2xx once the body is kept. Nothing is read before the key is known.

A wrong key, a withdrawn one and one of a disabled integration get the same answer.
"""

import json
import logging
import uuid
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from detection.intake import NotUnderstood, pagerduty
from detection.intake.reading import DEEPEST, LARGEST, depth_of, read, text_of
from detection.models import Integration
from detection.services.heartbeats import beat
from detection.services.intake import TooMany, receive
from detection.services.integrations import find_integration

logger = logging.getLogger(__name__)


class Refused(Exception):  # noqa: N818
    """An answer other than 2xx."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@csrf_exempt
@require_POST
def take_alerts(request: HttpRequest, key: str = "") -> HttpResponse:
    """Take in what a tool posts; the key stands in the address or, better, in a header."""
    try:
        integration = _integration(key.strip("/") or _key_in_header(request))
        body = _body(request)
        _keep(integration, body)
    except Refused as refused:
        return _answer(refused.status, {"message": refused.words})
    return _answer(202, {"message": "taken in"})


@csrf_exempt
@require_POST
def take_event(request: HttpRequest) -> HttpResponse:
    """PagerDuty's ``/v2/enqueue``: the key stands in the body as ``routing_key``."""
    try:
        body = _event(_body(request))
        integration = _integration(body.pop("routing_key", ""))
        body["dedup_key"] = body.get("dedup_key") or uuid.uuid4().hex
        _keep(integration, json.dumps(body).encode())
    except Refused as refused:
        return _answer(refused.status, {"status": "invalid event", "message": refused.words, "errors": [refused.words]})
    return _answer(202, {"status": "success", "message": "Event processed", "dedup_key": body["dedup_key"]})


@csrf_exempt
def take_beat(request: HttpRequest, key: str) -> HttpResponse:
    """A heartbeat's sign of life, by GET, HEAD or POST: whatever a timer's last line can do."""
    try:
        heartbeat = beat(key.strip("/"))
    except DatabaseError as error:
        refused = _unavailable(error)
        return _answer(refused.status, {"message": refused.words})
    if heartbeat is None:
        return _answer(404, {"message": "There is no such key."})
    return _answer(200, {"message": "heard"})


def _event(raw: bytes) -> dict[str, Any]:
    try:
        body, _is_sanitised = read(raw)
    except NotUnderstood as error:
        raise Refused(400, str(error)) from error
    if faults := pagerduty.faults(body):
        raise Refused(400, "; ".join(faults))
    return dict(body)


def _integration(key: Any) -> Integration:
    try:
        integration = find_integration(key) if isinstance(key, str) else None
    except DatabaseError as error:
        raise _unavailable(error) from error
    if integration is None:
        raise Refused(404, "There is no such key.")
    return integration


def _key_in_header(request: HttpRequest) -> str:
    """``Authorization: Bearer KEY``, or ``X-Api-Key: KEY``."""
    kind, _space, key = request.headers.get("Authorization", "").partition(" ")
    is_key = kind.lower() in ("bearer", "token", "apikey")
    return key.strip() if is_key else request.headers.get("X-Api-Key", "")


def _body(request: HttpRequest) -> bytes:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "Send the body as it is, not compressed.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > LARGEST:
        raise Refused(413, f"A body is at most {LARGEST} bytes long.")
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Refused(413, f"A body is at most {LARGEST} bytes long.")
    if depth_of(text_of(body)[0]) > DEEPEST:
        raise Refused(400, f"A body is nested at most {DEEPEST} deep.")
    return body


def _keep(integration: Integration, body: bytes) -> None:
    try:
        receive(integration, body)
    except TooMany as error:
        raise Refused(429, "That is more than this key may send in a minute.") from error
    except DatabaseError as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Refused:
    logger.warning("An alert could not be kept: %s", type(error).__name__)
    return Refused(503, "It could not be kept. Send it again.")


def _answer(status: int, words: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(words, status=status)
    if status in (429, 503):
        answer["Retry-After"] = "60" if status == 429 else "10"
    return answer
