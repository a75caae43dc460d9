"""What today's rules would have seen of a past incident, for programs."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.services import replaying_incident
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS
from incidents.models import Incident


class SightingSerializer(serializers.Serializer[Any]):
    """``fired_at`` is null where the rule would not have fired; ``earlier``: seconds before the report."""

    rule = serializers.IntegerField(source="rule.pk")
    name = serializers.CharField(source="rule.name")
    fired_at = serializers.DateTimeField(allow_null=True)
    earlier = serializers.SerializerMethodField()
    has_frames = serializers.BooleanField()
    limits = serializers.ListField(child=serializers.CharField())

    def get_earlier(self, row: Any) -> float | None:
        return None if row.earlier is None else float(row.earlier.total_seconds())


class Sightings(APIView):
    """When each rule of the incident's service, as it is now, would have fired on the frames that are stored."""

    permission_classes = COLLEAGUES

    @extend_schema(responses={200: SightingSerializer(many=True), **REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        person: Any = request.user
        incident = get_object_or_404(Incident.objects.visible_to(person).select_related("service"), pk=pk)
        return Response(SightingSerializer(replaying_incident(incident, actor=person), many=True).data)
