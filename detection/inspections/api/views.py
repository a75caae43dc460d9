"""The API of inspections and findings: parse, call the service, present."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.inspections.api import serializers as shapes
from detection.inspections.commands import FINDING_COMMANDS
from detection.inspections.forms import ScoreForm
from detection.inspections.kinds import KINDS
from detection.inspections.services import add_inspection, edit_inspection, run_now, switch_inspection
from detection.inspections.services.scores import read_rows, scores_of, whole_score
from detection.models import Finding, Inspection, InspectionRun
from incidents.api.records import COLLEAGUES, EventsOfRecord
from incidents.api.views import REFUSALS, CommandView, Kind, NewestFirst
from lifecycle import clock
from lifecycle.models import StatefulRecord, Via

UNFILTERED: list[Any] = []


def read(serializer: type[Any], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """What was sent; ``version`` as the services call it."""
    parsed = serializer(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    values = dict(parsed.validated_data)
    if "version" in values:
        values["expected_version"] = values.pop("version")
    return values


class Listed(generics.ListAPIView[Any]):
    permission_classes = COLLEAGUES
    pagination_class = NewestFirst
    filter_backends = UNFILTERED


class InspectionList(Listed):
    """Inspections; POST adds one."""

    serializer_class = shapes.InspectionSerializer
    queryset = Inspection.objects.select_related("service", "owner")

    @extend_schema(request=shapes.NewInspectionSerializer, responses={201: shapes.InspectionSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = {"parameters": {}, **read(shapes.NewInspectionSerializer, request)}
        values.pop("expected_version", None)
        made = add_inspection(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(shapes.InspectionSerializer(made).data, status=status.HTTP_201_CREATED)


class InspectionKinds(APIView):
    """What may be looked for, and what is asked for it."""

    permission_classes = COLLEAGUES

    @extend_schema(operation_id="inspection_kinds", responses=shapes.InspectionKindSerializer(many=True))
    def get(self, _request: Request) -> Response:
        shown = [
            {
                "slug": kind.slug,
                "name": kind.label,
                "about": kind.about,
                "parameters": [
                    {"name": name, "words": field.label, "hint": field.help_text, "is_required": field.required}
                    for name, field in kind.form.base_fields.items()
                ],
            }
            for kind in KINDS.values()
        ]
        return Response(shapes.InspectionKindSerializer(shown, many=True).data)


class InspectionDetail(APIView):
    """One inspection; PATCH changes it."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.InspectionSerializer)
    def get(self, _request: Request, pk: int) -> Response:
        return Response(shapes.InspectionSerializer(get_object_or_404(Inspection, pk=pk)).data)

    @extend_schema(request=shapes.EditInspectionSerializer, responses={200: shapes.InspectionSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        inspection = get_object_or_404(Inspection, pk=pk)
        values = read(shapes.EditInspectionSerializer, request, partial=True)
        edit_inspection(inspection, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(shapes.InspectionSerializer(inspection).data)


class InspectionVerb(APIView):
    """``run``: now; ``enable``; ``disable``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: shapes.InspectionSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        inspection, actor = get_object_or_404(Inspection, pk=pk), request.user
        if verb == "run":
            run_now(inspection, actor=actor, via=Via.API)  # type: ignore[arg-type]
        else:
            switch_inspection(inspection, is_active=verb == "enable", actor=actor, via=Via.API)  # type: ignore[arg-type]
        return Response(shapes.InspectionSerializer(inspection).data)


class InspectionRuns(Listed):
    """What each run found, newest first."""

    serializer_class = shapes.InspectionRunSerializer
    queryset = InspectionRun.objects.none()

    def get_queryset(self) -> QuerySet[InspectionRun]:
        if getattr(self, "swagger_fake_view", False):
            return InspectionRun.objects.none()
        inspection = get_object_or_404(Inspection, pk=self.kwargs["pk"])
        return InspectionRun.objects.filter(inspection=inspection).select_related("asked_by")


class InspectionScore(APIView):
    """Whether incidents happened where inspections warned: ``window`` days back, a warning counts ``within`` days."""

    permission_classes = COLLEAGUES

    @extend_schema(
        operation_id="inspection_score",
        parameters=[
            OpenApiParameter("window", int, enum=[30, 90, 180, 365]),
            OpenApiParameter("within", int, enum=[7, 30, 90]),
            OpenApiParameter("inspection", int),
        ],
        responses={200: shapes.ScoreSerializer, 400: REFUSALS[400]},
    )
    def get(self, request: Request) -> Response:
        form, now = ScoreForm(request.query_params), clock.now()
        if not form.is_valid():
            return Response(form.errors, status=status.HTTP_400_BAD_REQUEST)
        window, within = (timedelta(days=form.cleaned_data[name]) for name in ("window", "within"))
        rows, inspection = read_rows(request.user, now, window=window), form.cleaned_data["inspection"]  # type: ignore[arg-type]
        if inspection is None:
            found = whole_score(rows, now, within=within)
        else:
            found = scores_of([inspection], rows, now, within=within)[inspection.pk]
        return Response(shapes.ScoreSerializer(found).data)


class FindingList(generics.ListAPIView[Finding]):
    """Findings, newest first. Those of activities are added at the activity."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.FindingSerializer
    pagination_class = NewestFirst
    filterset_fields: ClassVar = {
        "status": ["exact"],
        "risk": ["exact"],
        "inspection": ["exact"],
        "activity": ["exact"],
        "service__slug": ["exact"],
        "owner__username": ["exact"],
        "due_on": ["lt", "gte"],
    }

    def get_queryset(self) -> QuerySet[Finding]:
        return _seen_by(self)


class FindingDetail(generics.RetrieveAPIView[Finding]):
    permission_classes = COLLEAGUES
    serializer_class = shapes.FindingDetailSerializer

    def get_queryset(self) -> QuerySet[Finding]:
        return _seen_by(self)


class FindingEvents(EventsOfRecord):
    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])


class FindingCommandView(CommandView):
    permission_classes = COLLEAGUES

    def record(self) -> StatefulRecord:
        return get_object_or_404(_seen_by(self), pk=self.kwargs["pk"])

    def present(self, record: Any, request: Request) -> dict[str, Any]:
        fresh = _seen_by(self).get(pk=record.pk)
        return dict(shapes.FindingDetailSerializer(fresh, context={"request": request}).data)


FINDINGS = Kind("finding", FindingCommandView, FINDING_COMMANDS, shapes.REQUESTS, shapes.FindingDetailSerializer)


def _seen_by(view: APIView) -> QuerySet[Finding]:
    if getattr(view, "swagger_fake_view", False):
        return Finding.objects.none()
    return Finding.objects.visible_to(view.request.user).for_list().select_related("waiver_by", "waived_by")  # type: ignore[arg-type]
