"""The API of integrations, routes, correlation rules, maintenance and heartbeats: parse, call the service, present."""

from typing import Any

from django.db.models import Model
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.api import alert_serializers as shapes
from detection.models import CorrelationRule, Heartbeat, Integration, MaintenanceWindow, Route
from detection.services import (
    add_correlation_rule,
    add_heartbeat,
    add_integration,
    add_route,
    edit_heartbeat,
    edit_integration,
    edit_ordered,
    end_maintenance,
    extend_maintenance,
    move_ordered,
    pause_heartbeat,
    plan_maintenance,
    remove_ordered,
    resume_heartbeat,
    rotate_heartbeat_key,
    rotate_key,
    switch_integration,
)
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from lifecycle import clock
from lifecycle.models import Via


def _read(serializer: type[Any], request: Request, *, partial: bool = False) -> dict[str, Any]:
    parsed = serializer(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _present(serializer: type[Any], record: Any, code: int = status.HTTP_200_OK, **more: Any) -> Response:
    for name, value in more.items():
        setattr(record, name, value)
    return Response(serializer(record, context={"now": clock.now()}).data, status=code)


class Listed(generics.ListAPIView[Any]):
    permission_classes = COLLEAGUES
    pagination_class = NewestFirst
    filter_backends: list[Any] = []  # noqa: RUF012

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": clock.now()}


class IntegrationList(Listed):
    """Integrations; POST makes one and answers its key."""

    serializer_class = shapes.IntegrationSerializer
    queryset = Integration.objects.select_related("service")

    @extend_schema(
        request=shapes.EditIntegrationSerializer, responses={201: shapes.NewIntegrationSerializer, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        values = _read(shapes.EditIntegrationSerializer, request)
        made, key = add_integration(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.NewIntegrationSerializer, made, status.HTTP_201_CREATED, key=key)


class IntegrationDetail(APIView):
    """One integration; PATCH changes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.IntegrationSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _present(shapes.IntegrationSerializer, get_object_or_404(Integration, pk=pk))

    @extend_schema(request=shapes.EditIntegrationSerializer, responses={200: shapes.IntegrationSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        integration = get_object_or_404(Integration, pk=pk)
        values = _read(shapes.EditIntegrationSerializer, request, partial=True)
        edit_integration(integration, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.IntegrationSerializer, integration)


class IntegrationKey(APIView):
    """POST makes a new key; the old one opens for a day more."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.NewIntegrationSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        integration = get_object_or_404(Integration, pk=pk)
        key = rotate_key(integration, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return _present(shapes.NewIntegrationSerializer, integration, key=key)


class IntegrationSwitch(APIView):
    """``enable`` or ``disable``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.IntegrationSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        integration = get_object_or_404(Integration, pk=pk)
        switch_integration(integration, is_active=verb == "enable", actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return _present(shapes.IntegrationSerializer, integration)


def _edit(model: type[Model], edits: type[Any], shows: type[Any], request: Request, pk: int) -> Response:
    record: Any = get_object_or_404(model, pk=pk)
    edit_ordered(record, actor=request.user, via=Via.API, **_read(edits, request, partial=True))  # type: ignore[arg-type]
    return _present(shows, record)


def _remove(model: type[Model], request: Request, pk: int) -> Response:
    record: Any = get_object_or_404(model, pk=pk)
    remove_ordered(record, actor=request.user, via=Via.API)  # type: ignore[arg-type]
    return Response(status=status.HTTP_204_NO_CONTENT)


def _move(model: type[Model], shows: type[Any], request: Request, pk: int, verb: str) -> Response:
    record: Any = get_object_or_404(model, pk=pk)
    move_ordered(record, by=-1 if verb == "up" else 1, actor=request.user, via=Via.API)  # type: ignore[arg-type]
    record.refresh_from_db()
    return _present(shows, record)


class AlertRouteList(Listed):
    """Routes of alerts; POST adds one behind the others."""

    serializer_class = shapes.AlertRouteSerializer
    queryset = Route.objects.select_related("service")

    @extend_schema(request=shapes.EditAlertRouteSerializer, responses={201: shapes.AlertRouteSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = _read(shapes.EditAlertRouteSerializer, request)
        made = add_route(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.AlertRouteSerializer, made, status.HTTP_201_CREATED)


class AlertRouteDetail(APIView):
    """One route of alerts; PATCH changes it, DELETE removes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.AlertRouteSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _present(shapes.AlertRouteSerializer, get_object_or_404(Route, pk=pk))

    @extend_schema(request=shapes.EditAlertRouteSerializer, responses={200: shapes.AlertRouteSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        return _edit(Route, shapes.EditAlertRouteSerializer, shapes.AlertRouteSerializer, request, pk)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        return _remove(Route, request, pk)


class AlertRouteOrder(APIView):
    """``up`` or ``down``: it is asked earlier or later."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.AlertRouteSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        return _move(Route, shapes.AlertRouteSerializer, request, pk, verb)


class CorrelationRuleList(Listed):
    """Correlation rules; POST adds one behind the others."""

    serializer_class = shapes.CorrelationRuleSerializer
    queryset = CorrelationRule.objects.all()

    @extend_schema(
        request=shapes.EditCorrelationRuleSerializer, responses={201: shapes.CorrelationRuleSerializer, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        values = _read(shapes.EditCorrelationRuleSerializer, request)
        made = add_correlation_rule(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.CorrelationRuleSerializer, made, status.HTTP_201_CREATED)


class CorrelationRuleDetail(APIView):
    """One correlation rule; PATCH changes it, DELETE removes it (or switches it off, where groups came of it)."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.CorrelationRuleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _present(shapes.CorrelationRuleSerializer, get_object_or_404(CorrelationRule, pk=pk))

    @extend_schema(
        request=shapes.EditCorrelationRuleSerializer, responses={200: shapes.CorrelationRuleSerializer, **REFUSALS}
    )
    def patch(self, request: Request, pk: int) -> Response:
        edits, shows = shapes.EditCorrelationRuleSerializer, shapes.CorrelationRuleSerializer
        return _edit(CorrelationRule, edits, shows, request, pk)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        return _remove(CorrelationRule, request, pk)


class CorrelationRuleOrder(APIView):
    """``up`` or ``down``: it is asked earlier or later."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.CorrelationRuleSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        return _move(CorrelationRule, shapes.CorrelationRuleSerializer, request, pk, verb)


class MaintenanceList(Listed):
    """Maintenance windows; POST plans one."""

    serializer_class = shapes.MaintenanceWindowSerializer
    queryset = MaintenanceWindow.objects.select_related("made_by").prefetch_related("services", "business_lines")

    @extend_schema(
        request=shapes.PlanMaintenanceSerializer, responses={201: shapes.MaintenanceWindowSerializer, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        values = _read(shapes.PlanMaintenanceSerializer, request)
        made = plan_maintenance(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.MaintenanceWindowSerializer, made, status.HTTP_201_CREATED)


class MaintenanceDetail(APIView):
    """One window; PATCH with another ``ends_at`` extends or shortens it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.MaintenanceWindowSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _present(shapes.MaintenanceWindowSerializer, get_object_or_404(MaintenanceWindow, pk=pk))

    @extend_schema(
        request=shapes.ExtendMaintenanceSerializer, responses={200: shapes.MaintenanceWindowSerializer, **REFUSALS}
    )
    def patch(self, request: Request, pk: int) -> Response:
        window = get_object_or_404(MaintenanceWindow, pk=pk)
        values = _read(shapes.ExtendMaintenanceSerializer, request)
        extend_maintenance(window, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.MaintenanceWindowSerializer, window)


class MaintenanceEnd(APIView):
    """POST ends it now and for good."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.MaintenanceWindowSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        window = get_object_or_404(MaintenanceWindow, pk=pk)
        end_maintenance(window, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return _present(shapes.MaintenanceWindowSerializer, window)


class HeartbeatList(Listed):
    """Heartbeats; POST makes one and answers its key."""

    serializer_class = shapes.HeartbeatSerializer
    queryset = Heartbeat.objects.select_related("service")

    @extend_schema(request=shapes.EditHeartbeatSerializer, responses={201: shapes.NewHeartbeatSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = _read(shapes.EditHeartbeatSerializer, request)
        made, key = add_heartbeat(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.NewHeartbeatSerializer, made, status.HTTP_201_CREATED, key=key)


class HeartbeatDetail(APIView):
    """One heartbeat; PATCH changes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.HeartbeatSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return _present(shapes.HeartbeatSerializer, get_object_or_404(Heartbeat, pk=pk))

    @extend_schema(request=shapes.EditHeartbeatSerializer, responses={200: shapes.HeartbeatSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        heartbeat = get_object_or_404(Heartbeat, pk=pk)
        values = _read(shapes.EditHeartbeatSerializer, request, partial=True)
        edit_heartbeat(heartbeat, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return _present(shapes.HeartbeatSerializer, heartbeat)


class HeartbeatSwitch(APIView):
    """``pause`` or ``resume``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.HeartbeatSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        heartbeat = get_object_or_404(Heartbeat, pk=pk)
        service = {"pause": pause_heartbeat, "resume": resume_heartbeat}[verb]
        service(heartbeat, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return _present(shapes.HeartbeatSerializer, heartbeat)


class HeartbeatKey(APIView):
    """POST makes a new key; the old one is nobody's from then on."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.NewHeartbeatSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        heartbeat = get_object_or_404(Heartbeat, pk=pk)
        key = rotate_heartbeat_key(heartbeat, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return _present(shapes.NewHeartbeatSerializer, heartbeat, key=key)
