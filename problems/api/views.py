"""Parse, call the service, present. There is no PUT and no PATCH: a problem changes by its verbs only."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from incidents.api.serializers import EventSerializer
from incidents.api.views import REFUSALS, IsColleague, NewestFirst
from incidents.commands import Command
from incidents.presentation.veiling import veil_events
from lifecycle import clock
from lifecycle.models import Event, Via
from problems.api import serializers
from problems.commands import PROBLEM_COMMANDS
from problems.models import Problem
from problems.services import raise_problem

COLLEAGUES: list[Any] = [IsAuthenticated, IsColleague]
UNFILTERED: list[Any] = []


class ProblemList(AnsweredOnce, generics.ListCreateAPIView[Problem]):
    """Problems, newest first; POST raises one, from an incident or by itself."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.ProblemSerializer
    pagination_class = NewestFirst
    filterset_fields: ClassVar = {"status": ["exact"], "service__slug": ["exact"], "owner__username": ["exact"]}

    def get_queryset(self) -> QuerySet[Problem]:
        return _seen_by(self)

    @extend_schema(
        request=serializers.RaiseSerializer, responses={201: serializers.ProblemDetailSerializer, **REFUSALS}
    )
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        asked = serializers.RaiseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        problem = raise_problem(actor=request.user, via=Via.API, **asked.validated_data)  # type: ignore[arg-type]
        address = {"Location": str(reverse("problem-api", args=[problem.pk], request=request))}
        return Response(_present(self, problem), status=status.HTTP_201_CREATED, headers=address)


class ProblemDetail(generics.RetrieveAPIView[Problem]):
    permission_classes = COLLEAGUES
    serializer_class = serializers.ProblemDetailSerializer

    def get_queryset(self) -> QuerySet[Problem]:
        return _seen_by(self)


class ProblemEvents(generics.ListAPIView[Event]):
    """The timeline, newest first."""

    permission_classes = COLLEAGUES
    serializer_class = EventSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED

    def get_queryset(self) -> QuerySet[Event]:
        if getattr(self, "swagger_fake_view", False):
            return Event.objects.none()
        problem = get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])
        return Event.objects.about(problem).select_related("actor")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return page and veil_events(page, self.request.user)  # type: ignore[arg-type]


class ProblemCommandView(AnsweredOnce):
    """POST runs one verb and answers with the problem."""

    permission_classes = COLLEAGUES
    command: Command
    asked: Any

    def run(self, request: Request, pk: int) -> Response:
        problem = get_object_or_404(Problem, pk=pk)
        asked = self.asked(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        version = values.pop("version", None)
        self.command.run(problem, actor=request.user, via=Via.API, version=version, **values)  # type: ignore[arg-type]
        return Response(_present(self, problem))


def command_views() -> list[tuple[str, Callable[..., Any]]]:
    """(verb, view) for every command of the table."""
    return [(verb, _view(command)) for verb, command in PROBLEM_COMMANDS.items()]


def _view(command: Command) -> Callable[..., Any]:
    def post(self: ProblemCommandView, request: Request, pk: int) -> Response:
        return self.run(request, pk)

    asked = serializers.REQUESTS[command.verb]
    described = extend_schema(
        operation_id=f"problem_{command.verb}",
        summary=f"{command.verb.replace('_', ' ').capitalize()}: problem",
        request=asked,
        responses={200: serializers.ProblemDetailSerializer, **REFUSALS},
    )(post)
    members = {"command": command, "asked": asked, "post": described}
    view: Any = type(f"problem_{command.verb}_view", (ProblemCommandView,), members)
    return view.as_view()  # type: ignore[no-any-return]


def _seen_by(view: APIView) -> QuerySet[Problem]:
    if getattr(view, "swagger_fake_view", False):
        return Problem.objects.none()
    seen = Problem.objects.visible_to(view.request.user)  # type: ignore[arg-type]
    return seen.with_incident_figures(clock.now()).select_related("service", "owner", "outcome_by", "signed_by")


def _present(view: APIView, problem: Problem) -> dict[str, Any]:
    """The problem as it is now: the service has changed it."""
    fresh = _seen_by(view).get(pk=problem.pk)
    return dict(serializers.ProblemDetailSerializer(fresh, context={"request": view.request}).data)
