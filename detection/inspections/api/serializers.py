"""What the API takes and shows of inspections, findings, activities and the tables they warn of."""

from typing import Any

from rest_framework import serializers

from catalog.models import Person, Service
from detection.inspections.commands import FINDING_COMMANDS
from detection.inspections.warnings import MOST_INCIDENTS, incidents_warned
from detection.models import Activity, Capacity, ExpiryDate, Finding, Inspection, InspectionRun
from incidents.api.fields import StrictSerializer, serializer_of
from incidents.commands import Command, offered
from incidents.models import ActionItem
from problems.models import Problem

_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


def _service(**options: Any) -> Any:
    return serializers.SlugRelatedField[Any](slug_field="slug", queryset=Service.objects.all(), **options)


def _person(**options: Any) -> Any:
    return serializers.SlugRelatedField[Any](slug_field="username", queryset=Person.objects.all(), **options)


def _asked_of(command: Command) -> type[serializers.Serializer[Any]]:
    name = "".join(word.title() for word in ["finding", *command.verb.split("_")])
    more: dict[str, Any] = {"version": _version} if command.is_versioned else {}
    if command.verb == "link_problem":
        more["problem"] = serializers.PrimaryKeyRelatedField[Any](queryset=Problem.objects.all())
    return serializer_of(command.form, name, **more)


REQUESTS = {command.verb: _asked_of(command) for command in FINDING_COMMANDS.values()}


class InspectionRunSerializer(serializers.ModelSerializer[InspectionRun]):
    status = serializers.CharField(read_only=True, help_text="running, finished or failed")
    asked_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = InspectionRun
        fields = ("id", "started_at", "finished_at", "status", "asked_by", "new", "still", "gone", "unknown", "error")
        read_only_fields = fields


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    reference = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Inspection
        fields: tuple[str, ...] = (
            *("id", "reference", "name", "purpose", "kind", "parameters", "service", "owner", "risk"),
            *("days_until_due", "frequency", "at_time", "weekday", "cron", "time_zone", "is_active", "next_run_at"),
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class EditInspectionSerializer(StrictSerializer, serializers.ModelSerializer[Inspection]):
    """``parameters`` are an object with what the kind asks for (``/inspections/kinds/``), all of it."""

    service = _service(required=False, allow_null=True)
    owner = _person(required=False, allow_null=True)
    parameters = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)
    version = _version

    class Meta:
        model = Inspection
        fields: tuple[str, ...] = (
            *("name", "purpose", "parameters", "service", "owner", "risk", "days_until_due"),
            *("frequency", "at_time", "weekday", "cron", "time_zone", "version"),
        )
        extra_kwargs: dict[str, Any] = {"name": {"validators": []}}  # noqa: RUF012 - the service says so


class NewInspectionSerializer(EditInspectionSerializer):
    kind = serializers.CharField(max_length=40, help_text="One of /inspections/kinds/.")
    is_active = serializers.BooleanField(default=True)

    class Meta(EditInspectionSerializer.Meta):
        fields = (*EditInspectionSerializer.Meta.fields, "kind", "is_active")


class ParameterSerializer(serializers.Serializer[Any]):
    """``words``: what the page calls it; ``hint``: what it says beside it."""

    name = serializers.CharField()
    words = serializers.CharField()
    hint = serializers.CharField()
    is_required = serializers.BooleanField()


class InspectionKindSerializer(serializers.Serializer[Any]):
    """What may be looked for, and what is asked for it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    parameters = ParameterSerializer(many=True)


class FindingSerializer(serializers.ModelSerializer[Finding]):
    reference = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    url = serializers.HyperlinkedIdentityField(view_name="finding-api")

    class Meta:
        model = Finding
        fields: tuple[str, ...] = (
            *("id", "reference", "url", "inspection", "activity", "title", "service", "risk", "status"),
            *("status_since", "owner", "due_on", "first_seen_at", "last_seen_at", "times_seen", "problem", "version"),
        )
        read_only_fields: tuple[str, ...] = fields


class FindingDetailSerializer(FindingSerializer):
    """A finding with what the caller may do: ``allowed`` verbs may be POSTed, ``blocked`` maps others to the reason."""

    waiver_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    waived_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    actions = serializers.SerializerMethodField()
    incidents = serializers.SerializerMethodField()
    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    class Meta(FindingSerializer.Meta):
        fields = (
            *FindingSerializer.Meta.fields,
            *("description", "link", "waiver_reason", "waiver_by", "waived_by", "actions", "incidents"),
            *("allowed", "blocked"),
        )
        read_only_fields = fields

    def get_actions(self, finding: Finding) -> list[int]:
        """Those that the caller may see."""
        seen = ActionItem.objects.of_seen(self.context["request"].user)
        return list(seen.from_origin(finding).values_list("pk", flat=True))

    def get_incidents(self, finding: Finding) -> list[int]:
        """The newest that occurred in its service while it stood, as far as the caller may see them."""
        found = incidents_warned(finding, self.context["request"].user)
        return list(found.values_list("pk", flat=True)[:MOST_INCIDENTS])

    def get_allowed(self, finding: Finding) -> list[str]:
        return [offer.verb for offer in self._offered(finding) if offer.is_allowed]

    def get_blocked(self, finding: Finding) -> dict[str, str]:
        return {offer.verb: offer.reason for offer in self._offered(finding) if not offer.is_allowed}

    def _offered(self, finding: Finding) -> Any:
        return offered(finding, self.context["request"].user)


class ActivitySerializer(serializers.ModelSerializer[Activity]):
    services = serializers.SlugRelatedField[Any](slug_field="slug", many=True, read_only=True)
    recorded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Activity
        fields: tuple[str, ...] = (
            *("id", "kind", "title", "services", "held_on", "held_by", "outcome", "report_url", "report"),
            *("recorded_by", "version"),
        )
        read_only_fields: tuple[str, ...] = fields


class EditActivitySerializer(StrictSerializer, serializers.ModelSerializer[Activity]):
    services = _service(many=True, allow_empty=False)
    version = _version

    class Meta:
        model = Activity
        fields = ("kind", "title", "services", "held_on", "held_by", "outcome", "report_url", "report", "version")


class NewFindingSerializer(StrictSerializer, serializers.ModelSerializer[Finding]):
    """A finding of an activity."""

    service = _service()
    owner = _person(required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)

    class Meta:
        model = Finding
        fields = ("title", "service", "risk", "owner", "due_on", "description")


class ExpiryDateSerializer(serializers.ModelSerializer[ExpiryDate]):
    service = _service()

    class Meta:
        model = ExpiryDate
        fields = ("id", "name", "kind", "service", "expires_on", "version")
        read_only_fields = ("id", "version")
        validators: list[Any] = []  # noqa: RUF012 - the service says so


class CapacitySerializer(serializers.ModelSerializer[Capacity]):
    service = _service()
    measured_on = serializers.DateField(required=False)
    percent = serializers.FloatField(read_only=True)

    class Meta:
        model = Capacity
        fields = ("id", "name", "service", "value", "threshold", "unit", "measured_on", "percent", "version")
        read_only_fields = ("id", "percent", "version")
        validators: list[Any] = []  # noqa: RUF012 - the service says so


class CsvSerializer(StrictSerializer):
    """``csv``: a heading and rows, as the page takes them."""

    csv = serializers.CharField(max_length=2_000_000, trim_whitespace=False)


class ImportedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class ScoreSerializer(serializers.Serializer[Any]):
    """Numbers of findings (``warned``, ``unfollowed``, ``young``, ``unplaced``) and of incidents (``foretold``,
    ``missed``); the shares in percent, null where there is nothing to divide by."""

    warned = serializers.ListField(child=serializers.IntegerField())
    unfollowed = serializers.ListField(child=serializers.IntegerField())
    young = serializers.ListField(child=serializers.IntegerField())
    unplaced = serializers.ListField(child=serializers.IntegerField())
    foretold = serializers.ListField(child=serializers.IntegerField())
    missed = serializers.ListField(child=serializers.IntegerField())
    precision = serializers.FloatField(allow_null=True)
    recall = serializers.FloatField(allow_null=True)
