"""Parse, call the service, present. There is no PUT and no PATCH: a problem changes by its verbs only."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from incidents.api.records import COLLEAGUES, EventsOfRecord
from incidents.api.views import REFUSALS, CommandView, Kind, NewestFirst
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import StatefulRecord, Via
from problems.api import serializers
from problems.commands import PROBLEM_COMMANDS
from problems.models import Cause, Problem
from problems.services import raise_problem
from problems.services.matching import face_of, matching_known_errors, similar_incidents

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


class ProblemEvents(EventsOfRecord):
    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])


class ProblemCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        return _present(self, record)


PROBLEMS = Kind(
    "problem", ProblemCommandView, PROBLEM_COMMANDS, serializers.REQUESTS, serializers.ProblemDetailSerializer
)


class CauseList(generics.ListAPIView[Cause]):
    """The cause taxonomy, for "add_why" and "add_factor"."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.CauseSerializer
    filter_backends = UNFILTERED
    pagination_class = None
    queryset = Cause.objects.select_related("parent")


class SimilarToIncident(APIView):
    """Past incidents that are like this one, and known errors that may be behind it, the most alike first.

    ``likeness`` is a figure from 0 to 1; ``why`` says what is the same.
    """

    permission_classes = COLLEAGUES

    @extend_schema(operation_id="incident_similar", responses={200: serializers.SimilarSerializer})
    def get(self, request: Request, pk: int) -> Response:
        person: Any = request.user
        incident = get_object_or_404(Incident.objects.visible_to(person), pk=pk)
        found = similar_incidents(incident, person=person, most=20)
        matches = matching_known_errors(face_of(incident), found, person=person)
        shown = {"incidents": found[:5], "known_errors": matches}
        return Response(serializers.SimilarSerializer(shown, context={"request": request}).data)


def _seen_by(view: APIView) -> QuerySet[Problem]:
    if getattr(view, "swagger_fake_view", False):
        return Problem.objects.none()
    seen = Problem.objects.visible_to(view.request.user)  # type: ignore[arg-type]
    now = clock.now()
    return (
        seen.with_incident_figures(now).with_impact(now).select_related("service", "owner", "outcome_by", "signed_by")
    )


def _present(view: APIView, problem: Problem) -> dict[str, Any]:
    """The problem as it is now: the service has changed it."""
    fresh = _seen_by(view).get(pk=problem.pk)
    return dict(serializers.ProblemDetailSerializer(fresh, context={"request": view.request}).data)
