"""Parse, call the service, present: schedules with layers, who is on call, overrides, swaps, coverage."""

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.contacts import validate_time_zone
from catalog.models import Team
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from notifications.api import duty_serializers as shapes
from notifications.forms_of_duty import moment_of
from notifications.models import LayerKind, Override, Schedule, ScheduleLayer, SwapRequest
from notifications.recipients import on_call_everywhere
from notifications.services.coverage import weak_spots
from notifications.services.overriding import make_override, withdraw_override
from notifications.services.scheduling import add_layer, change_layer, remove_layer, state_schedule
from notifications.services.swapping import offer_swap, take_swap, withdraw_swap

UNFILTERED: list[Any] = []
SWAP_VERBS = {"take": take_swap, "withdraw": withdraw_swap}
AT = OpenApiParameter("at", OpenApiTypes.DATETIME, description="A moment with an offset; now if left out.")


def _read(shape: type[Any], request: Request) -> Any:
    parsed = shape(data=request.data)
    parsed.is_valid(raise_exception=True)
    return parsed


def _by(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "via": Via.API}


def _schedule(team: str) -> Schedule:
    return get_object_or_404(_schedules(), team__slug=team)


def _schedules() -> "QuerySet[Schedule]":
    return Schedule.objects.select_related("team").prefetch_related("layers__places__person")


class OnCallNow(APIView):
    """Who is on call in every schedule, at a moment."""

    permission_classes = COLLEAGUES

    @extend_schema(parameters=[AT], responses=shapes.DutySerializer(many=True))
    def get(self, request: Request) -> Response:
        text = request.query_params.get("at", "")
        at = moment_of(text.replace(" ", "+")) if text else clock.now()
        if at is None:
            raise ValidationError({"at": [_("Write a moment of this century with its offset, such as …T08:00:00Z.")]})
        found = on_call_everywhere(Schedule.objects.select_related("team"), at)
        return Response(shapes.DutySerializer(found, many=True).data)


class ScheduleList(generics.ListAPIView[Schedule]):
    """Schedules with their layers, those that win last."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.ScheduleSerializer
    pagination_class = None
    filter_backends = UNFILTERED

    def get_queryset(self) -> "QuerySet[Schedule]":
        return _schedules()


class ScheduleDetail(APIView):
    """A team's schedule; PUT makes it or changes its time zone."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ScheduleSerializer)
    def get(self, request: Request, team: str) -> Response:
        return Response(shapes.ScheduleSerializer(_schedule(team)).data)

    @extend_schema(request=shapes.StateScheduleSerializer, responses={200: shapes.ScheduleSerializer, **REFUSALS})
    def put(self, request: Request, team: str) -> Response:
        chosen = get_object_or_404(Team, slug=team)
        zone = _read(shapes.StateScheduleSerializer, request).validated_data["time_zone"]
        _check_zone(zone)
        state_schedule(team=chosen, time_zone=zone, **_by(request))
        return Response(shapes.ScheduleSerializer(_schedule(team)).data)


def _check_zone(zone: str) -> None:
    try:
        validate_time_zone(zone)
    except InvalidValue as invalid:
        raise InputRefused(time_zone=invalid.messages[0]) from invalid


class LayerList(APIView):
    """POST lays a rotation on top of the others of its role. Calendars are added on the page."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.StateLayerSerializer, responses={201: shapes.LayerSerializer, **REFUSALS})
    def post(self, request: Request, team: str) -> Response:
        schedule = _schedule(team)
        plan = _read(shapes.StateLayerSerializer, request).plan()
        layer = add_layer(schedule, plan=plan, **_by(request))
        return Response(shapes.LayerSerializer(layer).data, status=status.HTTP_201_CREATED)


class LayerDetail(APIView):
    """PUT states a rotation anew, DELETE takes a layer away."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.StateLayerSerializer, responses={200: shapes.LayerSerializer, **REFUSALS})
    def put(self, request: Request, pk: int) -> Response:
        layer = _layer(pk)
        if layer.kind != LayerKind.ROTATION:
            raise InputRefused(kind=_("This layer is a calendar."))
        change_layer(layer, plan=_read(shapes.StateLayerSerializer, request).plan(), **_by(request))
        return Response(shapes.LayerSerializer(_layer(pk)).data)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        remove_layer(_layer(pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _layer(pk: int) -> ScheduleLayer:
    return get_object_or_404(ScheduleLayer.objects.select_related("schedule__team"), pk=pk)


class OverrideList(generics.ListAPIView[Override]):
    """A schedule's overrides, withdrawn ones included; POST makes one."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.OverrideSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = Override.objects.none()

    def get_queryset(self) -> "QuerySet[Override]":
        people = ("schedule__team", "person", "replaces", "made_by")
        return _schedule(self.kwargs["team"]).overrides.select_related(*people)

    @extend_schema(responses={201: shapes.OverrideSerializer, **REFUSALS})
    def post(self, request: Request, team: str) -> Response:
        schedule = _schedule(team)
        values = _read(shapes.OverrideSerializer, request).validated_data
        override = make_override(schedule, **values, **_by(request))
        return Response(shapes.OverrideSerializer(override).data, status=status.HTTP_201_CREATED)


class OverrideDetail(APIView):
    """DELETE withdraws: one that has begun ends now."""

    permission_classes = COLLEAGUES

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        found = Override.objects.select_related("schedule__team", "person", "replaces")
        withdraw_override(get_object_or_404(found, pk=pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SwapList(generics.ListAPIView[SwapRequest]):
    """A schedule's swaps; POST offers a stretch of one's own duty."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.SwapSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = SwapRequest.objects.none()

    def get_queryset(self) -> "QuerySet[SwapRequest]":
        return _schedule(self.kwargs["team"]).swaps.select_related("schedule__team", "asker", "asked_of", "taker")

    @extend_schema(responses={201: shapes.SwapSerializer, **REFUSALS})
    def post(self, request: Request, team: str) -> Response:
        schedule = _schedule(team)
        values = _read(shapes.SwapSerializer, request).validated_data
        swap = offer_swap(schedule, **values, **_by(request))
        return Response(shapes.SwapSerializer(swap).data, status=status.HTTP_201_CREATED)


class SwapVerb(APIView):
    """``take`` or ``withdraw``; 409 where the swap is over."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.SwapSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        found = SwapRequest.objects.select_related("schedule__team", "asker", "asked_of", "taker")
        swap = SWAP_VERBS[verb](get_object_or_404(found, pk=pk), **_by(request))
        return Response(shapes.SwapSerializer(swap).data)


class CoverageReport(APIView):
    """The weak spots of every schedule in the next 52 weeks."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.CoverageSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(shapes.CoverageSerializer(weak_spots(clock.now()), many=True).data)
