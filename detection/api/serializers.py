"""What the API takes and shows of metrics, frames, rules and alerts. The services judge what was sent."""

import math
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from catalog.models import Service
from detection.models import Alert, Counts, Metric, QuietWhen, RecoverOn, Rule
from incidents.api.fields import StrictSerializer
from incidents.models import Calendar, Level

MOST_SECONDS = 10 * 366 * 86_400


class Seconds(serializers.FloatField):
    """A duration as seconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=MOST_SECONDS, **options)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            self.fail("invalid")
        try:
            seconds = super().to_internal_value(data)
        except OverflowError:
            self.fail("invalid")
        if not math.isfinite(seconds):
            self.fail("invalid")
        return timedelta(seconds=min(max(seconds, -1), MOST_SECONDS + 1))

    def run_validators(self, value: Any) -> None:
        super().run_validators(value.total_seconds())

    def to_representation(self, value: Any) -> Any:
        return float(value.total_seconds())


class MetricSerializer(serializers.ModelSerializer[Metric]):
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    detail = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    interval = Seconds(read_only=True)
    lateness = Seconds(read_only=True)
    retention = Seconds(read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="metric-api", lookup_field="slug")

    class Meta:
        model = Metric
        fields = (
            "slug",
            "url",
            "name",
            "dimensions",
            "interval",
            "lateness",
            "precision",
            "retention",
            "service",
            "counts",
            "detail",
        )
        read_only_fields = fields


class EditMetricSerializer(StrictSerializer):
    """Durations are seconds."""

    name = serializers.CharField(max_length=100)
    lateness = Seconds(required=False)
    retention = Seconds(required=False)
    service = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=Service.objects.all(), required=False, allow_null=True
    )
    counts = serializers.ChoiceField(choices=Counts.choices, required=False)
    detail = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=Metric.objects.all(), required=False, allow_null=True
    )


class AddMetricSerializer(EditMetricSerializer):
    slug = serializers.SlugField(max_length=80)
    dimensions = serializers.ListField(child=serializers.CharField(max_length=40), max_length=8, required=False)
    interval = Seconds(required=False)
    precision = serializers.ChoiceField(choices=["float32", "float64"], required=False)


class PointSerializer(StrictSerializer):
    """One series of a frame; null is a gap."""

    labels = serializers.DictField(child=serializers.JSONField(), required=False, default=dict)
    value = serializers.JSONField(allow_null=True)


class FrameSerializer(StrictSerializer):
    at = serializers.DateTimeField()
    values = PointSerializer(many=True)


class StoredSerializer(serializers.Serializer[Any]):
    """How many series the frame named."""

    stored = serializers.IntegerField()


class RuleSerializer(serializers.ModelSerializer[Rule]):
    metric = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    other_metric = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    sentence = serializers.CharField(read_only=True)
    status = serializers.SerializerMethodField()
    open_alerts = serializers.IntegerField(read_only=True)
    mode = serializers.CharField(source="mode.value", read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="rule-api")

    class Meta:
        model = Rule
        fields = (
            "id",
            "url",
            "name",
            "metric",
            "other_metric",
            "kind",
            "parameters",
            "selector",
            "service",
            "level",
            "fire_for",
            "fire_of",
            "clear_after",
            "title",
            "group",
            "quiet_calendar",
            "quiet_when",
            "recover_on",
            "sentence",
            "is_active",
            "is_shadow",
            "mode",
            "status",
            "open_alerts",
            "evaluated_to",
            "evaluated_at",
            "last_error",
            "version",
        )
        read_only_fields = fields

    def get_status(self, rule: Rule) -> str:
        return rule.status_at(self.context["now"]).value


class EditRuleSerializer(StrictSerializer):
    """Every field may be left out; ``version`` is the one you read."""

    name = serializers.CharField(max_length=100)
    parameters = serializers.JSONField()
    selector = serializers.JSONField(required=False)
    service = serializers.SlugRelatedField[Any](slug_field="slug", queryset=Service.objects.all())
    level = serializers.PrimaryKeyRelatedField[Any](queryset=Level.objects.all())
    fire_for = serializers.IntegerField(min_value=1, max_value=60, required=False)
    fire_of = serializers.IntegerField(min_value=1, max_value=60, required=False)
    clear_after = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    title = serializers.CharField(max_length=200)
    group = serializers.SlugField(max_length=80, required=False, allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    other_metric = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=Metric.objects.all(), required=False, allow_null=True
    )
    quiet_calendar = serializers.PrimaryKeyRelatedField[Any](
        queryset=Calendar.objects.all(), required=False, allow_null=True
    )
    quiet_when = serializers.ChoiceField(choices=QuietWhen.choices, required=False)
    recover_on = serializers.ChoiceField(choices=RecoverOn.choices, required=False)
    version = serializers.IntegerField(min_value=1, max_value=10**9, required=False)


class AddRuleSerializer(EditRuleSerializer):
    metric = serializers.SlugRelatedField[Any](slug_field="slug", queryset=Metric.objects.all())
    kind = serializers.CharField(max_length=20)
    is_shadow = serializers.BooleanField(required=False)
    version = None  # type: ignore[assignment]


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """``status``: open, acknowledged, suppressed or ended. ``labels`` of a rule's alert are its series'."""

    labels = serializers.SerializerMethodField()
    status = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Alert
        fields = (
            "id",
            "origin",
            "status",
            "title",
            "description",
            "severity",
            "severity_at_source",
            "service",
            "level",
            "dedup_key",
            "integration",
            "heartbeat",
            "suppressed_by",
            "links",
            "note",
            "occurrences",
            "acknowledged_at",
            "rule",
            "labels",
            "incident",
            "started_at",
            "opened_at",
            "last_seen_at",
            "ended_at",
            "peak",
            "expected",
            "is_shadow",
            "is_late",
        )
        read_only_fields = fields

    def get_labels(self, alert: Alert) -> dict[str, str]:
        return dict(alert.series.labels if alert.series else alert.labels)
