"""Chat groups in Slack: channels, by the Web API with a bot token.

Scopes: channels:manage, channels:read, channels:join, channels:history, groups:write, groups:read, groups:history,
chat:write, users:read, users:read.email.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from notifications.channels.base import ChannelError, Fault
from notifications.channels.chats.base import Note
from notifications.channels.chats.slack import blocks, escape
from notifications.warrooms.base import Guest, Plan, Room, Talk, busy, told

OURS = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
"""Errors that somebody has to mend in Slack's settings."""
FOR_GOOD = {*OURS, "restricted_action", "user_is_restricted", "channel_not_found", "is_archived", "no_permission"}
PAGES = 20
TOPIC_LIMIT = 250


class SlackRooms:
    def is_configured(self) -> bool:
        return bool(settings.SLACK_BOT_TOKEN)

    def open(self, talk: Talk, plan: Plan) -> Room:
        home = str(self._ask(talk, "auth.test", {}).get("url", ""))
        made = self._ask(talk, "conversations.create", {"name": plan.name, "is_private": plan.is_private}, "name_taken")
        channel = self._adopt(talk, plan) if "error" in made else str(made["channel"]["id"])
        # The scheme of the API itself is plain only where a stand-in plays it.
        is_address = home.startswith(("https://", f"{settings.SLACK_API_URL.partition('://')[0]}://"))
        return Room(channel, f"{home}archives/{channel}" if is_address else "")

    def invite(self, talk: Talk, room: Room, plan: Plan) -> list[Guest]:
        self._ask(talk, "conversations.setTopic", {"channel": room.external_id, "topic": plan.topic[:TOPIC_LIMIT]})
        missing = []
        for guest in plan.guests:
            found = self._find(talk, guest)
            if not found:
                missing.append(guest)
                continue
            wanted = {"channel": room.external_id, "users": found}
            done = self._ask(
                talk, "conversations.invite", wanted, "already_in_channel", "cant_invite_self", "cant_invite"
            )
            if done.get("error") == "cant_invite":
                missing.append(guest)
        return missing

    def write(self, talk: Talk, room: Room, note: Note, *, key: str, is_repeat: bool) -> None:
        if is_repeat and self._has(talk, room, key):
            return
        metadata = {"event_type": "mainstay", "event_payload": {"key": key}}
        message = {
            "channel": room.external_id,
            "text": escape(note.title),
            "blocks": blocks(note),
            "metadata": metadata,
        }
        self._ask(talk, "chat.postMessage", message)

    def _adopt(self, talk: Talk, plan: Plan) -> str:
        """The channel that an earlier attempt made. A public one never stands in for a private one."""
        cursor = ""
        for _page in range(PAGES):
            query = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": 1000}
            found = self._read(talk, "conversations.list", {**query, **({"cursor": cursor} if cursor else {})})
            for channel in found.get("channels", []):
                if channel.get("name") == plan.name and bool(channel.get("is_private")) == plan.is_private:
                    if not channel.get("is_member", True):
                        self._ask(talk, "conversations.join", {"channel": channel["id"]})
                    return str(channel["id"])
            cursor = found.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break
        raise ChannelError(
            "Slack has a channel of this name that the bot may not use.", code="name_taken", permanent=True
        )

    def _find(self, talk: Talk, guest: Guest) -> str:
        if not guest.email:
            return ""
        found = self._read(talk, "users.lookupByEmail", {"email": guest.email}, "users_not_found")
        return str(found["user"]["id"]) if found.get("ok") else ""

    def _has(self, talk: Talk, room: Room, key: str) -> bool:
        query = {"channel": room.external_id, "limit": 50, "include_all_metadata": "true"}
        found = self._read(talk, "conversations.history", query)
        keys = [
            message.get("metadata", {}).get("event_payload", {}).get("key") for message in found.get("messages", [])
        ]
        return key in keys

    def _ask(self, talk: Talk, method: str, body: Any, *expected: str) -> Mapping[str, Any]:
        return self._judge(talk.call("POST", self._url(method), token=settings.SLACK_BOT_TOKEN, body=body), expected)

    def _read(self, talk: Talk, method: str, query: Any, *expected: str) -> Mapping[str, Any]:
        return self._judge(talk.call("GET", self._url(method), token=settings.SLACK_BOT_TOKEN, query=query), expected)

    def _url(self, method: str) -> str:
        return f"{settings.SLACK_API_URL}/{method}"

    def _judge(self, answer: Any, expected: tuple[str, ...]) -> Mapping[str, Any]:
        if answer.status == 429:
            raise busy("Slack", answer)
        found = told(answer, "Slack")
        error = str(found.get("error", ""))
        if found.get("ok") or error in expected:
            return found
        code = error if error.replace("_", "").isalnum() else str(answer.status)
        fault = Fault.SETTING if error in FOR_GOOD else Fault.CARRIER
        raise ChannelError(f"Slack refuses: {code}", code=code[:20], fault=fault)
