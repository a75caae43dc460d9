"""What the API shows of problems. What it accepts is made from the forms."""

from typing import Any

from rest_framework import serializers

from incidents.api.fields import serializer_of
from incidents.commands import Command, offered
from problems.commands import PROBLEM_COMMANDS
from problems.forms import ApiRaiseForm
from problems.models import KnownError, Problem

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


class ProblemSerializer(serializers.ModelSerializer[Problem]):
    """A problem in a list."""

    reference = serializers.CharField(read_only=True)
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    incidents_in_all = serializers.IntegerField(read_only=True)
    incidents_of_30_days = serializers.IntegerField(read_only=True)
    last_seen_at = serializers.DateTimeField(read_only=True, allow_null=True)
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
            "last_seen_at",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class ProblemDetailSerializer(ProblemSerializer):
    """A problem with its known error and with what the caller may do: ``allowed`` are verbs to POST,
    ``blocked`` maps the others to the reason."""

    known_error = serializers.SerializerMethodField()
    incidents = serializers.SerializerMethodField()
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
            "outcome_text",
            "outcome_by",
            "signed_by",
            "signed_at",
            "allowed",
            "blocked",
        )
        read_only_fields = fields

    def get_incidents(self, problem: Problem) -> list[int]:
        """Those that the caller may see."""
        seen = problem.incidents.visible_to(self.context["request"].user).order_by("pk")
        return list(seen.values_list("pk", flat=True))

    def get_known_error(self, problem: Problem) -> dict[str, Any] | None:
        known = KnownError.objects.filter(problem=problem).first()
        return dict(KnownErrorSerializer(known).data) if known else None

    def get_allowed(self, problem: Problem) -> list[str]:
        return [offer.verb for offer in self._offered(problem) if offer.is_allowed]

    def get_blocked(self, problem: Problem) -> dict[str, str]:
        return {offer.verb: offer.reason for offer in self._offered(problem) if not offer.is_allowed}

    def _offered(self, problem: Problem) -> Any:
        return offered(problem, self.context["request"].user)
