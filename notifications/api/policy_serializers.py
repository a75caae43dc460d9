"""What the API takes and shows of policies, the notification table, routes, simulations and drills."""

from typing import Any

from rest_framework import serializers

from catalog.models import Person, Service
from detection.api.serializers import Seconds
from incidents.api.fields import StrictSerializer
from incidents.models import Level
from notifications.models import (
    ChatHook,
    EscalationPolicy,
    NoticeKind,
    NotificationRule,
    Party,
    Route,
    Schedule,
    StepTarget,
    Urgency,
)
from notifications.models.notice import TABLED
from notifications.services.editing.policies import PolicyValues, StepValues
from notifications.ways import PERSONAL

WAYS = [(channel.value, channel.label) for channel in PERSONAL]


def _person(**options: Any) -> Any:
    return serializers.SlugRelatedField[Any](slug_field="username", queryset=Person.objects.all(), **options)


class LevelsField(serializers.ListField):
    child = serializers.IntegerField(min_value=1, max_value=99)


class StepSerializer(StrictSerializer):
    """Durations are seconds. Without ``channels`` each person's own rules for ``urgency`` hold."""

    after = Seconds()
    target = serializers.ChoiceField(choices=StepTarget.choices)
    channels = serializers.ListField(child=serializers.ChoiceField(choices=WAYS), required=False, default=list)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, default=Urgency.IMPORTANT)
    people = _person(many=True, required=False, default=list)
    schedule = serializers.PrimaryKeyRelatedField[Any](queryset=Schedule.objects.all(), required=False, allow_null=True)
    chat = serializers.PrimaryKeyRelatedField[Any](queryset=ChatHook.objects.all(), required=False, allow_null=True)
    from_time = serializers.TimeField(required=False, allow_null=True)
    to_time = serializers.TimeField(required=False, allow_null=True)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), required=False, default=list
    )
    min_alerts = serializers.IntegerField(min_value=1, max_value=100_000, required=False, allow_null=True)
    alerts_within = Seconds(required=False, allow_null=True)


class PolicySerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    levels = LevelsField(required=False)
    round_length = Seconds()
    repeats = serializers.IntegerField(min_value=0, max_value=20)
    fallback = _person(required=False, allow_null=True)
    time_zone = serializers.CharField(max_length=50, required=False)
    steps = StepSerializer(many=True)
    version = serializers.IntegerField(min_value=1, max_value=10**9, required=False)
    """The one that you have read."""

    @staticmethod
    def values(data: dict[str, Any], policy: EscalationPolicy | None = None) -> PolicyValues:
        """What was left out stays as it is."""
        kept = PolicyValues.of(policy).__dict__ if policy else {}
        if "steps" in data:
            data = {**data, "steps": [StepValues(**step) for step in data["steps"]]}
        return PolicyValues(**{**kept, **data})


class ShownPolicySerializer(PolicySerializer):
    id = serializers.IntegerField()

    def to_representation(self, instance: Any) -> Any:
        values = PolicyValues.of(instance).__dict__
        return super().to_representation({**values, "id": instance.pk, "version": instance.version})


class TableRowSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=[(kind.value, NoticeKind(kind).label) for kind in TABLED])
    levels = LevelsField()
    channels = serializers.ListField(child=serializers.ChoiceField(choices=WAYS))
    to = serializers.ListField(child=serializers.ChoiceField(choices=Party.choices))
    cc = serializers.ListField(child=serializers.ChoiceField(choices=Party.choices), required=False, default=list)
    at_percent = serializers.IntegerField(min_value=1, max_value=1000, required=False, allow_null=True)


class ShownTableRowSerializer(serializers.ModelSerializer[NotificationRule]):
    class Meta:
        model = NotificationRule
        fields = ("id", "kind", "levels", "channels", "to", "cc", "at_percent")
        read_only_fields = fields


class RouteSerializer(StrictSerializer):
    """``match``: label to exact value; ``match_re``: label to anchored pattern. Without a policy: the parent's."""

    match = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=200), required=False)
    match_re = serializers.DictField(child=serializers.CharField(max_length=200), required=False)
    policy = serializers.PrimaryKeyRelatedField[Any](
        queryset=EscalationPolicy.objects.all(), required=False, allow_null=True
    )
    goes_on = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    position = serializers.IntegerField(min_value=0, max_value=1000, required=False)


class AddRouteSerializer(RouteSerializer):
    parent = serializers.PrimaryKeyRelatedField[Any](  # type: ignore[assignment]
        queryset=Route.objects.all(), required=False
    )
    """The root, if left out."""


class ShownRouteSerializer(serializers.ModelSerializer[Route]):
    class Meta:
        model = Route
        fields = ("id", "parent", "position", "match", "match_re", "policy", "goes_on", "note")
        read_only_fields = fields


class AskRoutesSerializer(StrictSerializer):
    """Labels, or the number of an incident."""

    labels = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=300), required=False)
    incident = serializers.IntegerField(min_value=1, max_value=2**62, required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    routes = serializers.ListField(
        child=serializers.IntegerField(), help_text="The numbers on the way, the root first."
    )
    policy = serializers.IntegerField(allow_null=True)
    is_by_level = serializers.BooleanField()


class SimulationSerializer(StrictSerializer):
    service = serializers.SlugRelatedField[Any](slug_field="slug", queryset=Service.objects.all())
    level = serializers.PrimaryKeyRelatedField[Any](queryset=Level.objects.all())
    at = serializers.DateTimeField(required=False)


class DrillSerializer(StrictSerializer):
    service = serializers.SlugRelatedField[Any](slug_field="slug", queryset=Service.objects.all())
    level = serializers.PrimaryKeyRelatedField[Any](queryset=Level.objects.all())
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)


class MessageSerializer(serializers.Serializer[Any]):
    channel = serializers.CharField()
    after = Seconds()
    where = serializers.CharField(help_text="Numbers are masked.")
    why_not = serializers.CharField()


class TimetableReachSerializer(serializers.Serializer[Any]):
    person = serializers.CharField(source="person.username")
    messages = MessageSerializer(many=True)


class TimetableEntrySerializer(serializers.Serializer[Any]):
    """A line of the timetable; ``at`` null: when service is recovered."""

    at = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField()
    what = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    chat = serializers.CharField()
    left_out = serializers.CharField()
    gap = serializers.CharField()
    reaches = TimetableReachSerializer(many=True)
    copies = TimetableReachSerializer(many=True)


class NextStepSerializer(serializers.Serializer[Any]):
    escalation = serializers.IntegerField()
    step = serializers.IntegerField()
    at = serializers.DateTimeField()
    target = serializers.CharField()
    left_out = serializers.CharField()
    gap = serializers.CharField()
    reaches = TimetableReachSerializer(many=True)


class SteerSerializer(StrictSerializer):
    """``page`` and ``add`` name a person; ``page-step`` and ``skip`` an escalation and one of its steps."""

    person = _person(required=False)
    escalation = serializers.IntegerField(min_value=1, max_value=2**62, required=False)
    step = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
