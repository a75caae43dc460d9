"""The chats that are told of incidents. Addresses and secrets go in and never come out."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Language, Team
from incidents.api.fields import StrictSerializer
from incidents.api.views import REFUSALS, IsColleague, NewestFirst
from lifecycle.models import Via
from notifications.models import ChatHook
from notifications.models.chat import ChatKind
from notifications.services.chats import may_change_chats, save_chat, try_chat


class ChangesChats(BasePermission):
    """For everybody else there is nothing here."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not may_change_chats(request.user):  # type: ignore[arg-type]
            raise NotFound
        return True


KEEPERS: list[Any] = [IsAuthenticated, IsColleague, ChangesChats]


class ChatSerializer(serializers.ModelSerializer[ChatHook]):
    team = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    has_secret = serializers.SerializerMethodField()

    class Meta:
        model = ChatHook
        fields = ("id", "name", "kind", "team", "levels", "language", "is_active", "has_secret")
        read_only_fields = fields

    def get_has_secret(self, chat: ChatHook) -> bool:
        return bool(chat.sealed_secret)


class SaveChatSerializer(StrictSerializer):
    """An empty or absent ``url`` or ``secret`` leaves what is there."""

    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=ChatKind.choices)
    url = serializers.CharField(max_length=2000, required=False, allow_blank=True, write_only=True)
    secret = serializers.CharField(max_length=200, required=False, allow_blank=True, write_only=True)
    forget_secret = serializers.BooleanField(required=False, write_only=True)
    team = serializers.SlugRelatedField[Any](
        slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True
    )
    levels = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=99), required=False, max_length=20
    )
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class TestedSerializer(serializers.Serializer[Any]):
    is_success = serializers.BooleanField()
    milliseconds = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)


class ChatList(generics.ListAPIView[ChatHook]):
    """Chats; POST adds one."""

    permission_classes = KEEPERS
    serializer_class = ChatSerializer
    pagination_class = NewestFirst
    filter_backends: list[Any] = []  # noqa: RUF012 (as the framework declares it)
    queryset = ChatHook.objects.select_related("team")

    @extend_schema(request=SaveChatSerializer, responses={201: ChatSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        return Response(_save(None, request), status=status.HTTP_201_CREATED)


class ChatDetail(APIView):
    """One chat; PATCH changes it."""

    permission_classes = KEEPERS

    @extend_schema(responses=ChatSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(ChatSerializer(get_object_or_404(ChatHook.objects.select_related("team"), pk=pk)).data)

    @extend_schema(request=SaveChatSerializer, responses={200: ChatSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        return Response(_save(get_object_or_404(ChatHook.objects.select_related("team"), pk=pk), request))


class ChatTest(APIView):
    """POST writes a test message to the chat at once, and says whether it was taken and after how long."""

    permission_classes = KEEPERS

    @extend_schema(request=None, responses={200: TestedSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        result = try_chat(get_object_or_404(ChatHook, pk=pk), actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return Response(TestedSerializer(result).data)


def _save(chat: ChatHook | None, request: Request) -> Any:
    parsed = SaveChatSerializer(data=request.data, partial=chat is not None)
    parsed.is_valid(raise_exception=True)
    names = ("name", "kind", "team", "levels", "language", "is_active")
    kept = {name: getattr(chat, name) for name in names} if chat else {}
    fresh: dict[str, Any] = {"team": None, "levels": [], "language": Language.ENGLISH, "is_active": True}
    values: dict[str, Any] = {**fresh, **kept, **parsed.validated_data}
    return ChatSerializer(save_chat(chat, actor=request.user, via=Via.API, **values)).data  # type: ignore[arg-type]
