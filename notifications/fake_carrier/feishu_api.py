"""Feishu's open API, the part that makes a group for an incident."""

import hashlib
import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.chat_webhooks import misbehave, read_post
from notifications.fake_carrier.groups import ChatGroup
from notifications.fake_carrier.handler import CarrierRequest

Given = dict[str, Any]


class FeishuError(Exception):
    """``{"code": ...}``"""


@csrf_exempt
def call(request: CarrierRequest, path: str) -> HttpResponse:
    if (trouble := misbehave(request)) is not None:
        return trouble
    try:
        given = json.loads(request.body) if request.body else {}
        if path == "auth/v3/tenant_access_token/internal":
            return _token(request, given)
        if not constant_time_compare(
            request.headers.get("Authorization", ""), f"Bearer t-{request.carrier.auth_token}"
        ):
            raise FeishuError(99991663)
        with request.carrier.exchange.changing():
            return JsonResponse({"code": 0, "msg": "success", "data": _answer(request, path, given)})
    except FeishuError as error:
        return JsonResponse({"code": error.args[0], "msg": "refused"}, status=400)


def _token(request: CarrierRequest, given: Given) -> HttpResponse:
    if not constant_time_compare(str(given.get("app_secret", "")), request.carrier.auth_token):
        raise FeishuError(10014)
    return JsonResponse({"code": 0, "tenant_access_token": f"t-{request.carrier.auth_token}", "expire": 7200})


def _answer(request: CarrierRequest, path: str, given: Given) -> Given:
    exchange = request.carrier.exchange
    groups = [group for group in exchange.groups.values() if group.kind == "feishu"]
    if path == "im/v1/chats/search":
        return {"items": [{"chat_id": group.key, "name": group.name} for group in groups if group.is_made_by_us]}
    if path == "im/v1/chats":
        return {"chat_id": _create(request, given).key}
    if path == "contact/v3/users/batch_get_id":
        known = [
            {"email": email, "user_id": f"ou-{email}"} for email in given["emails"] if email not in exchange.strangers
        ]
        return {"user_list": known + [{"email": email} for email in given["emails"] if email in exchange.strangers]}
    if path == "im/v1/messages":
        return _write(request, given)
    key = path.removeprefix("im/v1/chats/").removesuffix("/members")
    if path.endswith("/members"):
        fresh = [each.removeprefix("ou-") for each in given["id_list"]]
        group = _group(request, key)
        group.members += [email for email in fresh if email not in group.members]
        return {"invalid_id_list": []}
    raise FeishuError(99991672)


def _create(request: CarrierRequest, given: Given) -> ChatGroup:
    """A repeat under the same ``uuid`` is the same group."""
    key = "oc_" + hashlib.sha256(request.GET["uuid"].encode()).hexdigest()[:16]
    group = ChatGroup("feishu", key, given["name"], topic=given["description"], is_made_by_us=True)
    return request.carrier.exchange.groups.setdefault(("feishu", key), group)


def _write(request: CarrierRequest, given: Given) -> Given:
    group = _group(request, str(given["receive_id"]))
    line = read_post(json.loads(given["content"]))
    line.key = str(given.get("uuid", ""))
    if not (line.key and line.key in [each.key for each in group.lines]):
        group.lines.append(line)
    return {"message_id": "om_1"}


def _group(request: CarrierRequest, key: str) -> ChatGroup:
    found = request.carrier.exchange.groups.get(("feishu", key))
    if found is None:
        raise FeishuError(230002)
    return found
