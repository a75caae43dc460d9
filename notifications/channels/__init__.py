"""The ways to reach people: a file each. Which of them are used, and in what order: notifications/providers.py."""

from notifications.channels.base import Channel, ChannelError, Fault, Message, Report, ReportingChannel

__all__ = ["Channel", "ChannelError", "Fault", "Message", "Report", "ReportingChannel"]
