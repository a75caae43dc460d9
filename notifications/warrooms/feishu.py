"""Chat groups in Feishu, by an app of the company's own.

Permissions: im:chat, im:message:send_as_bot, contact:user.id:readonly.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from notifications.channels.base import ChannelError, Fault
from notifications.channels.chats.base import Note
from notifications.channels.chats.feishu import post_of
from notifications.warrooms.base import Guest, Plan, Room, Talk, busy, told
from outbound import Answer

TOO_OFTEN = {99991400, 230020, 232020}
FOR_GOOD = {10003, 10014, 99991661, 99991663, 99991672, 232033, 230002, 230006}
"""Wrong app or secret, no such permission, the bot is not in the group or not switched on."""
AT_ONCE = 50
OPEN = "https://applink.feishu.cn/client/chat/open?openChatId="


class FeishuRooms:
    def is_configured(self) -> bool:
        return bool(settings.FEISHU_APP_ID and settings.FEISHU_APP_SECRET)

    def open(self, talk: Talk, plan: Plan) -> Room:
        """Feishu knows a repeat by ``uuid`` for ten hours; later the group is looked for by its name."""
        chat = self._search(talk, plan.name)
        if not chat:
            query = {"user_id_type": "open_id", "set_bot_manager": "true", "uuid": plan.name}
            body = {"name": plan.name, "description": plan.topic[:100], "chat_mode": "group", "chat_type": "private"}
            chat = str(self._ask(talk, "POST", "im/v1/chats", query=query, body=body)["chat_id"])
        return Room(chat, f"{OPEN}{quote(chat, safe='')}")

    def invite(self, talk: Talk, room: Room, plan: Plan) -> list[Guest]:
        emails = [guest.email for guest in plan.guests if guest.email][:AT_ONCE]
        known: dict[str, str] = {}
        if emails:
            query = {"user_id_type": "open_id"}
            found = self._ask(talk, "POST", "contact/v3/users/batch_get_id", query=query, body={"emails": emails})
            rows = found.get("user_list", [])
            known = {str(row.get("email", "")).lower(): str(row["user_id"]) for row in rows if row.get("user_id")}
        refused: list[str] = []
        if known:
            body, query = {"id_list": list(known.values())}, {"member_id_type": "open_id", "succeed_type": "1"}
            done = self._ask(talk, "POST", f"im/v1/chats/{room.external_id}/members", query=query, body=body)
            refused = [*done.get("invalid_id_list", []), *done.get("not_existed_id_list", [])]
        return [guest for guest in plan.guests if known.get(guest.email.lower(), "") in ("", *refused)]

    def write(self, talk: Talk, room: Room, note: Note, *, key: str, is_repeat: bool) -> None:
        content = json.dumps(post_of(note))
        body = {"receive_id": room.external_id, "msg_type": "post", "content": content, "uuid": key}
        self._ask(talk, "POST", "im/v1/messages", query={"receive_id_type": "chat_id"}, body=body)

    def _search(self, talk: Talk, name: str) -> str:
        found = self._ask(talk, "GET", "im/v1/chats/search", query={"query": name, "page_size": 50})
        return next((str(row["chat_id"]) for row in found.get("items", []) if row.get("name") == name), "")

    def _ask(self, talk: Talk, method: str, path: str, *, query: Any = None, body: Any = None) -> Mapping[str, Any]:
        talk.token = talk.token or self._token(talk)
        answer = talk.call(method, self._url(path), token=talk.token, query=query, body=body)
        found: Mapping[str, Any] = self._judge(answer).get("data") or {}
        return found

    def _token(self, talk: Talk) -> str:
        body = {"app_id": settings.FEISHU_APP_ID, "app_secret": settings.FEISHU_APP_SECRET}
        answer = talk.call("POST", self._url("auth/v3/tenant_access_token/internal"), body=body)
        return str(self._judge(answer)["tenant_access_token"])

    def _url(self, path: str) -> str:
        return f"{settings.FEISHU_API_URL}/open-apis/{path}"

    def _judge(self, answer: Answer) -> Mapping[str, Any]:
        if answer.status == 429:
            raise busy("Feishu", answer, "x-ogw-ratelimit-reset")
        found = told(answer, "Feishu")
        code = found.get("code")
        if code == 0:
            return found
        if code in TOO_OFTEN:
            raise busy("Feishu", answer, "x-ogw-ratelimit-reset")
        shown = str(code) if isinstance(code, int) else str(answer.status)
        fault = Fault.SETTING if code in FOR_GOOD else Fault.CARRIER
        raise ChannelError(f"Feishu refuses: {shown}", code=shown[:20], fault=fault)
