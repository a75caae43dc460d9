"""What the API shows of meetings and hand-over notes; what it accepts is made from the forms."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.api.fields import serializer_of
from incidents.commands import Command, offered
from reports.meeting.commands import HAND_OVER_COMMANDS, ITEM_COMMANDS, MEETING_COMMANDS
from reports.meeting.handover_content import content_for
from reports.meeting.reading import Reading, ShownEntry, read_meeting
from reports.models import AgendaItem, Decision, HandOver, Meeting

_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


def _asked_of(command: Command, record: str) -> Any:
    name = "".join(word.title() for word in [*record.split("_"), *command.verb.split("_")])
    return serializer_of(command.form, name, **({"version": _version} if command.is_versioned else {}))


MEETING_REQUESTS = {verb: _asked_of(command, "meeting") for verb, command in MEETING_COMMANDS.items()}
ITEM_REQUESTS = {verb: _asked_of(command, "meeting_item") for verb, command in ITEM_COMMANDS.items()}
HAND_OVER_REQUESTS = {verb: _asked_of(command, "shift_note") for verb, command in HAND_OVER_COMMANDS.items()}


class OfferedSerializer(serializers.Serializer[Any]):
    """What the caller may do: ``allowed`` are verbs to POST, ``blocked`` maps the others to the reason."""

    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    def get_allowed(self, record: Any) -> list[str]:
        return [offer.verb for offer in offered(record, self.context["request"].user) if offer.is_allowed]

    def get_blocked(self, record: Any) -> dict[str, str]:
        found = offered(record, self.context["request"].user)
        return {offer.verb: offer.reason for offer in found if not offer.is_allowed}


class MeetingSerializer(serializers.ModelSerializer[Meeting]):
    """A meeting in a list. ``page`` is the address of its page."""

    chair = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    attendees = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, many=True)
    url = serializers.HyperlinkedIdentityField(view_name="meeting-api")
    page = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Meeting
        fields: tuple[str, ...] = (
            "id",
            "url",
            "page",
            "day",
            "status",
            "starts_at",
            "time_zone",
            "chair",
            "attendees",
            "skip_reason",
            "started_at",
            "ended_at",
            "section",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class MeetingDecisionSerializer(serializers.ModelSerializer[Decision]):
    """``action`` is the action item that it became, or null."""

    class Meta:
        model = Decision
        fields = ("id", "item", "text", "action", "recorded_at")
        read_only_fields = fields


class AgendaItemSerializer(OfferedSerializer, serializers.ModelSerializer[AgendaItem]):
    """What the meeting does with an entry. ``note_version`` is what "note" wants back."""

    noted_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = AgendaItem
        fields = (
            "id",
            "subject",
            "section",
            "title",
            "times_put_off",
            "status",
            "note",
            "note_version",
            "noted_by",
            "noted_at",
            "allowed",
            "blocked",
            "version",
        )
        read_only_fields = fields


class AgendaEntrySerializer(serializers.Serializer[Any]):
    """An entry as it was when the meeting started. ``changes`` say what is different since; ``item`` is null where the
    entry is talked about in another section."""

    subject = serializers.CharField(source="entry.subject")
    reference = serializers.CharField(source="entry.reference")
    title = serializers.CharField(source="entry.title")
    page = serializers.CharField(source="entry.url")
    state = serializers.DictField(source="entry.state")
    facts = serializers.DictField(source="entry.facts")
    times_put_off = serializers.IntegerField(source="entry.times")
    changes = serializers.ListField(child=serializers.CharField())
    item = serializers.SerializerMethodField()

    def get_item(self, shown: ShownEntry) -> int | None:
        return shown.item.pk if shown.item else None


class AgendaSectionSerializer(serializers.Serializer[Any]):
    """``hidden``: entries about restricted incidents that are not for the caller. ``spent``: seconds."""

    slug = serializers.CharField()
    title = serializers.CharField()
    minutes = serializers.IntegerField()
    spent = serializers.IntegerField(allow_null=True)
    hidden = serializers.IntegerField()
    entries = AgendaEntrySerializer(many=True)


class MeetingFigureSerializer(serializers.Serializer[Any]):
    """``mean``: what a window of this length had in the seven days before; ``verdict``: more, less, usual; ``page``:
    the page with the rows that were counted, empty where an old agenda did not keep them."""

    name = serializers.CharField()
    count = serializers.IntegerField()
    mean = serializers.FloatField()
    verdict = serializers.CharField()
    page = serializers.CharField()


class MeetingDetailSerializer(OfferedSerializer, MeetingSerializer):
    """A meeting with its agenda: as it would be now while it is planned, frozen once it has started."""

    figures = serializers.SerializerMethodField()
    sections = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    decisions = serializers.SerializerMethodField()

    class Meta(MeetingSerializer.Meta):
        fields = (
            *MeetingSerializer.Meta.fields,
            "figures",
            "sections",
            "items",
            "decisions",
            "allowed",
            "blocked",
        )
        read_only_fields = fields

    @extend_schema_field(MeetingFigureSerializer(many=True))
    def get_figures(self, meeting: Meeting) -> Any:
        figures = [figure for _label, figure, _verdict in self._reading(meeting).figures]
        shown = [
            {
                "name": each.name,
                "count": each.count,
                "mean": each.mean,
                "verdict": each.verdict,
                "page": "" if each.rows is None else reverse("meetings:figure", args=[meeting.day, each.name]),
            }
            for each in figures
        ]
        return MeetingFigureSerializer(shown, many=True).data

    @extend_schema_field(AgendaSectionSerializer(many=True))
    def get_sections(self, meeting: Meeting) -> Any:
        return AgendaSectionSerializer(self._reading(meeting).sections, many=True).data

    @extend_schema_field(AgendaItemSerializer(many=True))
    def get_items(self, meeting: Meeting) -> Any:
        return AgendaItemSerializer(self._reading(meeting).items(), many=True, context=self.context).data

    @extend_schema_field(MeetingDecisionSerializer(many=True))
    def get_decisions(self, meeting: Meeting) -> Any:
        return MeetingDecisionSerializer(self._reading(meeting).decisions, many=True).data

    def _reading(self, meeting: Meeting) -> Reading:
        if "reading" not in self.context:
            self.context["reading"] = read_meeting(meeting, self.context["request"].user)
        return self.context["reading"]  # type: ignore[no-any-return]


class HandOverSerializer(serializers.ModelSerializer[HandOver]):
    """A hand-over note in a list."""

    reference = serializers.CharField(read_only=True)
    schedule = serializers.CharField(source="schedule.team.slug", read_only=True)
    leaving = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    arriving = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    url = serializers.HyperlinkedIdentityField(view_name="hand-over-api")

    class Meta:
        model = HandOver
        fields: tuple[str, ...] = (
            "id",
            "reference",
            "url",
            "schedule",
            "changes_at",
            "status",
            "leaving",
            "arriving",
            "text",
            "drafted_at",
            "handed_over_at",
            "accepted_at",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class HandOverDetailSerializer(OfferedSerializer, HandOverSerializer):
    """With the incidents that it lists, as far as the caller may see them, and what the caller may do."""

    incidents = serializers.SerializerMethodField()

    class Meta(HandOverSerializer.Meta):
        fields = (*HandOverSerializer.Meta.fields, "incidents", "allowed", "blocked")
        read_only_fields = fields

    def get_incidents(self, note: HandOver) -> list[dict[str, Any]]:
        return content_for(note, self.context["request"].user)[0]
