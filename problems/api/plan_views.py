"""Emergency plans by API: parse, call the service, present."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from problems.api import plan_serializers as shapes
from problems.api.views import UNFILTERED
from problems.models import Plan, PlanRun
from problems.plan_commands import PLAN_COMMANDS, RUN_COMMANDS, STEP_COMMANDS
from problems.plan_figures import WINDOW, figures_of
from problems.services import planning


class PlanList(AnsweredOnce, generics.ListCreateAPIView[Plan]):
    """Plans, newest first; POST adds one with an empty draft."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.PlanSerializer
    pagination_class = NewestFirst
    filterset_fields = ("status",)

    def get_queryset(self) -> QuerySet[Plan]:
        return _plans(self)

    @extend_schema(request=shapes.AddPlanSerializer, responses={201: shapes.PlanDetailSerializer, **REFUSALS})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        values = _asked(shapes.AddPlanSerializer, request)
        plan = planning.add_plan(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        address = {"Location": str(reverse("plan-api", args=[plan.pk], request=request))}
        return Response(_plan(self, plan), status=status.HTTP_201_CREATED, headers=address)


class PlanDetail(generics.RetrieveAPIView[Plan]):
    permission_classes = COLLEAGUES
    serializer_class = shapes.PlanDetailSerializer

    def get_queryset(self) -> QuerySet[Plan]:
        return _plans(self)


class PlanVersionDetail(APIView):
    """The steps of one version."""

    permission_classes = COLLEAGUES

    @extend_schema(responses={200: shapes.PlanVersionSerializer})
    def get(self, request: Request, pk: int, number: int) -> Response:
        plan = get_object_or_404(_plans(self), pk=pk)
        version = get_object_or_404(plan.versions.select_related("published_by"), number=number)
        return Response(shapes.PlanVersionSerializer(version, context={"request": request}).data)


class SaveDraft(AnsweredOnce):
    """POST replaces the steps of the draft, which is made where there is none."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.SaveDraftSerializer, responses={200: shapes.PlanDetailSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        plan = get_object_or_404(_plans(self), pk=pk)
        asked = shapes.SaveDraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        planning.save_draft(
            plan,
            actor=request.user,  # type: ignore[arg-type]
            via=Via.API,
            steps=asked.specs(),
            expected_version=asked.validated_data.get("version"),
        )
        return Response(_plan(self, plan))


class SetConditions(AnsweredOnce):
    """POST replaces the conditions under which the plan is attached by itself."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.SetConditionsSerializer, responses={200: shapes.PlanDetailSerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        plan = get_object_or_404(_plans(self), pk=pk)
        values = _asked(shapes.SetConditionsSerializer, request)
        planning.set_conditions(
            plan,
            actor=request.user,  # type: ignore[arg-type]
            via=Via.API,
            conditions=values["conditions"],
            expected_version=values.get("version"),
        )
        return Response(_plan(self, plan))


class PlanFigures(APIView):
    """Share of incidents with a plan, seconds per step, recovery time with and without; ``?days=``."""

    permission_classes = COLLEAGUES

    @extend_schema(
        parameters=[OpenApiParameter("days", int, description="Of the last so many days: 90, or 1 to 730.")],
        responses={200: shapes.PlanFiguresSerializer},
    )
    def get(self, request: Request) -> Response:
        text = request.query_params.get("days", "")
        is_number = text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 730
        window = timedelta(days=int(text)) if is_number else WINDOW
        figures = figures_of(request.user, clock.now(), window=window)  # type: ignore[arg-type]
        return Response(shapes.PlanFiguresSerializer(figures).data)


class PlansOfIncident(AnsweredOnce):
    """GET: the plans of an incident with their steps. POST attaches one by hand."""

    permission_classes = COLLEAGUES

    @extend_schema(operation_id="incident_plans", responses={200: shapes.PlanRunSerializer(many=True)})
    def get(self, request: Request, pk: int) -> Response:
        incident = _incident(request, pk)
        found = _runs(self).filter(incident=incident).order_by("pk")
        return Response(shapes.PlanRunSerializer(found, many=True, context={"request": request}).data)

    @extend_schema(
        operation_id="incident_attach_plan",
        request=shapes.AttachPlanSerializer,
        responses={201: shapes.PlanRunSerializer, **REFUSALS},
    )
    def post(self, request: Request, pk: int) -> Response:
        incident = _incident(request, pk)
        values = _asked(shapes.AttachPlanSerializer, request)
        run = planning.attach_plan(incident, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(_run(self, run), status=status.HTTP_201_CREATED)


class PlanRunDetail(generics.RetrieveAPIView[PlanRun]):
    permission_classes = COLLEAGUES
    serializer_class = shapes.PlanRunSerializer
    filter_backends = UNFILTERED

    def get_queryset(self) -> QuerySet[PlanRun]:
        return _runs(self)


def plan_command_views() -> list[tuple[str, Callable[..., Any]]]:
    """(verb, view) for every verb of a plan."""
    asked = shapes.PLAN_REQUESTS

    def act(view: APIView, request: Request, verb: str, pk: int) -> Response:
        plan = get_object_or_404(_plans(view), pk=pk)
        values = _asked(asked[verb], request)
        version = values.pop("version", None)
        PLAN_COMMANDS[verb].run(plan, actor=request.user, via=Via.API, version=version, **values)  # type: ignore[arg-type]
        return Response(_plan(view, plan))

    return [(verb, _view("plan", verb, asked[verb], shapes.PlanDetailSerializer, act)) for verb in PLAN_COMMANDS]


def run_command_views() -> list[tuple[str, Callable[..., Any]]]:
    """(verb, view) for every verb of a run."""
    asked = shapes.RUN_REQUESTS

    def act(view: APIView, request: Request, verb: str, pk: int) -> Response:
        run = get_object_or_404(_runs(view), pk=pk)
        values = _asked(asked[verb], request)
        version = values.pop("version", None)
        RUN_COMMANDS[verb].run(run, actor=request.user, via=Via.API, version=version, **values)  # type: ignore[arg-type]
        return Response(_run(view, run))

    return [(verb, _view("plan_run", verb, asked[verb], shapes.PlanRunSerializer, act)) for verb in RUN_COMMANDS]


def step_command_views() -> list[tuple[str, Callable[..., Any]]]:
    """(verb, view) for every verb of a step of a run."""
    asked = shapes.STEP_REQUESTS

    def act(view: APIView, request: Request, verb: str, pk: int, step: int) -> Response:
        run = get_object_or_404(_runs(view), pk=pk)
        found = get_object_or_404(run.steps.select_related("step", "ended_by"), pk=step)
        found.run = run
        values = _asked(asked[verb], request)
        STEP_COMMANDS[verb].service(found, actor=request.user, via=Via.API, **values)
        return Response(_run(view, run))

    return [(verb, _view("plan_step", verb, asked[verb], shapes.PlanRunSerializer, act)) for verb in STEP_COMMANDS]


def _view(noun: str, verb: str, asked: Any, shown: Any, act: Callable[..., Response]) -> Callable[..., Any]:
    def post(self: APIView, request: Request, **place: int) -> Response:
        return act(self, request, verb, **place)

    described = extend_schema(
        operation_id=f"{noun}_{verb}",
        summary=f"{verb.replace('_', ' ').capitalize()}: {noun.replace('_', ' ')}",
        request=asked,
        responses={200: shown, **REFUSALS},
    )(post)
    view: Any = type(f"{noun}_{verb}_view", (AnsweredOnce,), {"permission_classes": COLLEAGUES, "post": described})
    return view.as_view()  # type: ignore[no-any-return]


def _asked(serializer: Any, request: Request) -> dict[str, Any]:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _plans(view: APIView) -> QuerySet[Plan]:
    if getattr(view, "swagger_fake_view", False):
        return Plan.objects.none()
    return Plan.objects.visible_to(view.request.user)  # type: ignore[arg-type]


def _runs(view: APIView) -> QuerySet[PlanRun]:
    if getattr(view, "swagger_fake_view", False):
        return PlanRun.objects.none()
    seen = PlanRun.objects.of_seen(view.request.user)  # type: ignore[arg-type]
    related = ("steps__step__subplan", "steps__step__person", "steps__ended_by", "steps__run")
    return seen.select_related("plan", "plan_version", "started_by", "incident__service").prefetch_related(*related)


def _incident(request: Request, pk: int) -> Incident:
    return get_object_or_404(Incident.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]


def _plan(view: APIView, plan: Plan) -> dict[str, Any]:
    fresh = _plans(view).get(pk=plan.pk)
    return dict(shapes.PlanDetailSerializer(fresh, context={"request": view.request}).data)


def _run(view: APIView, run: PlanRun) -> dict[str, Any]:
    fresh = _runs(view).get(pk=run.pk)
    return dict(shapes.PlanRunSerializer(fresh, context={"request": view.request}).data)
