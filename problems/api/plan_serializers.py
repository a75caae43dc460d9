"""What the API shows of emergency plans and their runs, and what it accepts."""

from typing import Any

from rest_framework import serializers

from catalog.models import BusinessLine, Person, Service
from incidents.api.fields import StrictSerializer, serializer_of
from incidents.commands import Command, offered
from incidents.models import Category
from problems.models import PageRole, Plan, PlanCondition, PlanRun, PlanStep, PlanVersion, RunStep, StepKind
from problems.plan_commands import PLAN_COMMANDS, RUN_COMMANDS, STEP_COMMANDS
from problems.plan_forms import AttachForm, PlanForm
from problems.plan_steps import StepSpec
from problems.services.planning.checking import host_of

_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


def _asked_of(command: Command, noun: str) -> type[serializers.Serializer[Any]]:
    name = "".join(word.title() for word in [noun, *command.verb.split("_")])
    return serializer_of(command.form, name, **({"version": _version} if command.is_versioned else {}))


AddPlanSerializer = serializer_of(PlanForm, "AddPlan")
AttachPlanSerializer = serializer_of(AttachForm, "AttachPlan")
PLAN_REQUESTS = {command.verb: _asked_of(command, "plan") for command in PLAN_COMMANDS.values()}
RUN_REQUESTS = {command.verb: _asked_of(command, "plan_run") for command in RUN_COMMANDS.values()}
STEP_REQUESTS = {
    command.verb: serializer_of(command.form, f"PlanStep{command.verb.title()}") for command in STEP_COMMANDS.values()
}


class StepInput(StrictSerializer):
    """A step of a draft. ``key``: that of the step it was before, so that its figures go on; left out, it is new."""

    kind = serializers.ChoiceField(choices=StepKind.choices)
    text = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    expected_seconds = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=86_400)
    needs_confirm = serializers.BooleanField(required=False)
    method = serializers.CharField(required=False, allow_blank=True, max_length=7)
    url = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    headers = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=4000),
        required=False,
        help_text="Kept encrypted and never shown again; ••• keeps a value that is stored.",
    )
    body = serializers.CharField(required=False, allow_blank=True, max_length=20_000, trim_whitespace=False)
    role = serializers.ChoiceField(choices=PageRole.choices, required=False, allow_blank=True)
    person = serializers.SlugRelatedField[Any](
        queryset=Person.objects.filter(is_active=True), slug_field="username", required=False, allow_null=True
    )
    subplan = serializers.PrimaryKeyRelatedField[Any](queryset=Plan.objects.all(), required=False, allow_null=True)
    key = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=32_767)


class SaveDraftSerializer(StrictSerializer):
    """All steps of the draft, in order."""

    steps = StepInput(many=True)
    version = _version

    def specs(self) -> list[StepSpec]:
        return [StepSpec(**values) for values in self.validated_data["steps"]]


class ConditionInput(StrictSerializer):
    """What it states has to hold together."""

    service = serializers.SlugRelatedField[Any](
        queryset=Service.objects.filter(is_active=True), slug_field="slug", required=False, allow_null=True
    )
    business_line = serializers.SlugRelatedField[Any](
        queryset=BusinessLine.objects.all(), slug_field="slug", required=False, allow_null=True
    )
    category = serializers.SlugRelatedField[Any](
        queryset=Category.objects.all(), slug_field="slug", required=False, allow_null=True
    )
    levels = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=9), required=False)
    labels = serializers.DictField(child=serializers.CharField(max_length=300), required=False)


class SetConditionsSerializer(StrictSerializer):
    """All conditions, in order; one that holds is enough."""

    conditions = ConditionInput(many=True)
    version = _version


class PlanStepSerializer(serializers.ModelSerializer[PlanStep]):
    """Of headers only the names; of the address of a call only the host, since the rest may hold a secret."""

    host = serializers.SerializerMethodField()
    person = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = PlanStep
        fields = (
            *("key", "position", "kind", "text", "expected_seconds", "needs_confirm"),
            *("method", "host", "header_names", "role", "person", "subplan"),
        )
        read_only_fields = fields

    def get_host(self, step: PlanStep) -> str:
        return host_of(step.url)


class PlanVersionSerializer(serializers.ModelSerializer[PlanVersion]):
    steps = PlanStepSerializer(many=True, read_only=True)
    published_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = PlanVersion
        fields = ("number", "note", "restored_from", "published_at", "published_by", "steps")
        read_only_fields = fields


class PlanConditionSerializer(serializers.ModelSerializer[PlanCondition]):
    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    business_line = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    category = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = PlanCondition
        fields = ("service", "business_line", "category", "levels", "labels")
        read_only_fields = fields


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """An emergency plan in a list."""

    reference = serializers.CharField(read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="plan-api")

    class Meta:
        model = Plan
        fields: tuple[str, ...] = ("id", "reference", "url", "name", "purpose", "status", "added_at", "version")
        read_only_fields: tuple[str, ...] = fields


class _WithOffers(serializers.Serializer[Any]):
    """``allowed`` are verbs to POST, ``blocked`` maps the others to the reason."""

    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    def get_allowed(self, record: Any) -> list[str]:
        return [offer.verb for offer in offered(record, self.context["request"].user) if offer.is_allowed]

    def get_blocked(self, record: Any) -> dict[str, str]:
        found = offered(record, self.context["request"].user)
        return {offer.verb: offer.reason for offer in found if not offer.is_allowed}


class PlanDetailSerializer(_WithOffers, PlanSerializer):
    """A plan with what is published, what is drafted, and when it is attached by itself."""

    published = PlanVersionSerializer(read_only=True, allow_null=True)
    draft = PlanVersionSerializer(read_only=True, allow_null=True)
    conditions = PlanConditionSerializer(many=True, read_only=True)

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "published", "draft", "conditions", "allowed", "blocked")
        read_only_fields = fields


class RunStepSerializer(serializers.ModelSerializer[RunStep]):
    """A step of a run; ``seconds`` since the step before was over. ``allowed``: verbs to POST."""

    kind = serializers.CharField(source="step.kind", read_only=True)
    text = serializers.CharField(source="step.title", read_only=True)
    needs_confirm = serializers.BooleanField(source="step.needs_confirm", read_only=True)
    expected_seconds = serializers.IntegerField(source="step.expected_seconds", read_only=True, allow_null=True)
    ended_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    seconds = serializers.SerializerMethodField()
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = RunStep
        fields = (
            *("id", "number", "kind", "text", "status", "needs_confirm", "expected_seconds", "ended_by", "ended_at"),
            *("seconds", "note", "answer_status", "answer", "allowed"),
        )
        read_only_fields = fields

    def get_seconds(self, step: RunStep) -> float | None:
        return round(step.took.total_seconds(), 1) if step.took is not None else None

    def get_allowed(self, step: RunStep) -> list[str]:
        if step.run.status != "running":
            return []
        return [command.verb for command in STEP_COMMANDS.values() if command.suits(step)]


class PlanRunSerializer(_WithOffers, serializers.ModelSerializer[PlanRun]):
    """What became of a plan at an incident."""

    url = serializers.HyperlinkedIdentityField(view_name="plan-run-api")
    name = serializers.CharField(source="plan.name", read_only=True)
    number = serializers.IntegerField(source="plan_version.number", read_only=True, allow_null=True)
    started_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    steps = RunStepSerializer(many=True, read_only=True)

    class Meta:
        model = PlanRun
        fields = (
            *("id", "url", "incident", "plan", "name", "number", "status", "attached_at", "started_by", "started_at"),
            *("ended_at", "version", "steps", "allowed", "blocked"),
        )
        read_only_fields = fields


class ShareSerializer(serializers.Serializer[Any]):
    incidents = serializers.IntegerField()
    with_plan = serializers.IntegerField()
    with_run = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)


class RecoverySerializer(serializers.Serializer[Any]):
    level = serializers.IntegerField()
    with_count = serializers.IntegerField()
    with_median = serializers.DurationField(allow_null=True)
    with_p90 = serializers.DurationField(allow_null=True)
    without_count = serializers.IntegerField()
    without_median = serializers.DurationField(allow_null=True)
    without_p90 = serializers.DurationField(allow_null=True)


class StepFigureSerializer(serializers.Serializer[Any]):
    plan = serializers.IntegerField()
    plan_name = serializers.CharField()
    key = serializers.IntegerField()
    title = serializers.CharField()
    count = serializers.IntegerField()
    skipped = serializers.IntegerField()
    expected = serializers.DurationField(allow_null=True)
    median = serializers.DurationField(allow_null=True)
    p90 = serializers.DurationField(allow_null=True)


class PlanFiguresSerializer(serializers.Serializer[Any]):
    """Of the incidents reported in the window; without drills, duplicates, false alarms and what you may not see."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    share = ShareSerializer()
    recovery = RecoverySerializer(many=True)
    steps = StepFigureSerializer(many=True)
