"""What the API takes and shows of sources and collections. A secret goes in and never comes out."""

from typing import Any

from rest_framework import serializers

from detection.api.serializers import Seconds
from detection.models import Aggregate, Collection, RejectedRows, Source, SourceKind
from incidents.api.fields import StrictSerializer


class SourceSerializer(serializers.ModelSerializer[Source]):
    timeout = Seconds(read_only=True)
    has_secret = serializers.BooleanField(read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="source-api", lookup_field="slug")

    class Meta:
        model = Source
        fields = (
            "slug",
            "url",
            "name",
            "kind",
            "options",
            "has_secret",
            "secret_env",
            "timeout",
            "row_cap",
            "checked_at",
            "check_error",
            "version",
        )
        read_only_fields = fields


class EditSourceSerializer(StrictSerializer):
    """``secret`` is kept encrypted and never shown; ``secret_env`` names the variable that holds it instead."""

    name = serializers.CharField(max_length=100)
    options = serializers.DictField(child=serializers.JSONField())
    secret = serializers.CharField(
        max_length=500, required=False, allow_blank=True, write_only=True, trim_whitespace=False
    )
    secret_env = serializers.CharField(max_length=100, required=False, allow_blank=True)
    timeout = Seconds(required=False)
    row_cap = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)
    version = serializers.IntegerField(min_value=1, max_value=10**9, required=False)


class AddSourceSerializer(EditSourceSerializer):
    slug = serializers.SlugField(max_length=80)
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    version = None  # type: ignore[assignment]


class LookSerializer(StrictSerializer):
    """``table``: whose first rows to show; the first table's without it."""

    table = serializers.CharField(max_length=200, required=False, allow_blank=True)


class SeenColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()


class SeenTableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    columns = SeenColumnSerializer(many=True)


class SeenSerializer(serializers.Serializer[Any]):
    """What the source showed; ``error`` says what is wrong, and is empty where nothing is."""

    error = serializers.CharField()
    tables = SeenTableSerializer(many=True)
    table = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField(allow_null=True)))


class RejectedSerializer(serializers.ModelSerializer[RejectedRows]):
    class Meta:
        model = RejectedRows
        fields = ("reason", "count", "sample", "interval_at", "last_at")
        read_only_fields = fields


class CollectionSerializer(serializers.ModelSerializer[Collection]):
    source = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)  # type: ignore[assignment]
    delay = Seconds(read_only=True)
    rejected = RejectedSerializer(many=True, read_only=True)

    class Meta:
        model = Collection
        fields = (
            "source",
            "table",
            "time_column",
            "time_format",
            "time_zone",
            "aggregate",
            "value_column",
            "labels",
            "filters",
            "statement",
            "delay",
            "zero_when_missing",
            "lowest",
            "highest",
            "is_active",
            "collected_to",
            "succeeded_at",
            "failures",
            "last_error",
            "rejected",
        )
        read_only_fields = fields


class CollectSerializer(StrictSerializer):
    """How the metric is read out of a source: a table, or a query of your own."""

    source = serializers.SlugRelatedField[Any](  # type: ignore[assignment]
        slug_field="slug", queryset=Source.objects.all()
    )
    table = serializers.CharField(max_length=200, required=False, allow_blank=True)
    time_column = serializers.CharField(max_length=200, required=False, allow_blank=True)
    time_format = serializers.CharField(max_length=40, required=False)
    time_zone = serializers.CharField(max_length=50, required=False)
    aggregate = serializers.ChoiceField(choices=Aggregate.choices, required=False)
    value_column = serializers.CharField(max_length=200, required=False, allow_blank=True)
    labels = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    filters = serializers.DictField(child=serializers.JSONField(), required=False)
    statement = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    delay = Seconds(required=False)
    zero_when_missing = serializers.BooleanField(required=False)
    lowest = serializers.FloatField(required=False, allow_null=True)
    highest = serializers.FloatField(required=False, allow_null=True)
    collect_from = serializers.DateTimeField(required=False)
