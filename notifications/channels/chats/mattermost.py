"""Mattermost, by an incoming webhook. Its text is Markdown, so every character that means something is escaped."""

import re
from datetime import datetime

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import ZERO_WIDTH, Note, Post, judge_status, shorten
from outbound import Answer

MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~<&:])")
LIMIT = 8000
"""Half of what Mattermost takes: escaping at most doubles it."""


class Mattermost:
    per_minute = 60

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        words = "\n".join(escape(line) for line in shorten("\n".join(note.lines), LIMIT).splitlines())
        link = f"[{escape(note.link_text or note.link)}](<{note.link}>)" if note.link else ""
        parts = [f"**{escape(shorten(note.title, 300))}**", words, link]
        return Post(url, {"text": "\n".join(part for part in parts if part)})

    def judge(self, answer: Answer) -> ChannelError | None:
        return judge_status(answer, "Mattermost")


def escape(text: str) -> str:
    """No mention, no link, no formatting. A mention cannot be escaped: a space of no width ends the name."""
    return MARKUP.sub(r"\\\1", text.strip()).replace("@", f"@{ZERO_WIDTH}")
