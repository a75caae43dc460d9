"""Parse, call the service, present. There is no PUT and no PATCH: a record changes by its verbs only."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from catalog.models import Person
from incidents.api import serializers
from incidents.commands import INCIDENT_COMMANDS, Command
from incidents.filters import IncidentFilter
from incidents.models import Incident, Source
from incidents.services import open_incident
from lifecycle.models import StatefulRecord, Via

REFUSALS = {
    400: OpenApiResponse(description="What was sent cannot be used: a sentence per field."),
    403: OpenApiResponse(description="Your role does not allow this."),
    409: OpenApiResponse(description='Not possible now: {"detail", "status", "allowed"}.'),
}


class IsColleague(BasePermission):
    """Reporters may report and follow their own incidents; everything else is for colleagues."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.user.is_authenticated and not request.user.is_colleague:
            raise NotFound
        return True


class NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class IncidentList(AnsweredOnce, generics.ListCreateAPIView[Incident]):
    """Incidents the caller may see, newest first; POST reports one."""

    serializer_class = serializers.IncidentSerializer
    pagination_class = NewestFirst
    filterset_class = IncidentFilter
    takes_any_text = True

    def get_queryset(self) -> QuerySet[Incident]:
        if getattr(self, "swagger_fake_view", False):
            return Incident.objects.none()
        seen = Incident.objects.visible_to(caller_of(self.request))
        return seen.select_related("service", "owner", "handler")

    @extend_schema(
        request=serializers.ReportSerializer, responses={201: serializers.IncidentDetailSerializer, **REFUSALS}
    )
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        if not caller_of(request).is_colleague:
            raise NotFound
        asked = serializers.ReportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data | {"source": asked.validated_data.get("source") or Source.API}
        was_sanitised = getattr(request, "was_sanitised", False)
        incident = open_incident(actor=caller_of(request), via=Via.API, is_sanitised=was_sanitised, **values)
        address = {"Location": serializers.address_of(incident, request)}
        return Response(_present(incident, request), status=status.HTTP_201_CREATED, headers=address)


class IncidentDetail(generics.RetrieveAPIView[Incident]):
    serializer_class = serializers.IncidentDetailSerializer

    def get_queryset(self) -> QuerySet[Incident]:
        return _seen_by(self)


class OfIncident(generics.ListAPIView[Any]):
    """A list that belongs to an incident the caller may see."""

    pagination_class = NewestFirst
    filter_backends = ()

    def incident(self) -> Incident:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])


class CommandView(AnsweredOnce):
    """POST runs one verb on one record and answers with the record."""

    command: Command
    asked: Any
    parser_classes = (*APIView.parser_classes, MultiPartParser)
    """Files come as multipart; everything else may."""

    @abstractmethod
    def record(self) -> StatefulRecord:
        """The record that the address names, as far as the caller may see it."""

    def run(self, request: Request) -> Response:
        record = self.record()
        asked = self.asked(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        version = values.pop("version", None)
        self.command.run(record, actor=caller_of(request), via=Via.API, version=version, **values)
        return Response(self.present(record, request))

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        """The record as it is now: the service has changed it."""
        raise NotImplementedError


class IncidentCommandView(CommandView):
    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return _present(record, request)


@dataclass(frozen=True)
class Kind:
    """A kind of record with verbs: ``base`` finds the record, ``requests`` say what each verb accepts."""

    name: str
    base: type[CommandView]
    commands: dict[str, Command]
    requests: dict[str, Any]
    answer: Any


INCIDENTS = Kind(
    "incident",
    IncidentCommandView,
    INCIDENT_COMMANDS,
    serializers.INCIDENT_REQUESTS,
    serializers.IncidentDetailSerializer,
)


def command_views(*kinds: Kind) -> list[tuple[str, str, Callable[..., Any]]]:
    """(kind of record, verb, view) for every command of the tables."""
    return [
        (kind.name, verb, _view(kind.name.replace("-", "_"), kind.base, command, kind.requests[verb], kind.answer))
        for kind in kinds
        for verb, command in kind.commands.items()
    ]


def _view(kind: str, base: type[CommandView], command: Command, asked: Any, answer: Any) -> Callable[..., Any]:
    def post(self: CommandView, request: Request, pk: int) -> Response:
        return self.run(request)

    described = extend_schema(
        operation_id=f"{kind}_{command.verb}",
        summary=f"{command.verb.replace('_', ' ').capitalize()} {kind}",
        request=asked,
        responses={200: answer, **REFUSALS},
    )(post)
    name = f"{kind}_{command.verb}_view"
    return type(name, (base,), {"command": command, "asked": asked, "post": described}).as_view()  # type: ignore[attr-defined,no-any-return]


def caller_of(request: Request) -> Person:
    """Who calls; permissions have refused everybody unknown."""
    return cast(Person, request.user)


def _seen_by(view: APIView) -> QuerySet[Incident]:
    if getattr(view, "swagger_fake_view", False):
        return Incident.objects.none()
    seen = Incident.objects.visible_to(caller_of(view.request))
    related = seen.select_related("service", "owner", "handler", "manager", "transferred_to")
    return related.prefetch_related("clocks__pauses", "impacts")


def _present(record: Incident, request: Request) -> dict[str, Any]:
    fresh = Incident.objects.prefetch_related("clocks__pauses", "impacts").get(pk=record.pk)
    return dict(serializers.IncidentDetailSerializer(fresh, context={"request": request}).data)
