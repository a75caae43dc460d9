"""What the API takes and shows of integrations, routes, correlation rules, maintenance and heartbeats."""

from typing import Any

from rest_framework import serializers

from catalog.models import BusinessLine, Service
from detection.api.serializers import Seconds
from detection.models import CorrelationRule, Heartbeat, Integration, Kind, MaintenanceWindow, RecoverOn, Repeats, Route
from incidents.api.fields import StrictSerializer
from incidents.models import Level


def service_field(**options: Any) -> Any:
    return serializers.SlugRelatedField(slug_field="slug", queryset=Service.objects.all(), **options)


def level_field(**options: Any) -> Any:
    return serializers.PrimaryKeyRelatedField(queryset=Level.objects.all(), **options)


class IntegrationSerializer(serializers.ModelSerializer[Integration]):
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Integration
        fields: tuple[str, ...] = (
            *("id", "name", "kind", "mapping", "service", "level", "recover_on", "most_per_minute", "is_active"),
            *("last_received_at", "version"),
        )
        read_only_fields: tuple[str, ...] = fields


class NewIntegrationSerializer(IntegrationSerializer):
    """``key`` is shown in this answer only."""

    key = serializers.CharField()

    class Meta(IntegrationSerializer.Meta):
        fields = (*IntegrationSerializer.Meta.fields, "key")
        read_only_fields = fields


class EditIntegrationSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=Kind.choices)
    mapping = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    service = service_field()
    level = level_field()
    recover_on = serializers.ChoiceField(choices=RecoverOn.choices, required=False)
    most_per_minute = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)


class AlertRouteSerializer(serializers.ModelSerializer[Route]):
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    matchers = serializers.CharField(source="conditions_text", read_only=True)

    class Meta:
        model = Route
        fields = ("id", "name", "position", "matchers", "service", "service_label", "level", "is_active")
        read_only_fields = fields


class EditAlertRouteSerializer(StrictSerializer):
    """``matchers``: one condition a line, such as ``host =~ web-[0-9]+``."""

    name = serializers.CharField(max_length=100)
    matchers = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    service = service_field(required=False, allow_null=True)
    service_label = serializers.CharField(required=False, allow_blank=True, max_length=80)
    level = level_field(required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class CorrelationRuleSerializer(serializers.ModelSerializer[CorrelationRule]):
    """``window`` and ``max_window`` are seconds."""

    matchers = serializers.CharField(source="conditions_text", read_only=True)
    window = Seconds(read_only=True)
    max_window = Seconds(read_only=True)

    class Meta:
        model = CorrelationRule
        fields = (
            *("id", "name", "position", "matchers", "group_by", "window", "max_window", "threshold", "level", "title"),
            *("recover_on", "is_active"),
        )
        read_only_fields = fields


class EditCorrelationRuleSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    matchers = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    group_by = serializers.ListField(child=serializers.CharField(max_length=80), max_length=6, required=False)
    window = Seconds(required=False)
    max_window = Seconds(required=False)
    threshold = serializers.IntegerField(min_value=1, max_value=100_000, required=False)
    level = level_field(required=False, allow_null=True)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200)
    recover_on = serializers.ChoiceField(choices=RecoverOn.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class MaintenanceWindowSerializer(serializers.ModelSerializer[MaintenanceWindow]):
    services = serializers.SlugRelatedField[Any](slug_field="slug", many=True, read_only=True)
    business_lines = serializers.SlugRelatedField[Any](slug_field="slug", many=True, read_only=True)
    matchers = serializers.CharField(source="conditions_text", read_only=True)
    made_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    is_on = serializers.SerializerMethodField()

    class Meta:
        model = MaintenanceWindow
        fields = (
            *("id", "name", "reason", "starts_at", "ends_at", "repeats", "repeats_until", "services"),
            *("business_lines", "matchers", "made_by", "made_at", "ended_at", "is_on"),
        )
        read_only_fields = fields

    def get_is_on(self, window: MaintenanceWindow) -> bool:
        return window.occurrence(self.context["now"]) is not None


class PlanMaintenanceSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    repeats = serializers.ChoiceField(choices=Repeats.choices, required=False)
    repeats_until = serializers.DateTimeField(required=False, allow_null=True)
    services = service_field(many=True, required=False)
    business_lines = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=BusinessLine.objects.all(), many=True, required=False
    )
    matchers = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class ExtendMaintenanceSerializer(StrictSerializer):
    ends_at = serializers.DateTimeField()


class HeartbeatSerializer(serializers.ModelSerializer[Heartbeat]):
    """``interval`` and ``grace`` are seconds; ``status`` is ok, new, silent or paused."""

    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    interval = Seconds(read_only=True)
    grace = Seconds(read_only=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Heartbeat
        fields: tuple[str, ...] = (
            *("id", "name", "interval", "grace", "service", "level", "status", "last_beat_at", "due_at", "version"),
        )
        read_only_fields: tuple[str, ...] = fields

    def get_status(self, heartbeat: Heartbeat) -> str:
        return heartbeat.status_at(self.context["now"])


class NewHeartbeatSerializer(HeartbeatSerializer):
    """``key`` is shown in this answer only."""

    key = serializers.CharField()

    class Meta(HeartbeatSerializer.Meta):
        fields = (*HeartbeatSerializer.Meta.fields, "key")
        read_only_fields = fields


class EditHeartbeatSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    interval = Seconds()
    grace = Seconds(required=False)
    service = service_field()
    level = level_field()
