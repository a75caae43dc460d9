"""Delivery reports of an SMS gateway. Only what is signed with the shared secret is believed; without one, nothing."""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lifecycle import clock
from lifecycle.text import sanitise_all
from notifications.models import Channel, Delivery
from notifications.services.callbacks import record_callback

MOST = 200
FRESH_SECONDS = 300
LARGEST = 64 * 1024
MEANING = {
    "DELIVRD": "delivered",
    "ACCEPTD": "sent",
    "ENROUTE": "sent",
    "UNDELIV": "undelivered",
    "REJECTD": "undelivered",
    "EXPIRED": "undelivered",
    "DELETED": "undelivered",
    "UNKNOWN": "sent",
}
"""SMPP's words, which most gateways pass on."""


def sign(secret: str, stamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """One report ``{"id", "status", "error"}`` or a list of them; ``id`` is ours or the gateway's."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST or not _is_signed(request):
        return HttpResponseForbidden("signature\n", content_type="text/plain")
    try:
        told = sanitise_all(json.loads(request.body))
    except (ValueError, RecursionError):
        return HttpResponse("no JSON\n", status=400, content_type="text/plain")
    reports = told if isinstance(told, list) else [told]
    if len(reports) > MOST or not all(isinstance(each, dict) for each in reports):
        return HttpResponse("no reports\n", status=400, content_type="text/plain")
    return JsonResponse({"taken": sum(_record(each) for each in reports)})


def _is_signed(request: HttpRequest) -> bool:
    secret, stamp = settings.SMS_GATEWAY_SECRET, request.headers.get("X-Timestamp", "")
    if not (secret and stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return False
    if abs(int(stamp) - clock.now().timestamp()) > FRESH_SECONDS:
        return False
    return constant_time_compare(request.headers.get("X-Signature", ""), sign(secret, stamp, request.body))


def _record(told: dict[str, Any]) -> bool:
    """A report about a message that is not the gateway's, or not known, is left aside: asking again brings no other.

    Of a message that another carrier has taken over since, only the good news counts: its failure is not that one's.
    """
    known, told_status = str(told.get("id", ""))[:64], str(told.get("status", ""))[:30]
    status = MEANING.get(told_status.upper(), told_status.lower())
    texts = Delivery.objects.filter(channel=Channel.SMS)
    delivery = texts.filter(provider="gateway").filter(Q(token=known) | Q(provider_id=known)).first() if known else None
    if delivery is None and known and status == "delivered":
        delivery = texts.filter(token=known, attempts__provider="gateway").first()
    if delivery is None:
        return False
    record_callback(
        delivery,
        provider_id=delivery.provider_id or (known if delivery.provider == "gateway" else ""),
        status=status,
        error_code=str(told.get("error", ""))[:20],
    )
    return True
