"""Slack, by an incoming webhook. All words go as ``plain_text``, which knows neither mentions nor links."""

import html
from datetime import datetime
from typing import Any

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import Note, Post, judge_status, refusal, shorten
from outbound import Answer

HEADER_LIMIT = 150
SECTION_LIMIT = 3000


class Slack:
    per_minute = 60

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        payload = {"text": escape(note.title), "blocks": blocks(note), "unfurl_links": False, "unfurl_media": False}
        return Post(url, payload)

    def judge(self, answer: Answer) -> ChannelError | None:
        error = judge_status(answer, "Slack")
        if error is None and answer.body.strip() != b"ok":
            return refusal("Slack", "not ok")
        return error


def blocks(note: Note) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"type": "header", "text": _plain(note.title or "Mainstay", HEADER_LIMIT)}]
    if note.lines:
        made.append({"type": "section", "text": _plain("\n".join(note.lines), SECTION_LIMIT)})
    if note.link:
        button = {"type": "button", "text": _plain(note.link_text or note.link, 75), "url": note.link}
        made.append({"type": "actions", "elements": [button]})
    return made


def escape(text: str) -> str:
    """For the line in the notification, where ``<!channel>`` and ``<https://...|words>`` would mean something."""
    return html.escape(text, quote=False)


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}
