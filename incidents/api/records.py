"""What the APIs of all records share: who may ask, and their timelines."""

from abc import abstractmethod
from typing import Any

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated

from incidents.api.serializers import EventSerializer
from incidents.api.views import IsColleague, NewestFirst, caller_of
from incidents.presentation.veiling import veil_events
from lifecycle.models import Event, StatefulRecord

COLLEAGUES: list[Any] = [IsAuthenticated, IsColleague]


class EventsOfRecord(generics.ListAPIView[Event]):
    """What happened to one record, newest first; what is about incidents that the caller may not see is veiled."""

    permission_classes = COLLEAGUES
    serializer_class = EventSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    @abstractmethod
    def record(self) -> StatefulRecord:
        """The record that the address names, as far as the caller may see it."""

    def get_queryset(self) -> QuerySet[Event]:
        if getattr(self, "swagger_fake_view", False):
            return Event.objects.none()
        return Event.objects.about(self.record()).select_related("actor")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return page and veil_events(page, caller_of(self.request))
