"""Slack's Web API, the part that makes a channel for an incident."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.chat_webhooks import misbehave, read_blocks
from notifications.fake_carrier.groups import ChatGroup
from notifications.fake_carrier.handler import CarrierRequest

Given = dict[str, Any]


class SlackError(Exception):
    """``{"ok": false, "error": ...}``"""


@csrf_exempt
def call(request: CarrierRequest, method: str) -> HttpResponse:
    if (trouble := misbehave(request)) is not None:
        return trouble
    try:
        token = request.headers.get("Authorization", "")
        if not constant_time_compare(token, f"Bearer {request.carrier.auth_token}"):
            raise SlackError("invalid_auth")
        if method not in METHODS:
            raise SlackError("unknown_method")
        given = json.loads(request.body) if request.body else request.GET.dict()
        with request.carrier.exchange.changing():
            return JsonResponse({"ok": True, **METHODS[method](request, given)})
    except SlackError as error:
        return JsonResponse({"ok": False, "error": str(error)})


def _greet(request: CarrierRequest, _given: Given) -> Given:
    return {"url": f"{request.carrier.page_url}/", "team": "Fake"}


def _create(request: CarrierRequest, given: Given) -> Given:
    groups = request.carrier.exchange.groups
    if any(group.kind == "slack" and group.name == given["name"] for group in groups.values()):
        raise SlackError("name_taken")
    key = "C" + hashlib.sha256(given["name"].encode()).hexdigest()[:10].upper()
    groups["slack", key] = ChatGroup(
        "slack", key, given["name"], is_made_by_us=True, is_private=bool(given.get("is_private"))
    )
    return {"channel": {"id": key, "name": given["name"]}}


def _list(request: CarrierRequest, _given: Given) -> Given:
    groups = request.carrier.exchange.groups.values()
    rows = [
        {"id": group.key, "name": group.name, "is_member": True, "is_private": group.is_private}
        for group in groups
        if group.kind == "slack"
    ]
    return {"channels": rows, "response_metadata": {"next_cursor": ""}}


def _look_up(request: CarrierRequest, given: Given) -> Given:
    if given["email"] in request.carrier.exchange.strangers:
        raise SlackError("users_not_found")
    return {"user": {"id": f"U-{given['email']}"}}


def _invite(request: CarrierRequest, given: Given) -> Given:
    group = _group(request, given)
    fresh = [user.removeprefix("U-") for user in str(given["users"]).split(",")]
    if set(fresh) <= set(group.members):
        raise SlackError("already_in_channel")
    group.members += [email for email in fresh if email not in group.members]
    return {}


def _set_topic(request: CarrierRequest, given: Given) -> Given:
    _group(request, given).topic = given["topic"]
    return {}


def _post(request: CarrierRequest, given: Given) -> Given:
    line = read_blocks(given)
    line.key = str(given.get("metadata", {}).get("event_payload", {}).get("key", ""))
    _group(request, given).lines.append(line)
    return {"ts": str(line.at.timestamp())}


def _history(request: CarrierRequest, given: Given) -> Given:
    lines = _group(request, given).lines
    return {"messages": [{"metadata": {"event_payload": {"key": line.key}}} for line in reversed(lines)]}


def _join(request: CarrierRequest, given: Given) -> Given:
    _group(request, given)
    return {}


def _group(request: CarrierRequest, given: Given) -> ChatGroup:
    found = request.carrier.exchange.groups.get(("slack", str(given["channel"])))
    if found is None:
        raise SlackError("channel_not_found")
    return found


METHODS: dict[str, Callable[[CarrierRequest, Given], Given]] = {
    "auth.test": _greet,
    "conversations.create": _create,
    "conversations.list": _list,
    "conversations.join": _join,
    "conversations.invite": _invite,
    "conversations.setTopic": _set_topic,
    "conversations.history": _history,
    "users.lookupByEmail": _look_up,
    "chat.postMessage": _post,
}
