"""Tells the chats of a team what becomes of its incidents."""

from django.db.models import Q, QuerySet

from incidents import permissions
from incidents.models import Incident
from lifecycle.models import Event
from notifications.models import ChatHook, Delivery, Purpose
from notifications.services.promising import promise_to_chat

PURPOSES = {"report": Purpose.INITIAL, "recover": Purpose.RECTIFIED}
"""What a chat is told of by the words of a notice; of everything else it is told by what happened."""


def tell_chats(incident: Incident, event: Event) -> list[Delivery]:
    """One message a chat and event. Nothing of an incident that not every colleague sees."""
    if permissions.is_confidential(incident):
        return []
    return [
        delivery
        for chat in chats_of(incident)
        for delivery in promise_to_chat(
            incident=incident,
            chat=chat,
            purpose=PURPOSES.get(event.verb, Purpose.WATCHED),
            key=f"event:{event.pk}",
            cause=event,
        )
    ]


def chats_of(incident: Incident) -> QuerySet[ChatHook]:
    """The chats of its service's team and those of every team, where they want its level."""
    of_team = Q(team=None) | Q(team=incident.service.operations_team_id)
    return ChatHook.objects.filter(of_team, is_active=True, levels__contains=[incident.level_id])
