"""The API of integrations, heartbeats, routes, correlation rules and maintenance: each a kind, and its verbs."""

from collections.abc import Callable
from typing import Any

from detection import services
from detection.api import alert_serializers as shapes
from detection.api.kinds import Kind, detail_view, list_view, verb_view
from detection.models import CorrelationRule, Heartbeat, Integration, MaintenanceWindow, Route


def _with_key(add: Callable[..., tuple[Any, str]]) -> Callable[..., Any]:
    """The key is shown once, with the record just made."""

    def adding(**values: Any) -> Any:
        record, key = add(**values)
        record.key = key
        return record

    return adding


def _new_key(rotate: Callable[..., str]) -> Callable[..., None]:
    def rotating(record: Any, **acting: Any) -> None:
        record.key = rotate(record, **acting)

    return rotating


def _move(record: Any, *, verb: str, **acting: Any) -> None:
    services.move_ordered(record, by=-1 if verb == "up" else 1, **acting)
    record.refresh_from_db()


def _switch(record: Any, *, verb: str, **acting: Any) -> None:
    services.switch_integration(record, is_active=verb == "enable", **acting)


def _beat(record: Any, *, verb: str, **acting: Any) -> None:
    {"pause": services.pause_heartbeat, "resume": services.resume_heartbeat}[verb](record, **acting)


INTEGRATIONS = Kind(
    Integration.objects.select_related("service"),
    shapes.IntegrationSerializer,
    shapes.EditIntegrationSerializer,
    _with_key(services.add_integration),
    services.edit_integration,
    news=shapes.NewIntegrationSerializer,
)
IntegrationList = list_view(INTEGRATIONS, "Integrations; POST makes one and answers its key.")
IntegrationDetail = detail_view(INTEGRATIONS, "One integration; PATCH changes it.")
IntegrationKey = verb_view(
    INTEGRATIONS,
    _new_key(services.rotate_key),
    "POST makes a new key; the old one opens for a day more.",
    shows=shapes.NewIntegrationSerializer,
)
IntegrationSwitch = verb_view(INTEGRATIONS, _switch, "``enable`` or ``disable``.")

HEARTBEATS = Kind(
    Heartbeat.objects.select_related("service"),
    shapes.HeartbeatSerializer,
    shapes.EditHeartbeatSerializer,
    _with_key(services.add_heartbeat),
    services.edit_heartbeat,
    news=shapes.NewHeartbeatSerializer,
)
HeartbeatList = list_view(HEARTBEATS, "Heartbeats; POST makes one and answers its key.")
HeartbeatDetail = detail_view(HEARTBEATS, "One heartbeat; PATCH changes it.")
HeartbeatKey = verb_view(
    HEARTBEATS,
    _new_key(services.rotate_heartbeat_key),
    "POST makes a new key; the old one is nobody's from then on.",
    shows=shapes.NewHeartbeatSerializer,
)
HeartbeatSwitch = verb_view(HEARTBEATS, _beat, "``pause`` or ``resume``.")

ROUTES = Kind(
    Route.objects.select_related("service"),
    shapes.AlertRouteSerializer,
    shapes.EditAlertRouteSerializer,
    services.add_route,
    services.edit_ordered,
    remove=services.remove_ordered,
)
AlertRouteList = list_view(ROUTES, "Routes of alerts; POST adds one behind the others.")
AlertRouteDetail = detail_view(ROUTES, "One route of alerts; PATCH changes it, DELETE removes it.")
AlertRouteOrder = verb_view(ROUTES, _move, "``up`` or ``down``: it is asked earlier or later.")

CORRELATION_RULES = Kind(
    CorrelationRule.objects.all(),
    shapes.CorrelationRuleSerializer,
    shapes.EditCorrelationRuleSerializer,
    services.add_correlation_rule,
    services.edit_ordered,
    remove=services.remove_ordered,
)
CorrelationRuleList = list_view(CORRELATION_RULES, "Correlation rules; POST adds one behind the others.")
CorrelationRuleDetail = detail_view(
    CORRELATION_RULES,
    "One correlation rule; PATCH changes it, DELETE removes it (or switches it off, where groups came of it).",
)
CorrelationRuleOrder = verb_view(CORRELATION_RULES, _move, "``up`` or ``down``: it is asked earlier or later.")

MAINTENANCE = Kind(
    MaintenanceWindow.objects.select_related("made_by").prefetch_related("services", "business_lines"),
    shapes.MaintenanceWindowSerializer,
    shapes.PlanMaintenanceSerializer,
    services.plan_maintenance,
    services.extend_maintenance,
    changes=shapes.ExtendMaintenanceSerializer,
)
MaintenanceList = list_view(MAINTENANCE, "Maintenance windows; POST plans one.")
MaintenanceDetail = detail_view(MAINTENANCE, "One window; PATCH with another ``ends_at`` extends or shortens it.")
MaintenanceEnd = verb_view(MAINTENANCE, services.end_maintenance, "POST ends it now and for good.")
