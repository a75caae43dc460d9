"""What the API shows. What it accepts is made from the forms (fields.py)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from incidents.api.fields import serializer_of
from incidents.commands import (
    INCIDENT_COMMANDS,
    PROPOSAL_COMMANDS,
    REPORT_COMMANDS,
    SOLUTION_COMMANDS,
    Command,
    offered,
)
from incidents.forms import ApiReportForm
from incidents.models import Clock, Impact, Incident, MajorProposal, MajorReport, Solution
from incidents.presentation.veiling import unseen_of
from lifecycle import clock
from lifecycle.models import Event

_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


def asked_of(command: Command, record: str) -> type[serializers.Serializer[Any]]:
    name = "".join(word.title() for word in [record, *command.verb.split("_")])
    return serializer_of(command.form, name, **({"version": _version} if command.is_versioned else {}))


ReportSerializer = serializer_of(ApiReportForm, "Report")
INCIDENT_REQUESTS = {command.verb: asked_of(command, "incident") for command in INCIDENT_COMMANDS.values()}
SOLUTION_REQUESTS = {command.verb: asked_of(command, "solution") for command in SOLUTION_COMMANDS.values()}
PROPOSAL_REQUESTS = {command.verb: asked_of(command, "proposal") for command in PROPOSAL_COMMANDS.values()}
REPORT_REQUESTS = {command.verb: asked_of(command, "major_report") for command in REPORT_COMMANDS.values()}


class ClockSerializer(serializers.ModelSerializer[Clock]):
    """A clock as it reads now. ``due_at`` is null while paused; times are in seconds."""

    state = serializers.SerializerMethodField()
    elapsed = serializers.SerializerMethodField()
    remaining = serializers.SerializerMethodField()
    target = serializers.SerializerMethodField()

    class Meta:
        model = Clock
        fields = ("kind", "state", "origin_at", "target", "due_at", "stopped_at", "breached_at", "elapsed", "remaining")

    def get_state(self, row: Clock) -> str:
        return "stopped" if row.is_void else str(self._read(row).state)

    def get_target(self, row: Clock) -> float:
        return row.target.total_seconds()

    def get_elapsed(self, row: Clock) -> float:
        return float(self._read(row).elapsed.total_seconds())

    def get_remaining(self, row: Clock) -> float:
        return float(self._read(row).remaining.total_seconds())

    def _read(self, row: Clock) -> Any:
        if "now" not in self.context:
            self.context["now"] = clock.now()
        return row.read(self.context["now"])


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """An incident in a list."""

    reference = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    handler = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    is_major = serializers.BooleanField(read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="incident-api")

    class Meta:
        model = Incident
        fields = (
            "id",
            "reference",
            "url",
            "title",
            "service",
            "level",
            "is_major",
            "status",
            "source",
            "owner",
            "handler",
            "occurred_at",
            "reported_at",
            "acknowledged_at",
            "recovered_at",
            "resolved_at",
            "closed_at",
            "version",
        )
        read_only_fields = fields


class ImpactSerializer(serializers.ModelSerializer[Impact]):
    class Meta:
        model = Impact
        fields: tuple[str, ...] = (
            "id",
            "started_at",
            "ended_at",
            "affected_users",
            "affected_page_views",
            "is_down",
            "source",
            "is_estimate",
        )


class IncidentDetailSerializer(IncidentSerializer):
    """An incident with its clocks and with what the caller may do: ``allowed`` are verbs to POST,
    ``blocked`` maps the others to the reason."""

    manager = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    transferred_to = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    merged_into = serializers.SerializerMethodField()
    clocks = ClockSerializer(many=True, read_only=True)
    impacts = ImpactSerializer(many=True, read_only=True)
    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()
    events = serializers.HyperlinkedIdentityField(view_name="incident-events-api")

    class Meta(IncidentSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *IncidentSerializer.Meta.fields,
            "description",
            "manager",
            "transferred_to",
            "merged_into",
            "reporter_name",
            "reporter_contact",
            "pending_reason",
            "workaround",
            "resolution",
            "cause_class",
            "transferred_at",
            "accepted_at",
            "confirmed_at",
            "cancelled_at",
            "clocks",
            "impacts",
            "allowed",
            "blocked",
            "events",
        )
        read_only_fields = fields  # type: ignore[assignment]

    def get_merged_into(self, incident: Incident) -> int | None:
        """None too where the caller may not see it."""
        return None if unseen_of([incident.merged_into_id], _reader(self)) else incident.merged_into_id

    def get_allowed(self, incident: Incident) -> list[str]:
        return [offer.verb for offer in offered(incident, _reader(self)) if offer.is_allowed]

    def get_blocked(self, incident: Incident) -> dict[str, str]:
        return {offer.verb: offer.reason for offer in offered(incident, _reader(self)) if not offer.is_allowed}


class SolutionSerializer(serializers.ModelSerializer[Solution]):
    asked_of = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    proposed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    decided_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Solution
        fields = (
            "id",
            "incident",
            "text",
            "risk",
            "rollback",
            "status",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "decision_due_at",
            "asked_of",
            "approval_due_at",
            "allowed",
            "version",
        )
        read_only_fields = fields

    def get_allowed(self, solution: Solution) -> list[str]:
        return [offer.verb for offer in offered(solution, _reader(self)) if offer.is_allowed]


class ProposalSerializer(serializers.ModelSerializer[MajorProposal]):
    """A proposal to handle the incident as a major one; ``proposed_by`` is null where a rule proposed it."""

    proposed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    decided_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = MajorProposal
        fields = (
            "id",
            "incident",
            "status",
            "reason",
            "proposed_by",
            "proposed_at",
            "business_impact",
            "decided_by",
            "decided_at",
            "decision_note",
            "allowed",
            "version",
        )
        read_only_fields = fields

    def get_allowed(self, proposal: MajorProposal) -> list[str]:
        return [offer.verb for offer in offered(proposal, _reader(self)) if offer.is_allowed]


class MajorReportSerializer(serializers.ModelSerializer[MajorReport]):
    """``sections`` holds what people have written: summary, impact, timeline, cause, actions, lessons."""

    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    submitted_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    signed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    sections = serializers.DictField(child=serializers.CharField(), read_only=True)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = MajorReport
        fields = (
            "id",
            "incident",
            "status",
            "owner",
            "due_at",
            "sections",
            "created_at",
            "submitted_by",
            "submitted_at",
            "signed_by",
            "signed_at",
            "allowed",
            "version",
        )
        read_only_fields = fields

    def get_allowed(self, report: MajorReport) -> list[str]:
        return [offer.verb for offer in offered(report, _reader(self)) if offer.is_allowed]


class EventSerializer(serializers.ModelSerializer[Event]):
    actor = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    is_backdated = serializers.BooleanField(read_only=True)
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]

    class Meta:
        model = Event
        fields = (
            "id",
            "verb",
            "from_status",
            "to_status",
            "actor",
            "via",
            "note",
            "data",
            "occurred_at",
            "recorded_at",
            "is_backdated",
        )
        read_only_fields = fields


def address_of(incident: Incident, request: Request) -> str:
    return str(reverse("incident-api", args=[incident.pk], request=request))


def _reader(serializer: serializers.BaseSerializer[Any]) -> Any:
    return serializer.context["request"].user
