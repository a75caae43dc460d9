"""Groups in chat programs, by signed incoming webhooks (chats/ has a file for each program)."""

import json
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from catalog.sealing import SealBroken, unseal
from notifications.channels.base import ChannelError, ChatAddress, Message
from notifications.channels.chats import PROGRAMS, Note, Post
from notifications.channels.chats.base import clean
from outbound import Answer, OutboundError, request


class ChatChannel:
    def send(self, message: Message) -> str:
        """Webhooks give no id: the message's own stands for it."""
        if message.chat is None:
            raise ChannelError("The message names no chat.", code="unconfigured", permanent=True)
        write_to(message.chat, note_of(message))
        return message.token

    def find(self, message: Message, *, since: datetime, known: set[str]) -> str | None:
        """A webhook cannot be asked what it took: a repeated line is better than silence."""
        return None


def note_of(message: Message) -> Note:
    with translation.override(message.language):
        link_text = _("Open %(reference)s") % {"reference": message.reference} if message.link else ""
    return Note(clean(message.subject), clean(message.body), message.link, link_text, message.language)


def write_to(chat: ChatAddress, note: Note) -> None:
    """Write one note. Raises ChannelError, whose words tell nothing of address or answer."""
    program = PROGRAMS[chat.kind]
    try:
        post = program.compose(note, url=unseal(chat.sealed_url), secret=unseal(chat.sealed_secret), now=chat.now)
    except SealBroken as error:
        text = "The chat's address cannot be decrypted: enter it anew."
        raise ChannelError(text, code="sealed", permanent=True) from error
    refused = program.judge(_send(post))
    if refused is not None:
        raise refused


def _send(post: Post) -> Answer:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        return request("POST", post.url, headers=headers, body=json.dumps(post.payload).encode())
    except OutboundError as error:
        with translation.override("en"):
            raise ChannelError(
                str(error), code=error.code, permanent=error.permanent, is_unsure=error.was_sent
            ) from error
