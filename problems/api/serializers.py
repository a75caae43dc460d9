"""What the API shows of problems. What it accepts is made from the forms."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.api.fields import serializer_of
from incidents.commands import Command, offered
from problems.commands import PROBLEM_COMMANDS
from problems.forms import ApiRaiseForm
from problems.models import Cause, ChangeLink, Factor, KnownError, Problem, Why
from problems.presentation import reasons_of
from problems.ranking import impact_of

_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


def _asked_of(command: Command) -> type[serializers.Serializer[Any]]:
    name = "".join(word.title() for word in ["problem", *command.verb.split("_")])
    return serializer_of(command.form, name, **({"version": _version} if command.is_versioned else {}))


RaiseSerializer = serializer_of(ApiRaiseForm, "RaiseProblem")
REQUESTS = {command.verb: _asked_of(command) for command in PROBLEM_COMMANDS.values()}


class KnownErrorSerializer(serializers.ModelSerializer[KnownError]):
    reference = serializers.CharField(read_only=True)

    class Meta:
        model = KnownError
        fields = ("reference", "symptom", "cause", "workaround", "affected_version", "revision", "written_at")
        read_only_fields = fields


class WhySerializer(serializers.ModelSerializer[Why]):
    """An answer; ``parent`` is the one that it is the why of."""

    cause = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Why
        fields = ("id", "parent", "text", "cause", "is_root", "written_at")
        read_only_fields = fields


class FactorSerializer(serializers.ModelSerializer[Factor]):
    cause = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Factor
        fields = ("id", "cause", "text", "written_at")
        read_only_fields = fields


class ChangeLinkSerializer(serializers.ModelSerializer[ChangeLink]):
    class Meta:
        model = ChangeLink
        fields = ("id", "kind", "url", "title", "written_at")
        read_only_fields = fields


class EvidenceSerializer(serializers.Serializer[Any]):
    """An incident for which the detector raised or fed the problem, and what it shares with the others."""

    incident = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True)
    found_at = serializers.DateTimeField(read_only=True)


class CauseSerializer(serializers.ModelSerializer[Cause]):
    """A word of the cause taxonomy."""

    part_of = serializers.SlugRelatedField[Any](source="parent", slug_field="slug", read_only=True, allow_null=True)

    class Meta:
        model = Cause
        fields = ("slug", "name", "part_of", "is_active")
        read_only_fields = fields


class ProblemImpactSerializer(serializers.Serializer[Any]):
    """What the incidents did together, and the priority that follows (problems/ranking.py)."""

    uv_minutes = serializers.FloatField(read_only=True)
    incidents = serializers.IntegerField(read_only=True)
    hours = serializers.FloatField(read_only=True)
    points = serializers.FloatField(read_only=True)
    priority = serializers.IntegerField(read_only=True)
    arithmetic = serializers.CharField(read_only=True)


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    """A problem in a list."""

    reference = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    incidents_in_all = serializers.IntegerField(read_only=True)
    incidents_of_30_days = serializers.IntegerField(read_only=True)
    incidents_since = serializers.IntegerField(read_only=True, help_text="Since it came into its present status.")
    last_seen_at = serializers.DateTimeField(read_only=True, allow_null=True)
    impact = serializers.SerializerMethodField()
    url = serializers.HyperlinkedIdentityField(view_name="problem-api")

    class Meta:
        model = Problem
        fields: tuple[str, ...] = (
            "id",
            "reference",
            "url",
            "title",
            "service",
            "status",
            "status_since",
            "owner",
            "due_on",
            "raised_at",
            "closed_at",
            "incidents_in_all",
            "incidents_of_30_days",
            "incidents_since",
            "last_seen_at",
            "impact",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(ProblemImpactSerializer)
    def get_impact(self, problem: Problem) -> dict[str, Any]:
        return dict(ProblemImpactSerializer(impact_of(problem)).data)


class ProblemDetailSerializer(ProblemSerializer):
    """A problem with its known error and with what the caller may do: ``allowed`` are verbs to POST,
    ``blocked`` maps the others to the reason."""

    known_error = serializers.SerializerMethodField()
    incidents = serializers.SerializerMethodField()
    whys = WhySerializer(many=True, read_only=True)
    factors = FactorSerializer(many=True, read_only=True)
    changes = ChangeLinkSerializer(many=True, read_only=True)
    evidence = serializers.SerializerMethodField()
    outcome_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    signed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    class Meta(ProblemSerializer.Meta):
        fields = (
            *ProblemSerializer.Meta.fields,
            "description",
            "fix",
            "known_error",
            "incidents",
            "outcome",
            "outcome_reference",
            "outcome_text",
            "outcome_by",
            "signed_by",
            "signed_at",
            "waiver_ends_on",
            "waiver_over_at",
            "whys",
            "factors",
            "changes",
            "evidence",
            "allowed",
            "blocked",
        )
        read_only_fields = fields

    def get_incidents(self, problem: Problem) -> list[int]:
        """Those that the caller may see."""
        seen = problem.incidents.visible_to(self.context["request"].user).order_by("pk")
        return list(seen.values_list("pk", flat=True))

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, problem: Problem) -> list[dict[str, Any]]:
        """Of the incidents that the caller may see."""
        seen = set(self.get_incidents(problem))
        rows = [row for row in problem.evidence.all() if row.incident_id in seen]
        return [{"incident": row.incident_id, "kind": row.kind, "found_at": row.found_at} for row in rows]

    def get_known_error(self, problem: Problem) -> dict[str, Any] | None:
        known = KnownError.objects.filter(problem=problem).first()
        return dict(KnownErrorSerializer(known).data) if known else None

    def get_allowed(self, problem: Problem) -> list[str]:
        return [offer.verb for offer in self._offered(problem) if offer.is_allowed]

    def get_blocked(self, problem: Problem) -> dict[str, str]:
        return {offer.verb: offer.reason for offer in self._offered(problem) if not offer.is_allowed}

    def _offered(self, problem: Problem) -> Any:
        return offered(problem, self.context["request"].user)


class SimilarIncidentSerializer(serializers.Serializer[Any]):
    incident = serializers.IntegerField(source="incident.pk")
    reference = serializers.CharField(source="incident.reference")
    title = serializers.CharField(source="incident.title")
    status = serializers.CharField(source="incident.status")
    likeness = serializers.FloatField(source="likeness.figure")
    why = serializers.SerializerMethodField()

    def get_why(self, each: Any) -> str:
        return reasons_of(each.likeness)


class KnownErrorMatchSerializer(serializers.Serializer[Any]):
    """``through``: the incident by which it was found, or null."""

    problem = serializers.IntegerField(source="problem.pk")
    known_error = serializers.CharField(source="problem.known_error.reference")
    title = serializers.CharField(source="problem.title")
    workaround = serializers.CharField(source="problem.known_error.workaround")
    likeness = serializers.FloatField(source="likeness.figure")
    why = serializers.SerializerMethodField()
    through = serializers.SerializerMethodField()

    def get_why(self, match: Any) -> str:
        return reasons_of(match.likeness)

    def get_through(self, match: Any) -> int | None:
        return match.through.pk if match.through else None


class SimilarSerializer(serializers.Serializer[Any]):
    incidents = SimilarIncidentSerializer(many=True)
    known_errors = KnownErrorMatchSerializer(many=True)
