"""The chat programs that can be written to by an incoming webhook: a file each."""

from notifications.channels.chats.base import ChatProgram, Note, Post
from notifications.channels.chats.dingtalk import DingTalk
from notifications.channels.chats.feishu import Feishu
from notifications.channels.chats.mattermost import Mattermost
from notifications.channels.chats.slack import Slack
from notifications.channels.chats.teams import Teams
from notifications.channels.chats.wecom import WeCom

PROGRAMS: dict[str, ChatProgram] = {
    "slack": Slack(),
    "teams": Teams(),
    "mattermost": Mattermost(),
    "feishu": Feishu(),
    "dingtalk": DingTalk(),
    "wecom": WeCom(),
}
"""By ChatKind."""

__all__ = ["PROGRAMS", "ChatProgram", "Note", "Post"]
