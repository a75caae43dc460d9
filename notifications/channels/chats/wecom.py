"""WeCom (企业微信), by a group robot: plain text. Whoever has the address may write; there is no signature."""

from dataclasses import replace
from datetime import datetime

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import ZERO_WIDTH, Note, Post, judge_code
from outbound import Answer

LIMIT = 2048
BUSY = {45009, 45033}
BROKEN = {93000, 93004, 93008, 40001, 40008, 40014, 40058, 44004}
"""Unknown or removed robot, no words, words in a form that it does not take."""


class WeCom:
    per_minute = 20

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        harmless = replace(note, title=defuse(note.title), text=defuse(note.text))
        content = harmless.plain(limit=LIMIT)
        return Post(url, {"msgtype": "text", "text": {"content": content, "mentioned_list": []}})

    def judge(self, answer: Answer) -> ChannelError | None:
        return judge_code(answer, "WeCom", name="errcode", busy=BUSY, broken=BROKEN)


def defuse(text: str) -> str:
    """``<@userid>`` would mention somebody."""
    return text.replace("<@", f"<{ZERO_WIDTH}@")
