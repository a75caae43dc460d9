"""The incident's chat group on its page: nothing where no program is set up and none was made."""

from typing import Any

from django.http import HttpRequest

from catalog.models import Person
from incidents import panels
from incidents.models import Incident
from notifications.models import WarRoom
from notifications.models.chat import WarRoomStatus
from notifications.services.warrooms import may_want
from notifications.warrooms import configured


@panels.register("aside", 30, "notifications/war_room.html")
def war_room_panel(request: HttpRequest, incident: Incident) -> dict[str, Any] | None:
    reader = request.user
    if not (isinstance(reader, Person) and reader.is_colleague):
        return None
    room = WarRoom.objects.filter(incident=incident).first()
    is_open_to_ask = room is None or room.status == WarRoomStatus.FAILED
    may_create = bool(configured()) and not incident.is_over and is_open_to_ask and may_want(incident, reader)
    if room is None and not may_create:
        return None
    return {"room": room, "may_create": may_create, "incident": incident}
