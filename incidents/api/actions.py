"""Action items: listing, opening, and their verbs."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from incidents.action_filters import ActionFilter
from incidents.api.fields import serializer_of
from incidents.api.records import COLLEAGUES, EventsOfRecord
from incidents.api.serializers import asked_of
from incidents.api.views import REFUSALS, CommandView, Kind, NewestFirst, caller_of
from incidents.commands import ACTION_COMMANDS, offered
from incidents.forms.actions import OpenActionForm
from incidents.models import ActionItem
from incidents.origins import origin_of
from incidents.services import open_action
from incidents.views.actions import values_of
from lifecycle.models import StatefulRecord, Via

OpenActionSerializer = serializer_of(OpenActionForm, "OpenAction")
REQUESTS = {command.verb: asked_of(command, "action") for command in ACTION_COMMANDS.values()}


class OriginSerializer(serializers.Serializer[Any]):
    """What an item came out of; all empty where it stands by itself."""

    kind = serializers.CharField(read_only=True)
    reference = serializers.CharField(read_only=True)
    url = serializers.CharField(read_only=True)


class ActionSerializer(serializers.ModelSerializer[ActionItem]):
    """An action item in a list. ``due_changes``: how often its due date was moved."""

    reference = serializers.CharField(read_only=True)
    owner = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    opened_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    completed_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    verified_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)
    origin = serializers.SerializerMethodField()
    url = serializers.HyperlinkedIdentityField(view_name="action-api")

    class Meta:
        model = ActionItem
        fields: tuple[str, ...] = (
            "id",
            "reference",
            "url",
            "title",
            "type",
            "status",
            "owner",
            "due_on",
            "due_changes",
            "remind_on",
            "incident",
            "origin",
            "opened_by",
            "created_at",
            "proof",
            "proof_url",
            "completed_by",
            "completed_at",
            "verified_by",
            "verified_at",
            "cancelled_at",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema(responses=OriginSerializer)
    def get_origin(self, action: ActionItem) -> dict[str, str]:
        origin = origin_of(action)
        return {"kind": origin.kind, "reference": origin.label, "url": origin.url}


class ActionDetailSerializer(ActionSerializer):
    """An action item with what the caller may do to it now."""

    allowed = serializers.SerializerMethodField()
    blocked = serializers.SerializerMethodField()

    class Meta(ActionSerializer.Meta):
        fields = (*ActionSerializer.Meta.fields, "allowed", "blocked")
        read_only_fields = fields

    def get_allowed(self, action: ActionItem) -> list[str]:
        return [offer.verb for offer in offered(action, self.context["request"].user) if offer.is_allowed]

    def get_blocked(self, action: ActionItem) -> dict[str, str]:
        found = offered(action, self.context["request"].user)
        return {offer.verb: offer.reason for offer in found if not offer.is_allowed}


class ActionList(AnsweredOnce, generics.ListCreateAPIView[ActionItem]):
    """Action items the caller may see, newest first; POST opens one."""

    permission_classes = COLLEAGUES
    serializer_class = ActionSerializer
    pagination_class = NewestFirst
    filterset_class = ActionFilter

    def get_queryset(self) -> QuerySet[ActionItem]:
        return _seen_by(self)

    @extend_schema(request=OpenActionSerializer, responses={201: ActionDetailSerializer, **REFUSALS})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        asked = OpenActionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = values_of(asked.validated_data, caller_of(request))
        action = open_action(actor=caller_of(request), via=Via.API, **values)
        shown = _present(action, request)
        return Response(shown, status=status.HTTP_201_CREATED, headers={"Location": shown["url"]})


class ActionDetail(generics.RetrieveAPIView[ActionItem]):
    permission_classes = COLLEAGUES
    serializer_class = ActionDetailSerializer

    def get_queryset(self) -> QuerySet[ActionItem]:
        return _seen_by(self)


class ActionEvents(EventsOfRecord):
    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])


class ActionCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return _present(record, request)


ACTIONS = Kind("action", ActionCommandView, ACTION_COMMANDS, REQUESTS, ActionDetailSerializer)


def _seen_by(view: APIView) -> QuerySet[ActionItem]:
    if getattr(view, "swagger_fake_view", False):
        return ActionItem.objects.none()
    seen = ActionItem.objects.of_seen(caller_of(view.request))
    related = ("owner", "opened_by", "completed_by", "verified_by", "incident__service")
    return seen.select_related(*related).prefetch_related("origin")


def _present(action: Any, request: Request) -> dict[str, Any]:
    return dict(ActionDetailSerializer(action, context={"request": request}).data)
