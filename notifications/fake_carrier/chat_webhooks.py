"""The incoming webhooks of six chat programs: what they check, what they answer, and what their members then see."""

import base64
import hashlib
import hmac
import html
import json
import re
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from notifications.fake_carrier.groups import ChatGroup, ChatLine
from notifications.fake_carrier.handler import CarrierRequest
from notifications.fake_carrier.records import now
from notifications.fake_carrier.rest import hang

LINK = re.compile(r"https?://[^\s<>\"')\]|]+")
HOUR = 3600


class WrongError(Exception):
    """The webhook refuses: the answer says so in the program's own way."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


@csrf_exempt
def receive(request: CarrierRequest, kind: str, key: str) -> HttpResponse:
    exchange = request.carrier.exchange
    if (trouble := misbehave(request)) is not None:
        return trouble
    group = exchange.groups.get((kind, key))
    try:
        payload = json.loads(request.body)
    except ValueError:
        payload = None
    program = PROGRAMS[kind]
    try:
        if group is None or not isinstance(payload, dict) or request.method != "POST":
            raise WrongError(program.refusal("unknown"))
        line = program.read(request, group, payload)
    except (WrongError, KeyError, TypeError, IndexError) as error:
        return error.response if isinstance(error, WrongError) else program.refusal("malformed")
    with exchange.changing():
        group.lines.append(line)
    return program.welcome()


def misbehave(request: CarrierRequest) -> HttpResponse | None:
    """What was switched on at the page or by a test, for chats and the text gateway."""
    refusal = request.carrier.exchange.modes.chat_refusal
    if refusal == "429":
        return HttpResponse("rate limited", status=429, headers={"Retry-After": "7"})
    if refusal == "500":
        return HttpResponse("oops", status=500)
    if refusal == "garbled":
        return HttpResponse("<html>a proxy's page</html>")
    if refusal == "hang":
        hang(request)
        return HttpResponse(status=503)
    return None


class Program:
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        raise NotImplementedError

    def refusal(self, why: str) -> HttpResponse:
        raise NotImplementedError

    def welcome(self) -> HttpResponse:
        raise NotImplementedError


class Slack(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        return read_blocks(payload)

    def refusal(self, why: str) -> HttpResponse:
        return HttpResponse(
            "no_service" if why == "unknown" else "invalid_payload", status=404 if why == "unknown" else 400
        )

    def welcome(self) -> HttpResponse:
        return HttpResponse("ok")


def read_blocks(payload: dict[str, Any]) -> ChatLine:
    """Slack's blocks, or its text where there are none. ``mrkdwn`` and the text know mentions, plain_text does not."""
    shown: list[str] = []
    links: list[str] = []
    marked = [str(payload.get("text", ""))]
    for block in payload.get("blocks", []):
        if "text" in block:
            (shown if block["text"]["type"] == "plain_text" else marked).append(block["text"]["text"])
        links += [element["url"] for element in block.get("elements", [])]
    text = "\n".join(shown) or html.unescape(marked[0])
    mentions = re.findall(r"<[!@][^>]+>", "\n".join(marked))
    return ChatLine(text, tuple(links + LINK.findall(text)), tuple(mentions))


class Teams(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        content = payload["attachments"][0]["content"]
        if payload["type"] != "message" or content["type"] != "AdaptiveCard":
            raise WrongError(self.refusal("malformed"))
        rows = ["".join(run["text"] for run in block["inlines"]) for block in content["body"]]
        links = [action["url"] for action in content.get("actions", [])]
        mentions = [str(entity) for entity in content.get("msteams", {}).get("entities", [])]
        return ChatLine("\n".join(rows), tuple(links), tuple(mentions))

    def refusal(self, why: str) -> HttpResponse:
        return JsonResponse({"error": {"code": "WorkflowTriggerNotFound"}}, status=404 if why == "unknown" else 400)

    def welcome(self) -> HttpResponse:
        return HttpResponse(status=202)


class Mattermost(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        marked = str(payload["text"])
        links = re.findall(r"(?<!\\)\]\(<?([^)>]+)>?\)", marked)
        mentions = re.findall(r"@(?:all|channel|here)\b", marked)
        text = re.sub(r"(?<!\\)\]\(<[^>]+>\)", "", marked.replace("**", ""))
        shown = re.sub(r"\\(.)", r"\1", text).replace("\u200b", "").replace("\n[", "\n")
        return ChatLine(shown, tuple(links), tuple(mentions))

    def refusal(self, why: str) -> HttpResponse:
        return JsonResponse({"id": "web.incoming_webhook.invalid.app_error", "message": "Invalid webhook"}, status=400)

    def welcome(self) -> HttpResponse:
        return HttpResponse("ok")


class Feishu(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        if group.secret:
            stamp = str(payload.get("timestamp", ""))
            key = f"{stamp}\n{group.secret}".encode()
            wanted = base64.b64encode(hmac.new(key, digestmod=hashlib.sha256).digest()).decode()
            _check(self, stamp, 1, str(payload.get("sign", "")), wanted)
        return read_post(payload["content"]["post"] if payload["msg_type"] == "post" else payload["content"])

    def refusal(self, why: str) -> HttpResponse:
        code = {"unknown": 19001, "malformed": 9499, "signature": 19021}[why]
        return JsonResponse({"code": code, "msg": why, "data": {}})

    def welcome(self) -> HttpResponse:
        return JsonResponse({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})


def read_post(content: dict[str, Any]) -> ChatLine:
    """Feishu's rich post (by language), or its plain text."""
    if "text" in content:
        text = str(content["text"])
        return ChatLine(text, tuple(LINK.findall(text)), tuple(re.findall(r"<at [^>]*>", text)))
    post = next(iter(content.values()))
    runs = [run for row in post["content"] for run in row]
    words = "\n".join("".join(run.get("text", "") for run in row) for row in post["content"])
    mentions = [str(run) for run in runs if run["tag"] == "at"] + re.findall(r"<at [^>]*>", words)
    links = [run["href"] for run in runs if run["tag"] == "a"]
    return ChatLine(f"{post['title']}\n{words}".replace("\u200b", ""), tuple(links), tuple(mentions))


class DingTalk(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        if group.secret:
            stamp = request.GET.get("timestamp", "")
            digest = hmac.new(group.secret.encode(), f"{stamp}\n{group.secret}".encode(), hashlib.sha256).digest()
            _check(self, stamp, 1000, request.GET.get("sign", ""), base64.b64encode(digest).decode())
        text = str(payload["text"]["content"]) if payload["msgtype"] == "text" else str(payload["markdown"]["text"])
        at = payload.get("at", {})
        everybody = ["@all"] if at.get("isAtAll") else []
        mentions = everybody + at.get("atMobiles", []) + at.get("atUserIds", [])
        return ChatLine(text, tuple(LINK.findall(text)), tuple(mentions))

    def refusal(self, why: str) -> HttpResponse:
        code = {"unknown": 300005, "malformed": 40035, "signature": 310000}[why]
        return JsonResponse({"errcode": code, "errmsg": why})

    def welcome(self) -> HttpResponse:
        return JsonResponse({"errcode": 0, "errmsg": "ok"})


class WeCom(Program):
    def read(self, request: CarrierRequest, group: ChatGroup, payload: dict[str, Any]) -> ChatLine:
        text = str(payload["text"]["content"])
        if len(text.encode()) > 2048:
            raise WrongError(JsonResponse({"errcode": 40058, "errmsg": "content too long"}))
        mentions = payload["text"].get("mentioned_list", []) + re.findall(r"<@[^>]*>", text)
        return ChatLine(text.replace("\u200b", ""), tuple(LINK.findall(text)), tuple(mentions))

    def refusal(self, why: str) -> HttpResponse:
        return JsonResponse({"errcode": 93000 if why == "unknown" else 40008, "errmsg": why})

    def welcome(self) -> HttpResponse:
        return JsonResponse({"errcode": 0, "errmsg": "ok"})


def _check(program: Program, stamp: str, scale: int, given: str, wanted: str) -> None:
    """The signature, and that it is not older than an hour."""
    is_fresh = stamp.isdigit() and abs(int(stamp) / scale - now().timestamp()) < HOUR
    if not (is_fresh and constant_time_compare(given, wanted)):
        raise WrongError(program.refusal("signature"))


PROGRAMS: dict[str, Program] = {
    "slack": Slack(),
    "teams": Teams(),
    "mattermost": Mattermost(),
    "feishu": Feishu(),
    "dingtalk": DingTalk(),
    "wecom": WeCom(),
}
