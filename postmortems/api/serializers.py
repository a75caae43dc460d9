"""What the API shows of postmortems."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.commands import offered
from incidents.models import ActionItem
from lifecycle import clock
from postmortems.effects import effects_of
from postmortems.models import Issue, Lesson, ParkedThought, Postmortem, TimelineEntry, TriggerRule
from postmortems.presentation import replays_of


class EntrySerializer(serializers.ModelSerializer[TimelineEntry]):
    class Meta:
        model = TimelineEntry
        fields = ("id", "happened_at", "what", "role", "source", "event", "milestone", "is_overridden", "version")
        read_only_fields = fields


class IssueSerializer(serializers.ModelSerializer[Issue]):
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Issue
        fields = ("id", "text", "kind", "from_entry", "pass_number", "no_action_reason", "actions", "version")
        read_only_fields = fields

    def get_actions(self, issue: Issue) -> list[int]:
        return [link.action_id for link in issue.action_links.all()]


class ParkedSerializer(serializers.ModelSerializer[ParkedThought]):
    author = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ParkedThought
        fields = ("id", "text", "author", "parked_at")
        read_only_fields = fields


class LessonSerializer(serializers.ModelSerializer[Lesson]):
    title = serializers.CharField(source="postmortem.title", read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="lesson-api")

    class Meta:
        model = Lesson
        fields = ("id", "url", "postmortem", "title", "summary", "learned", "tags", "written_at")
        read_only_fields = fields


class TriggerSerializer(serializers.ModelSerializer[TriggerRule]):
    sentence = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = TriggerRule
        fields = ("id", "kind", "threshold", "days", "answer", "is_active", "sentence")
        read_only_fields = fields


class RecurrenceSerializer(serializers.Serializer[Any]):
    """An incident that is the same as one of the postmortem's, after its actions were verified."""

    incident = serializers.IntegerField()
    reason = serializers.CharField(help_text="problem, fingerprint, rule or category")
    is_early = serializers.BooleanField()


class EffectSerializer(serializers.Serializer[Any]):
    """Of a published postmortem: pending, watched, held or recurred."""

    status = serializers.CharField(source="effect.status")
    waiting = serializers.IntegerField(source="effect.waiting")
    since = serializers.DateTimeField(source="effect.since", allow_null=True)
    until = serializers.DateTimeField(source="effect.until", allow_null=True)
    recurrences = serializers.SerializerMethodField()

    def get_recurrences(self, shown: Any) -> list[dict[str, Any]]:
        """Those that the caller may see."""
        return [
            {"incident": incident.pk, "reason": recurrence.reason, "is_early": recurrence.is_early}
            for incident, recurrence in shown.links
        ]


class ReplaySerializer(serializers.Serializer[Any]):
    """What a rule of today would have seen of an incident."""

    incident = serializers.IntegerField(source="incident.pk")
    rule = serializers.CharField()
    fired_at = serializers.DateTimeField(allow_null=True)
    text = serializers.CharField()


class ActionItemSerializer(serializers.ModelSerializer[ActionItem]):
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = ActionItem
        fields = ("id", "title", "type", "owner", "due_on", "status")
        read_only_fields = fields


class PostmortemSerializer(serializers.ModelSerializer[Postmortem]):
    """A postmortem in a list; ``status`` is the phase that is open."""

    reference = serializers.CharField(read_only=True)
    facilitator = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    incidents = serializers.SerializerMethodField()
    issue_count = serializers.IntegerField(read_only=True)
    action_count = serializers.IntegerField(read_only=True)
    pending_action_count = serializers.IntegerField(read_only=True)
    effect = serializers.SerializerMethodField()
    url = serializers.HyperlinkedIdentityField(view_name="postmortem-api")

    class Meta:
        model = Postmortem
        fields: tuple[str, ...] = (
            "id",
            "reference",
            "url",
            "title",
            "incidents",
            "status",
            "status_since",
            "facilitator",
            "started_at",
            "published_at",
            "times_gone_back",
            "passes",
            "issue_count",
            "action_count",
            "pending_action_count",
            "is_asked",
            "decline_reason",
            "effect",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields

    def get_incidents(self, postmortem: Any) -> list[int]:
        """Those that the caller may see."""
        return [incident.pk for incident in postmortem.seen_incidents]

    @extend_schema_field(EffectSerializer(allow_null=True))
    def get_effect(self, postmortem: Any) -> Any:
        """For those who may see all of its incidents."""
        if postmortem.incident_count != len(postmortem.seen_incidents):
            return None
        if not hasattr(postmortem, "effect"):
            found = effects_of([postmortem], self.context["request"].user, clock.now())
            postmortem.effect = found.get(postmortem.pk)
        return postmortem.effect and EffectSerializer(postmortem.effect).data


class PostmortemDetailSerializer(PostmortemSerializer):
    """A postmortem with its issues and actions, and the steps that the caller may take. The phases are empty for
    whoever may not see all of its incidents. The timeline has an address of its own, since it may be long."""

    entries_url = serializers.HyperlinkedIdentityField(view_name="postmortem-entries-api")
    entry_count = serializers.SerializerMethodField()
    replays = serializers.SerializerMethodField()
    issues = IssueSerializer(many=True, read_only=True)
    actions = ActionItemSerializer(many=True, read_only=True)
    signed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    class Meta(PostmortemSerializer.Meta):
        fields = (
            *PostmortemSerializer.Meta.fields,
            "entries_url",
            "entry_count",
            "issues",
            "actions",
            "replayed_at",
            "replays",
            "signed_by",
            "allowed",
            "blocked",
        )
        read_only_fields = fields

    def to_representation(self, postmortem: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(postmortem)
        is_whole = postmortem.incident_count == len(postmortem.seen_incidents)
        hidden = {"entry_count": 0, "issues": [], "actions": [], "replays": [], "decline_reason": ""}
        return shown if is_whole else {**shown, **hidden}

    def get_entry_count(self, postmortem: Postmortem) -> int:
        return postmortem.entries.count()

    @extend_schema_field(ReplaySerializer(many=True))
    def get_replays(self, postmortem: Postmortem) -> Any:
        return ReplaySerializer(replays_of(postmortem, self.context["request"].user), many=True).data

    def get_allowed(self, postmortem: Postmortem) -> list[str]:
        return [offer.verb for offer in offered(postmortem, self.context["request"].user) if offer.is_allowed]

    def get_blocked(self, postmortem: Postmortem) -> dict[str, str]:
        found = offered(postmortem, self.context["request"].user)
        return {offer.verb: offer.reason for offer in found if not offer.is_allowed}
