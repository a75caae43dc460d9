"""What the API shows of postmortems. They are written in the browser, together."""

from typing import Any

from rest_framework import serializers

from incidents.commands import offered
from incidents.models import ActionItem
from postmortems.models import Issue, Postmortem, TimelineEntry


class EntrySerializer(serializers.ModelSerializer[TimelineEntry]):
    class Meta:
        model = TimelineEntry
        fields = ("id", "happened_at", "what", "role", "source", "event", "is_overridden", "version")
        read_only_fields = fields


class IssueSerializer(serializers.ModelSerializer[Issue]):
    actions = serializers.SerializerMethodField()

    class Meta:
        model = Issue
        fields = ("id", "text", "kind", "from_entry", "pass_number", "no_action_reason", "actions", "version")
        read_only_fields = fields

    def get_actions(self, issue: Issue) -> list[int]:
        return [link.action_id for link in issue.action_links.all()]


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
            "version",
        )
        read_only_fields: tuple[str, ...] = fields

    def get_incidents(self, postmortem: Any) -> list[int]:
        """Those that the caller may see."""
        return [incident.pk for incident in postmortem.seen_incidents]


class PostmortemDetailSerializer(PostmortemSerializer):
    """A postmortem with what its phases hold, and the steps that the caller may take. The phases are empty for whoever
    may not see all of its incidents."""

    entries = EntrySerializer(many=True, read_only=True)
    issues = IssueSerializer(many=True, read_only=True)
    actions = ActionItemSerializer(many=True, read_only=True)
    signed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    class Meta(PostmortemSerializer.Meta):
        fields = (*PostmortemSerializer.Meta.fields, "entries", "issues", "actions", "signed_by", "allowed", "blocked")
        read_only_fields = fields

    def to_representation(self, postmortem: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(postmortem)
        is_whole = postmortem.incident_count == len(postmortem.seen_incidents)
        return shown if is_whole else {**shown, "entries": [], "issues": [], "actions": []}

    def get_allowed(self, postmortem: Postmortem) -> list[str]:
        return [offer.verb for offer in offered(postmortem, self.context["request"].user) if offer.is_allowed]

    def get_blocked(self, postmortem: Postmortem) -> dict[str, str]:
        found = offered(postmortem, self.context["request"].user)
        return {offer.verb: offer.reason for offer in found if not offer.is_allowed}
