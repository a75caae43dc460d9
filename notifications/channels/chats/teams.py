"""Microsoft Teams, by a workflow "when a Teams webhook request is received": an Adaptive Card.

Words stand in TextRuns, which know no Markdown; a TextBlock would turn ``[words](address)`` into a link.
"""

from datetime import datetime
from typing import Any

from notifications.channels.base import ChannelError
from notifications.channels.chats.base import Note, Post, judge_status, shorten
from outbound import Answer

LINE_LIMIT = 1000
LINES = 20


class Teams:
    per_minute = 60

    def compose(self, note: Note, *, url: str, secret: str, now: datetime) -> Post:
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [_line(note.title, weight="Bolder", size="Medium"), *(_line(line) for line in note.lines[:LINES])],
        }
        if note.link:
            card["actions"] = [{"type": "Action.OpenUrl", "title": note.link_text or note.link, "url": note.link}]
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        return Post(url, {"type": "message", "attachments": [attachment]})

    def judge(self, answer: Answer) -> ChannelError | None:
        """The workflow answers 202 before it has posted: that it took it is all that can be known."""
        return judge_status(answer, "Microsoft Teams")


def _line(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": shorten(text, LINE_LIMIT), **look}]}
