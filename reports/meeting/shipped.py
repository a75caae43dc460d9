"""The calendar of meetings that a new installation starts with: working days, until somebody says otherwise."""

from typing import Any

from reports.models import MeetingPolicy


def install_calendar(**_signal: Any) -> None:
    """Called after every migration."""
    MeetingPolicy.current()
