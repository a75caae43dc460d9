"""The chat group of an incident: GET says where it stands, POST asks for it."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.api.views import REFUSALS, IsColleague
from incidents.models import Incident
from lifecycle.models import Via
from notifications.models import WarRoom
from notifications.services.warrooms import want_war_room


class WarRoomSerializer(serializers.ModelSerializer[WarRoom]):
    invited = serializers.ListField(child=serializers.CharField(), read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = WarRoom
        fields = ("kind", "status", "url", "invited", "missing", "opened_at", "error")
        read_only_fields = fields


class WarRoomDetail(APIView):
    """A repeated POST finds the group that is there."""

    permission_classes: list[Any] = [IsAuthenticated, IsColleague]  # noqa: RUF012 (as the framework declares it)

    @extend_schema(responses=WarRoomSerializer)
    def get(self, request: Request, pk: int) -> Response:
        room = WarRoom.objects.filter(incident=self._incident(request, pk)).first()
        if room is None:
            raise Http404
        return Response(WarRoomSerializer(room).data)

    @extend_schema(request=None, responses={202: WarRoomSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        room = want_war_room(self._incident(request, pk), actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return Response(WarRoomSerializer(room).data, status=status.HTTP_202_ACCEPTED)

    def _incident(self, request: Request, pk: int) -> Incident:
        return get_object_or_404(Incident.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]
