"""The control API (JSON under /control/): what the page's buttons do, for scripts. Needs X-Control-Token."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.groups import PROGRAM_NAMES, ChatGroup
from notifications.fake_carrier.handler import CarrierRequest
from notifications.fake_carrier.records import (
    BEHAVIOURS,
    CHAT_REFUSALS,
    REFUSALS,
    Behaviour,
    Call,
    Email,
    Message,
    Modes,
    Signal,
)
from notifications.fake_carrier.resources import present_call, present_message
from notifications.fake_carrier.rest import NUMBER

View = Callable[..., HttpResponse]
SIGNALS = {"answer", "decline", "silence", "ring-out", "hang-up"}


class RefusedError(ValueError):
    """The body is not what the endpoint wants; the message says what is."""


def control_endpoint(view: View) -> View:
    @csrf_exempt
    @wraps(view)
    def guarded(request: CarrierRequest, **parts: str) -> HttpResponse:
        if not constant_time_compare(request.headers.get("X-Control-Token", ""), request.carrier.auth_token):
            return JsonResponse({"error": "X-Control-Token must be the auth token"}, status=403)
        try:
            return view(request, **parts)
        except RefusedError as error:
            return JsonResponse({"error": str(error)}, status=400)

    return guarded


def show_health(request: CarrierRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@control_endpoint
def show_state(request: CarrierRequest) -> HttpResponse:
    exchange = request.carrier.exchange
    with exchange.changed:
        return JsonResponse(
            {
                "modes": asdict(exchange.modes),
                "phones": [
                    {
                        "number": phone.number,
                        "name": phone.name,
                        "behaviour": asdict(phone.behaviour),
                        "opted_out_from": sorted(phone.opted_out_from),
                    }
                    for phone in exchange.phones.values()
                ],
                "messages": [
                    present_message(message) | {"is_delivered": message.is_delivered} | _private_facts(message)
                    for message in exchange.messages.values()
                ],
                "calls": [_present_call(call) for call in exchange.calls.values()],
                "emails": [_present_email(email) for email in exchange.emails.values()],
                "groups": [_present_group(group) for group in exchange.groups.values()],
            }
        )


@control_endpoint
def learn_phone(request: CarrierRequest) -> HttpResponse:
    """`{"number", "name"?, "behaviour"?: {"kind", "after_seconds"?, "digits"?, "error_code"?}}`"""
    body = _body(request)
    number = str(body.get("number", ""))
    if not NUMBER.fullmatch(number):
        raise RefusedError("number must be in the form +15551230001")
    behaviour = read_behaviour(body["behaviour"]) if "behaviour" in body else None
    request.carrier.learn_phone(number, name=str(body.get("name", "")), behaviour=behaviour)
    return JsonResponse({"number": number}, status=201)


@control_endpoint
def send_reply(request: CarrierRequest, number: str) -> HttpResponse:
    text = str(_body(request).get("body", ""))
    if not text:
        raise RefusedError("body must be a text")
    return JsonResponse({"sid": request.carrier.send_reply(from_number=number, body=text).sid}, status=201)


@control_endpoint
def learn_group(request: CarrierRequest) -> HttpResponse:
    """`{"kind", "key", "name"?, "secret"?}`: a group with an incoming webhook."""
    body = _body(request)
    kind, key = str(body.get("kind", "")), str(body.get("key", ""))
    if kind not in PROGRAM_NAMES or not key.isidentifier():
        raise RefusedError(f"kind must be one of {', '.join(PROGRAM_NAMES)}, key letters, digits and _")
    request.carrier.learn_group(kind, key, name=str(body.get("name", "")), secret=str(body.get("secret", "")))
    return JsonResponse({"path": f"/chats/{kind}/{key}"}, status=201)


@control_endpoint
def signal_call(request: CarrierRequest, sid: str, verb: str) -> HttpResponse:
    """`answer`, `decline`, `press` with `{"digits"}`, `silence`, `ring-out`, `hang-up`."""
    call = request.carrier.exchange.calls.get(sid)
    if call is None:
        return JsonResponse({"error": "no such call"}, status=404)
    if verb == "press":
        request.carrier.press(call, str(_body(request).get("digits", "")))
    elif verb in SIGNALS:
        request.carrier.signal(call, Signal(verb))  # type: ignore[arg-type]
    else:
        raise RefusedError(f"{verb} is not one of press, {', '.join(sorted(SIGNALS))}")
    return JsonResponse({"status": call.status})


@control_endpoint
def change_modes(request: CarrierRequest) -> HttpResponse:
    """Only the modes named change."""
    body = asdict(request.carrier.exchange.modes) | _body(request)
    request.carrier.change_modes(read_modes(body))
    return JsonResponse(asdict(request.carrier.exchange.modes))


@control_endpoint
def reset(request: CarrierRequest) -> HttpResponse:
    request.carrier.reset()
    return JsonResponse({})


def read_behaviour(given: dict[str, Any]) -> Behaviour:
    """Raises RefusedError for words and figures that are none."""
    if given.get("kind") not in BEHAVIOURS:
        raise RefusedError(f"kind must be one of {', '.join(BEHAVIOURS)}")
    digits = str(given.get("digits", ""))
    if not set(digits) <= set("0123456789*#"):
        raise RefusedError("digits must be keys of a phone")
    try:
        after_seconds, error_code = float(given.get("after_seconds") or 0), int(given.get("error_code") or 30003)
    except (TypeError, ValueError) as error:
        raise RefusedError("after_seconds and error_code must be numbers") from error
    return Behaviour(given["kind"], max(0, min(after_seconds, 120)), digits, error_code)


def read_modes(given: dict[str, Any]) -> Modes:
    """Raises RefusedError for unknown names and values."""
    names = {field.name for field in fields(Modes)}
    if unknown := sorted(set(given) - names):
        raise RefusedError(f"unknown modes: {', '.join(unknown)}")
    if given.get("refusal", "") not in REFUSALS:
        raise RefusedError(f"refusal must be one of {', '.join(REFUSALS)}")
    if given.get("chat_refusal", "") not in CHAT_REFUSALS:
        raise RefusedError(f"chat_refusal must be one of {', '.join(CHAT_REFUSALS)}")
    try:
        delay = max(0.0, min(float(given.get("delay_seconds") or 0), 120.0))
    except (TypeError, ValueError) as error:
        raise RefusedError("delay_seconds must be a number") from error
    refusals = {name: given.get(name, "") for name in ("refusal", "chat_refusal")}
    flags: dict[str, Any] = {name: bool(given.get(name, False)) for name in names - {*refusals, "delay_seconds"}}
    return Modes(delay_seconds=delay, **refusals, **flags)


def _body(request: CarrierRequest) -> dict[str, Any]:
    if request.method != "POST":
        raise RefusedError("use POST")
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise RefusedError("the body must be JSON") from error
    if not isinstance(body, dict):
        raise RefusedError("the body must be an object")
    return body


def _present_call(call: Call) -> dict[str, Any]:
    transcript = [{"kind": line.kind, "text": str(line.text)} for line in call.transcript]
    return present_call(call) | {"is_listening": call.is_listening, "transcript": transcript} | _private_facts(call)


def _private_facts(record: Message | Call) -> dict[str, Any]:
    """What Twilio does not show: the exact moment (its own dates are whole seconds) and where callbacks go."""
    return {"created_at": record.created_at.timestamp(), "callback_url": record.callback_url}


def _present_email(email: Email) -> dict[str, Any]:
    return {
        "sid": email.sid,
        "from": email.sender,
        "to": email.recipient,
        "subject": email.subject,
        "text": email.text,
        "html": email.html,
        "links": list(email.links),
        "headers": email.headers,
        "created_at": email.received_at.timestamp(),
    }


def _present_group(group: ChatGroup) -> dict[str, Any]:
    lines = [{"text": line.text, "links": list(line.links), "mentions": list(line.mentions)} for line in group.lines]
    known = {"kind": group.kind, "key": group.key, "name": group.name, "topic": group.topic, "members": group.members}
    return known | {"lines": lines}
