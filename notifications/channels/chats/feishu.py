"""Feishu (Lark), by a custom bot: a rich "post" whose words are text elements, signed where the bot wants it."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import ZERO_WIDTH, Note, Post, judge_code, shorten
from outbound import Answer

LIMIT = 5000
"""Characters: a request may have 20 KB."""
BUSY = {11232}
BROKEN = {9499, 19001, 19021, 19022, 19024, 230001}
"""Bad request, unknown bot, wrong signature, address or keyword not allowed."""


class Feishu:
    per_minute = 100

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        payload: dict[str, Any] = {"msg_type": "post", "content": {"post": post_of(note)}}
        if secret:
            stamp = str(int(now.timestamp()))
            payload |= {"timestamp": stamp, "sign": sign(secret, stamp)}
        return Post(url, payload)

    def judge(self, answer: Answer) -> ChannelError | None:
        return judge_code(answer, "Feishu", name="code", busy=BUSY, broken=BROKEN)


def post_of(note: Note) -> dict[str, Any]:
    """Feishu's rich text, by language."""
    content: list[list[dict[str, str]]] = [
        [{"tag": "text", "text": defuse(line)}] for line in shorten("\n".join(note.lines), LIMIT).splitlines()
    ]
    if note.link:
        content.append([{"tag": "a", "text": defuse(note.link_text or note.link), "href": note.link}])
    locale = "zh_cn" if note.language.startswith("zh") else "en_us"
    return {locale: {"title": defuse(shorten(note.title, 300)), "content": content}}


def sign(secret: str, stamp: str) -> str:
    """Feishu's way: stamp and secret are the key, and nothing is signed with it."""
    key = f"{stamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def defuse(text: str) -> str:
    """``<at user_id="all">`` means everybody in some of Feishu's messages: it is broken wherever it stands."""
    return text.replace("<", f"<{ZERO_WIDTH}")
