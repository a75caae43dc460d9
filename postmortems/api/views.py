"""Reading postmortems."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated

from incidents.api.views import IsColleague, NewestFirst
from postmortems.api import serializers
from postmortems.models import Postmortem

COLLEAGUES: list[Any] = [IsAuthenticated, IsColleague]


class PostmortemList(generics.ListAPIView[Postmortem]):
    """Postmortems, newest first."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.PostmortemSerializer
    pagination_class = NewestFirst
    filterset_fields: ClassVar = {"status": ["exact"], "incidents": ["exact"], "facilitator__username": ["exact"]}

    def get_queryset(self) -> QuerySet[Postmortem]:
        return _seen_by(self)


class PostmortemDetail(generics.RetrieveAPIView[Postmortem]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.PostmortemDetailSerializer

    def get_queryset(self) -> QuerySet[Postmortem]:
        return _seen_by(self).prefetch_related("entries", "issues__action_links")


def _seen_by(view: Any) -> QuerySet[Postmortem]:
    if getattr(view, "swagger_fake_view", False):
        return Postmortem.objects.none()
    return Postmortem.objects.visible_to(view.request.user).for_list()
