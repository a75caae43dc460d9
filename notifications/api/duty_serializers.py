"""How duty looks in the API. Moments are ISO 8601 with an offset; people are user names."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Person
from notifications.models import DutyRole, LayerKind, Override, OverrideKind, ShiftUnit, SwapRequest
from notifications.services.scheduling import MOST_EVERY, Plan

PEOPLE = Person.objects.all()


def person_field(**options: Any) -> Any:
    return serializers.SlugRelatedField(slug_field="username", queryset=PEOPLE, **options)


class UserNames(serializers.ListField):
    child = serializers.CharField()

    def to_representation(self, people: Any) -> list[str]:
        return [person.username for person in people]


class WindowSerializer(serializers.Serializer[Any]):
    """Wall-clock times; "to" at or before "from" is the next day's. No weekdays: every day. Monday is 0."""

    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6), max_length=7, default=list
    )
    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")

    def to_representation(self, window: dict[str, Any]) -> dict[str, Any]:
        return {"weekdays": window.get("weekdays", []), "opens": window["from"], "closes": window["to"]}

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        times = {"from": f"{value['opens']:%H:%M}", "to": f"{value['closes']:%H:%M}"}
        return {"weekdays": value["weekdays"], **times}


class LayerSerializer(serializers.Serializer[Any]):
    """A layer, and what POST and PUT state of a rotation."""

    id = serializers.IntegerField(source="pk", read_only=True)
    position = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(LayerKind.choices, read_only=True)
    role = serializers.ChoiceField(DutyRole.choices, default=DutyRole.PRIMARY)
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    unit = serializers.ChoiceField(ShiftUnit.choices, default=ShiftUnit.WEEKLY)
    every = serializers.IntegerField(min_value=1, max_value=MOST_EVERY, default=1)
    starts_on = serializers.DateField()
    handover_at = serializers.TimeField()
    ends_on = serializers.DateField(allow_null=True, default=None)
    windows = WindowSerializer(many=True, default=list)
    members = serializers.ListField(child=serializers.CharField(), read_only=True)

    def to_representation(self, layer: Any) -> dict[str, Any]:
        shown = super().to_representation(layer)
        return shown | {"members": [place.person.username for place in layer.places.all()]}


class StateLayerSerializer(LayerSerializer):
    members = person_field(many=True)

    def plan(self) -> Plan:
        return Plan(**self.validated_data)


class ScheduleSerializer(serializers.Serializer[Any]):
    team = serializers.CharField(source="team.slug")
    time_zone = serializers.CharField()
    layers = LayerSerializer(many=True)


class StateScheduleSerializer(serializers.Serializer[Any]):
    time_zone = serializers.CharField(max_length=50)


class DutySerializer(serializers.Serializer[Any]):
    """Who is on call in a schedule: nobody in ``primary`` is a gap."""

    team = serializers.CharField(source="schedule.team.slug")
    time_zone = serializers.CharField(source="schedule.time_zone")
    primary = UserNames(read_only=True)
    secondary = UserNames(read_only=True)
    until = serializers.DateTimeField()
    is_gap = serializers.BooleanField()


class OverrideSerializer(serializers.ModelSerializer[Override]):
    team = serializers.CharField(source="schedule.team.slug", read_only=True)
    person = person_field()
    replaces = person_field(allow_null=True, default=None)
    made_by = serializers.SlugRelatedField[Person](slug_field="username", read_only=True)
    kind = serializers.ChoiceField(OverrideKind.choices, default=OverrideKind.REPLACE)
    role = serializers.ChoiceField(DutyRole.choices, default=DutyRole.PRIMARY)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")

    class Meta:
        model = Override
        fields = (
            *("id", "team", "kind", "role", "person", "replaces", "starts_at", "ends_at", "reason"),
            *("made_by", "made_at", "withdrawn_at"),
        )
        read_only_fields = ("made_at", "withdrawn_at")


class SwapSerializer(serializers.ModelSerializer[SwapRequest]):
    team = serializers.CharField(source="schedule.team.slug", read_only=True)
    asker = serializers.SlugRelatedField[Person](slug_field="username", read_only=True)
    asked_of = person_field(allow_null=True, default=None)
    taker = serializers.SlugRelatedField[Person](slug_field="username", read_only=True)
    role = serializers.ChoiceField(DutyRole.choices, default=DutyRole.PRIMARY)
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    status = serializers.CharField(read_only=True)

    class Meta:
        model = SwapRequest
        fields = ("id", "team", "role", "asker", "asked_of", "taker", "starts_at", "ends_at", "note", "status")


class GapSerializer(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(source="duty.start")
    ends_at = serializers.DateTimeField(source="duty.end")


class LoadSerializer(serializers.Serializer[Any]):
    person = serializers.CharField()
    hours = serializers.FloatField()
    balance = serializers.FloatField()
    shifts = serializers.IntegerField()
    nights = serializers.IntegerField()
    weekend_days = serializers.IntegerField()


class CoverageSerializer(serializers.Serializer[Any]):
    """The next 52 weeks of a schedule. At most twelve gaps are listed, ``more_gaps`` counts the others."""

    team = serializers.CharField(source="schedule.team.slug")
    percent = serializers.FloatField()
    gaps = GapSerializer(many=True)
    more_gaps = serializers.IntegerField()
    loads = serializers.SerializerMethodField()
    empty_layers = serializers.ListField(child=serializers.CharField())
    inactive = UserNames(read_only=True)
    unverified = UserNames(read_only=True)

    @extend_schema_field(LoadSerializer(many=True))
    def get_loads(self, report: Any) -> list[dict[str, Any]]:
        return [
            {
                "person": person.username,
                "hours": round(load.length.total_seconds() / 3600, 2),
                "balance": round(load.balance, 4),
                "shifts": load.shifts,
                "nights": load.nights,
                "weekend_days": load.weekend_days,
            }
            for person, load in report.loads
        ]
