"""Postmortems, lessons and triggers: lists, and what begins one."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from catalog.api.idempotency import AnsweredOnce
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst, caller_of
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from postmortems.api import requests, serializers
from postmortems.api.seen import present, seen_by
from postmortems.effects import effects_of
from postmortems.models import Lesson, Postmortem, TriggerRule
from postmortems.services import start_postmortem
from postmortems.views.lessons import found

UNFILTERED: list[Any] = []


def _seen_incidents(request: Any) -> QuerySet[Incident]:
    return Incident.objects.visible_to(request.user) if request else Incident.objects.none()


class PostmortemFilter(django_filters.FilterSet):  # type: ignore[misc]
    """``incidents``: one that the caller may see; any other number is refused as one that does not exist."""

    incidents = django_filters.ModelChoiceFilter(queryset=_seen_incidents)

    class Meta:
        model = Postmortem
        fields: ClassVar = {"status": ["exact"], "facilitator__username": ["exact"]}


class PostmortemList(AnsweredOnce, generics.ListCreateAPIView[Postmortem]):
    """Postmortems, newest first; POST starts one of one or several incidents."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.PostmortemSerializer
    pagination_class = NewestFirst
    filterset_class = PostmortemFilter

    def get_queryset(self) -> QuerySet[Postmortem]:
        return seen_by(self)

    def paginate_queryset(self, queryset: Any) -> Any:
        """With the effect of each, read for all of them at once."""
        page = super().paginate_queryset(queryset)
        effects = effects_of(page or [], caller_of(self.request), clock.now())
        for postmortem in page or []:
            postmortem.effect = effects.get(postmortem.pk)
        return page

    @extend_schema(request=requests.StartRequest, responses={201: serializers.PostmortemDetailSerializer, **REFUSALS})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        asked = requests.StartRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        keys = [pk for pk in dict.fromkeys(values.pop("incidents")) if 0 < pk < 2**63]
        incidents = list(_seen_incidents(request).filter(pk__in=keys))
        if not incidents or len(incidents) < len(keys):
            raise ValidationError({"incidents": ["There is no such incident."]})
        postmortem = start_postmortem(actor=caller_of(request), via=Via.API, incidents=incidents, **values)
        address = {"Location": str(reverse("postmortem-api", args=[postmortem.pk], request=request))}
        return Response(present(self, postmortem), status=status.HTTP_201_CREATED, headers=address)


class PostmortemDetail(generics.RetrieveAPIView[Postmortem]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.PostmortemDetailSerializer

    def get_queryset(self) -> QuerySet[Postmortem]:
        return seen_by(self).prefetch_related("issues__action_links")


class Offset(LimitOffsetPagination):
    default_limit = 50
    max_limit = 200


class LessonList(generics.ListAPIView[Lesson]):
    """Lessons of published postmortems; with ``q`` the most relevant first, else the newest."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.LessonSerializer
    pagination_class = Offset
    filter_backends = UNFILTERED

    def get_queryset(self) -> QuerySet[Lesson]:
        if getattr(self, "swagger_fake_view", False):
            return Lesson.objects.none()
        sought = {name: self.request.GET.get(name, "").replace("\0", "") for name in ("q", "tag")}
        return found(Lesson.objects.visible_to(caller_of(self.request)), sought["q"], sought["tag"])

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words."), OpenApiParameter("tag", str)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LessonDetail(generics.RetrieveAPIView[Lesson]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.LessonSerializer

    def get_queryset(self) -> QuerySet[Lesson]:
        if getattr(self, "swagger_fake_view", False):
            return Lesson.objects.none()
        return Lesson.objects.visible_to(caller_of(self.request)).select_related("postmortem")


class TriggerList(generics.ListAPIView[TriggerRule]):
    """When a postmortem is proposed; administrators change it on its page."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.TriggerSerializer
    pagination_class = None
    filter_backends = UNFILTERED
    queryset = TriggerRule.objects.all()
