"""An SMS gateway beside Twilio's API: what it takes appears on the same phones."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.chat_webhooks import misbehave
from notifications.fake_carrier.handler import CarrierRequest
from notifications.fake_carrier.records import Message
from notifications.fake_carrier.rest import NUMBER

SENDER = "10690000"


@csrf_exempt
def send(request: CarrierRequest) -> HttpResponse:
    """``{"to", "text", "id"}`` as JSON or as a form, with the auth token in ``X-Token``."""
    if (trouble := misbehave(request)) is not None:
        return trouble
    if not constant_time_compare(request.headers.get("X-Token", ""), request.carrier.auth_token):
        return JsonResponse({"code": 401}, status=401)
    given = _read(request)
    to, text = str(given.get("to", "")), str(given.get("text", ""))
    number = to if to.startswith("+") else f"+86{to}"
    if not NUMBER.fullmatch(number) or not text:
        return JsonResponse({"code": 102})
    # A gateway that knows the sender's id sends a repeat once.
    known = request.carrier.exchange.messages.get(f"GW{given.get('id', '')}")
    if known is None:
        known = Message(request.carrier.account_sid, SENDER, number, text, sid=f"GW{given.get('id', '')}")
        request.carrier.accept_message(known)
    return JsonResponse({"code": 0, "data": {"msgid": known.sid}})


def _read(request: CarrierRequest) -> dict[str, Any]:
    if "json" not in request.headers.get("Content-Type", ""):
        return request.POST.dict()
    try:
        found = json.loads(request.body)
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}
