"""What an incident did to customers: listed, stated anew, taken back. POST incidents/1/record_impact/ adds one."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from incidents import services
from incidents.api.fields import serializer_of
from incidents.api.records import COLLEAGUES
from incidents.api.serializers import ImpactSerializer
from incidents.api.views import REFUSALS, OfIncident, caller_of
from incidents.forms.verbs import ImpactForm, ReasonForm
from incidents.models import Impact, Incident
from lifecycle.models import Via

ImpactChange = serializer_of(ImpactForm, "ImpactChange")
ImpactRemoval = serializer_of(ReasonForm, "ImpactRemoval")


class ImpactRecordSerializer(ImpactSerializer):
    """``recorded_by`` is null where a metric states it."""

    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta(ImpactSerializer.Meta):
        fields = (*ImpactSerializer.Meta.fields, "incident", "recorded_by")


def _impacts(view: APIView) -> QuerySet[Impact]:
    if getattr(view, "swagger_fake_view", False):
        return Impact.objects.none()
    seen = Incident.objects.visible_to(caller_of(view.request)).order_by().values("pk")
    return Impact.objects.filter(incident__in=seen).select_related("recorded_by", "incident")


class IncidentImpacts(OfIncident):
    """The impact of an incident, what was stated last first."""

    serializer_class = ImpactRecordSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[Impact]:
        found = _impacts(self)
        return found if getattr(self, "swagger_fake_view", False) else found.filter(incident=self.incident())


class ImpactDetail(generics.RetrieveAPIView[Impact]):
    serializer_class = ImpactRecordSerializer
    permission_classes = COLLEAGUES

    def get_queryset(self) -> QuerySet[Impact]:
        return _impacts(self)


class ChangeImpact(AnsweredOnce):
    permission_classes = COLLEAGUES

    @extend_schema(
        operation_id="impact_change",
        summary="Change impact",
        request=ImpactChange,
        responses={200: ImpactRecordSerializer, **REFUSALS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """State all of it anew: what is left out is as in an empty form. From then on metrics leave it alone."""
        impact = get_object_or_404(_impacts(self), pk=pk)
        asked = ImpactChange(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = services.change_impact(impact, actor=caller_of(request), via=Via.API, **asked.validated_data)
        return Response(ImpactRecordSerializer(changed).data)


class RemoveImpact(AnsweredOnce):
    permission_classes = COLLEAGUES

    @extend_schema(
        operation_id="impact_remove",
        summary="Remove impact",
        request=ImpactRemoval,
        responses={204: OpenApiResponse(description="It is taken back."), **REFUSALS},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Take it back, for a reason; what it said stays on the timeline."""
        impact = get_object_or_404(_impacts(self), pk=pk)
        asked = ImpactRemoval(data=request.data)
        asked.is_valid(raise_exception=True)
        services.remove_impact(impact, actor=caller_of(request), via=Via.API, reason=asked.validated_data["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)
