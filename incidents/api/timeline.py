"""The timeline and its files, as far as the caller may read them."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from incidents.api.serializers import EventSerializer
from incidents.api.views import OfIncident, caller_of
from incidents.models import Attachment
from incidents.presentation.public import is_own, public_note
from incidents.presentation.timeline import events_for
from incidents.presentation.veiling import veil_events
from incidents.views.attachments import deliver, readable_attachment
from lifecycle.models import Event


class PublicEventSerializer(EventSerializer):
    """An event as the reporter gets it: our names, ways, data and reasons stay here."""

    actor = serializers.SerializerMethodField()  # type: ignore[assignment]
    note = serializers.SerializerMethodField()
    via = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_actor(self, event: Event) -> str | None:
        return event.actor.username if event.actor and is_own(event, self._reporter) else None

    def get_note(self, event: Event) -> str:
        return public_note(event, reporter_id=self._reporter)

    def get_via(self, event: Event) -> str:
        return event.via if is_own(event, self._reporter) else ""

    def get_data(self, event: Event) -> dict[str, Any]:
        return {"files": event.data["files"]} if "files" in event.data else {}

    @property
    def _reporter(self) -> int:
        return int(self.context["request"].user.pk)


class IncidentEvents(OfIncident):
    """The timeline, newest first. A reporter gets what is public."""

    serializer_class = EventSerializer

    def get_serializer_class(self) -> type[EventSerializer]:
        is_for_all = getattr(self, "swagger_fake_view", False) or caller_of(self.request).is_colleague
        return EventSerializer if is_for_all else PublicEventSerializer

    def get_queryset(self) -> QuerySet[Event]:
        if getattr(self, "swagger_fake_view", False):
            return Event.objects.none()
        return events_for(self.incident(), caller_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return page and veil_events(page, caller_of(self.request))


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    url = serializers.HyperlinkedIdentityField(view_name="attachment-api")
    uploaded_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = Attachment
        fields = (
            *("id", "url", "event", "name", "content_type", "size", "sha256"),
            *("is_public", "uploaded_by", "uploaded_at"),
        )
        read_only_fields = fields

    def to_representation(self, attachment: Attachment) -> dict[str, Any]:
        """A reporter does not read who of us added it."""
        shown = super().to_representation(attachment)
        reader = self.context["request"].user
        if not reader.is_colleague and attachment.uploaded_by_id != reader.pk:
            shown["uploaded_by"] = None
        return shown


class IncidentAttachments(OfIncident):
    """The files of an incident; POST …/attach/ as multipart adds some. A reporter gets what is public."""

    serializer_class = AttachmentSerializer

    def get_queryset(self) -> QuerySet[Attachment]:
        if getattr(self, "swagger_fake_view", False):
            return Attachment.objects.none()
        found = Attachment.objects.filter(incident=self.incident()).select_related("uploaded_by")
        return found if caller_of(self.request).is_colleague else found.filter(is_public=True)


class AttachmentDownload(APIView):
    """The bytes, as a download."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        return deliver(readable_attachment(pk, caller_of(request)))
