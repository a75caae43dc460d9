"""DingTalk, by a custom robot: plain text, signed in the address. Nobody is mentioned unless ``at`` names them."""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlencode

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import Note, Post, judge_code
from outbound import Answer

LIMIT = 15_000
"""Bytes: a request may have 20 KB."""
BUSY = {130101, 410100}
BROKEN = {310000, 300001, 300005, 40035, 43004, 400013, 400101, 400102, 400105, 400106, 430101, 430102, 430103, 430104}
"""Wrong signature, keyword or address, unknown or stopped robot, group gone, words that DingTalk forbids."""


class DingTalk:
    per_minute = 20

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        payload = {
            "msgtype": "text",
            "text": {"content": note.plain(limit=LIMIT)},
            "at": {"atMobiles": [], "atUserIds": [], "isAtAll": False},
        }
        if secret:
            stamp = str(int(now.timestamp() * 1000))
            joint = "&" if "?" in url else "?"
            url = f"{url}{joint}{urlencode({'timestamp': stamp, 'sign': sign(secret, stamp)})}"
        return Post(url, payload)

    def judge(self, answer: Answer) -> ChannelError | None:
        return judge_code(answer, "DingTalk", name="errcode", busy=BUSY, broken=BROKEN)


def sign(secret: str, stamp: str) -> str:
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
