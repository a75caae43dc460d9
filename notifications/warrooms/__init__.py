"""Programs in which a chat group for one incident can be made: a file each."""

from notifications.models.chat import ChatKind
from notifications.warrooms.base import Guest, Plan, Room, WarRoomProgram
from notifications.warrooms.feishu import FeishuRooms
from notifications.warrooms.slack import SlackRooms

ROOMS: dict[str, WarRoomProgram] = {ChatKind.SLACK: SlackRooms(), ChatKind.FEISHU: FeishuRooms()}


def configured() -> list[str]:
    """Where groups can be made on this site; empty: nothing about them is shown."""
    return [kind for kind, program in ROOMS.items() if program.is_configured()]


__all__ = ["ROOMS", "Guest", "Plan", "Room", "WarRoomProgram", "configured"]
