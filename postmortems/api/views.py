"""Reading postmortems."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated

from incidents.api.views import IsColleague, NewestFirst
from incidents.models import Incident
from postmortems.api import serializers
from postmortems.models import Postmortem

COLLEAGUES: list[Any] = [IsAuthenticated, IsColleague]


def _seen_incidents(request: Any) -> QuerySet[Incident]:
    return Incident.objects.visible_to(request.user) if request else Incident.objects.none()


class PostmortemFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``incidents``: one that the caller may see; any other number is refused as one that does not exist."""

    incidents = django_filters.ModelChoiceFilter(queryset=_seen_incidents)

    class Meta:
        model = Postmortem
        fields: ClassVar = {"status": ["exact"], "facilitator__username": ["exact"]}


class PostmortemList(generics.ListAPIView[Postmortem]):
    """Postmortems, newest first."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.PostmortemSerializer
    pagination_class = NewestFirst
    filterset_class = PostmortemFilter

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
    return Postmortem.objects.visible_to(view.request.user).for_list(view.request.user)
