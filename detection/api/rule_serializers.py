"""What the API takes and shows around rules: going live, versions, back-tests, one minute explained."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from detection.api.serializers import EditRuleSerializer
from detection.models import RuleVersion
from detection.services.backtesting import SPANS
from incidents.api.fields import StrictSerializer


class ModeNoteSerializer(StrictSerializer):
    """``version``: refused with 409 where the rule has changed since."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(min_value=1, max_value=10**9, required=False)


class RuleVersionSerializer(serializers.ModelSerializer[RuleVersion]):
    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = RuleVersion
        fields = ("number", "definition", "actor", "via", "note", "restored_from", "created_at")
        read_only_fields = fields


class BackTestRequestSerializer(EditRuleSerializer):
    """The rule as it is, with what is given here instead. Nothing is saved."""

    span = serializers.ChoiceField(choices=sorted(SPANS), required=False, default="24h")
    note = None  # type: ignore[assignment]
    version = None  # type: ignore[assignment]


class KnownSerializer(serializers.Serializer[Any]):
    incident = serializers.IntegerField(source="number")
    is_false = serializers.BooleanField()


class FiringSerializer(serializers.Serializer[Any]):
    """``outcome``: hit, besides, or missed for an incident that nothing found."""

    at = serializers.DateTimeField()
    outcome = serializers.CharField()
    lasted = serializers.SerializerMethodField()
    series = serializers.CharField()
    incidents = KnownSerializer(many=True)

    def get_lasted(self, row: Any) -> float | None:
        """Seconds; null where it goes on."""
        lasted: timedelta | None = row.lasted
        return None if lasted is None else lasted.total_seconds()


class BackTestSerializer(serializers.Serializer[Any]):
    """Of incidents, those that the caller may see."""

    begins = serializers.DateTimeField(source="test.begins")
    ends = serializers.DateTimeField(source="test.ends")
    series = serializers.SerializerMethodField()
    limits = serializers.ListField(child=serializers.CharField(), source="test.limits")
    verdicts = serializers.DictField(child=serializers.IntegerField(), source="test.outcome.counts")
    fired = serializers.SerializerMethodField()
    known = serializers.SerializerMethodField()
    hit = serializers.IntegerField(source="comparison.hit_count")
    besides = serializers.IntegerField(source="comparison.besides")
    firings = FiringSerializer(many=True, source="rows")

    def get_series(self, preview: Any) -> int:
        return len(preview.test.series)

    def get_fired(self, preview: Any) -> int:
        return len(preview.comparison.firings)

    def get_known(self, preview: Any) -> int:
        return len(preview.comparison.hits)


class LookedSerializer(serializers.Serializer[Any]):
    middle = serializers.DateTimeField()
    values = serializers.ListField(child=serializers.FloatField(allow_null=True))


class MarkSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    value = serializers.FloatField(allow_null=True)
    then = serializers.CharField(allow_null=True)
    now = serializers.CharField(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """``then``: what was said when the minute was judged; ``now``: what the frames of now say."""

    at = serializers.DateTimeField()
    labels = serializers.JSONField(source="series.labels")
    version = serializers.SerializerMethodField()
    value = serializers.FloatField(allow_null=True)
    measured = serializers.FloatField(allow_null=True)
    expected = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    then = serializers.CharField(allow_null=True)
    now = serializers.CharField(allow_null=True)
    has_changed = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    looked = LookedSerializer(many=True)
    marks = MarkSerializer(many=True)
    alert = serializers.SerializerMethodField()
    incident = serializers.SerializerMethodField()

    def get_version(self, said: Any) -> int | None:
        return said.version.number if said.version else None

    def get_alert(self, said: Any) -> int | None:
        return said.alert.pk if said.alert else None

    def get_incident(self, said: Any) -> int | None:
        """Null where there is none, or none for the caller."""
        pk = said.alert.incident_id if said.alert else None
        return None if pk in self.context["unseen"] else pk
