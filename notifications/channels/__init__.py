"""The ways to reach people: a file each."""

from notifications.channels.base import Channel, ChannelError, Message
from notifications.channels.chat import ChatChannel
from notifications.channels.email import EmailChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.voice import VoiceChannel

CHANNELS: dict[str, Channel] = {
    "voice": VoiceChannel(),
    "sms": SmsChannel(),
    "email": EmailChannel(),
    "chat": ChatChannel(),
}

__all__ = ["CHANNELS", "Channel", "ChannelError", "Message"]
