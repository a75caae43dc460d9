"""Parse, call the service, present. Meetings, their items and hand-over notes change by their verbs only."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import generics
from rest_framework.request import Request

from incidents import permissions
from incidents.api.records import COLLEAGUES
from incidents.api.views import CommandView, Kind, NewestFirst, caller_of
from lifecycle.models import StatefulRecord
from reports.meeting.api import serializers
from reports.meeting.commands import HAND_OVER_COMMANDS, ITEM_COMMANDS, MEETING_COMMANDS
from reports.models import AgendaItem, HandOver, Meeting


class NewestDayFirst(NewestFirst):
    ordering = "-day"


class MeetingList(generics.ListAPIView[Meeting]):
    """Daily meetings, the newest day first."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.MeetingSerializer
    pagination_class = NewestDayFirst
    filterset_fields: ClassVar = {"day": ["exact", "gte", "lte"], "status": ["exact"]}

    def get_queryset(self) -> QuerySet[Meeting]:
        return _meetings().defer("agenda")


class MeetingDetail(generics.RetrieveAPIView[Meeting]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.MeetingDetailSerializer

    def get_queryset(self) -> QuerySet[Meeting]:
        return _meetings()


class HandOverList(generics.ListAPIView[HandOver]):
    """Shift hand-over notes, newest first."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.HandOverSerializer
    pagination_class = NewestFirst
    filterset_fields: ClassVar = {"status": ["exact"], "schedule__team__slug": ["exact"]}

    def get_queryset(self) -> QuerySet[HandOver]:
        return _notes().defer("content")


class HandOverDetail(generics.RetrieveAPIView[HandOver]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.HandOverDetailSerializer

    def get_queryset(self) -> QuerySet[HandOver]:
        return _notes()


class MeetingCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_meetings(), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        fresh = _meetings().get(pk=record.pk)
        return dict(serializers.MeetingDetailSerializer(fresh, context={"request": request}).data)


class ItemCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        rows = AgendaItem.objects.select_related("meeting", "incident__service", "noted_by")
        item = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not permissions.sees(item, caller_of(self.request)):
            raise Http404
        return item

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return dict(serializers.AgendaItemSerializer(record, context={"request": request}).data)


class HandOverCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_notes(), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return dict(serializers.HandOverDetailSerializer(record, context={"request": request}).data)


KINDS = (
    Kind(
        "meeting",
        MeetingCommandView,
        MEETING_COMMANDS,
        serializers.MEETING_REQUESTS,
        serializers.MeetingDetailSerializer,
    ),
    Kind("meeting-item", ItemCommandView, ITEM_COMMANDS, serializers.ITEM_REQUESTS, serializers.AgendaItemSerializer),
    Kind(
        "hand-over",
        HandOverCommandView,
        HAND_OVER_COMMANDS,
        serializers.HAND_OVER_REQUESTS,
        serializers.HandOverDetailSerializer,
    ),
)


def _meetings() -> QuerySet[Meeting]:
    return Meeting.objects.select_related("chair").prefetch_related("attendees")


def _notes() -> QuerySet[HandOver]:
    return HandOver.objects.select_related("schedule__team", "leaving", "arriving")
