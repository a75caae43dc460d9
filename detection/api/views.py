"""Parse, call the service, present. Refusals become answers in config/api.py."""

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection.api import serializers
from detection.models import Alert, Metric, Origin, Rule
from detection.services import add_metric, add_rule, disable_rule, edit_metric, edit_rule, enable_rule, store_frame
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from incidents.presentation.veiling import unseen_of
from lifecycle import clock
from lifecycle.models import Via

UNFILTERED: list[Any] = []
SWITCHES = {"enable": enable_rule, "disable": disable_rule}


def read(serializer: type[Any], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """What was sent, as the serializer understands it; its refusals become 400."""
    parsed = serializer(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


class MetricList(generics.ListAPIView[Metric]):
    """Metrics; POST defines one. Durations are seconds."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.MetricSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = Metric.objects.select_related("service")

    @extend_schema(request=serializers.AddMetricSerializer, responses={201: serializers.MetricSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = read(serializers.AddMetricSerializer, request)
        metric = add_metric(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        shown = serializers.MetricSerializer(metric, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class MetricDetail(APIView):
    """One metric; PATCH changes its name, lateness, retention or service."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=serializers.MetricSerializer)
    def get(self, request: Request, slug: str) -> Response:
        metric = get_object_or_404(Metric.objects.select_related("service"), slug=slug)
        return Response(serializers.MetricSerializer(metric, context={"request": request}).data)

    @extend_schema(request=serializers.EditMetricSerializer, responses={200: serializers.MetricSerializer, **REFUSALS})
    def patch(self, request: Request, slug: str) -> Response:
        metric = get_object_or_404(Metric, slug=slug)
        values = read(serializers.EditMetricSerializer, request, partial=True)
        edit_metric(metric, actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return Response(serializers.MetricSerializer(metric, context={"request": request}).data)


class Frames(APIView):
    """POST the values of one minute. Late and repeated frames are welcome: what they name is overwritten."""

    permission_classes = COLLEAGUES

    @extend_schema(request=serializers.FrameSerializer, responses={201: serializers.StoredSerializer, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        metric = get_object_or_404(Metric, slug=slug)
        frame = read(serializers.FrameSerializer, request)
        values = [(point["labels"], point["value"]) for point in frame["values"]]
        stored = store_frame(metric, at=frame["at"], values=values, actor=request.user)  # type: ignore[arg-type]
        return Response({"stored": stored}, status=status.HTTP_201_CREATED)


class RuleList(generics.ListAPIView[Rule]):
    """Rules; POST adds one."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.RuleSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = Rule.objects.for_list()

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "now": clock.now()}

    @extend_schema(request=serializers.AddRuleSerializer, responses={201: serializers.RuleSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        values = read(serializers.AddRuleSerializer, request)
        rule = add_rule(actor=request.user, via=Via.API, **values)  # type: ignore[arg-type]
        return present(rule, request, status.HTTP_201_CREATED)


class RuleDetail(APIView):
    """One rule; PATCH changes it. ``version``: refused with 409 where it has changed since."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=serializers.RuleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return present(get_object_or_404(Rule, pk=pk), request)

    @extend_schema(request=serializers.EditRuleSerializer, responses={200: serializers.RuleSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        rule = get_object_or_404(Rule, pk=pk)
        values = read(serializers.EditRuleSerializer, request, partial=True)
        version = values.pop("version", None)
        edit_rule(rule, actor=request.user, via=Via.API, expected_version=version, **values)  # type: ignore[arg-type]
        return present(rule, request)


class RuleSwitch(APIView):
    """``enable`` or ``disable``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={200: serializers.RuleSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        rule = get_object_or_404(Rule, pk=pk)
        SWITCHES[verb](rule, actor=request.user, via=Via.API)  # type: ignore[arg-type]
        return present(rule, request)


class AlertList(generics.ListAPIView[Alert]):
    """Alerts, newest first; ``?open=1`` those that have not ended, ``?rule=7`` of one rule, ``?origin=``
    rule, integration or heartbeat.

    Those of rules in shadow are left out; ``?shadow=1`` shows nothing but them.
    """

    permission_classes = COLLEAGUES
    serializer_class = serializers.AlertSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED

    def get_queryset(self) -> QuerySet[Alert]:
        is_shadow = self.request.query_params.get("shadow") == "1"
        reader: Any = self.request.user
        seen = Alert.objects.visible_to(reader).order_by().values("pk")
        alerts = Alert.objects.select_related("series", "service").filter(is_shadow=is_shadow)
        alerts = alerts.filter(Q(origin=Origin.RULE) | Q(pk__in=seen))
        if (origin := self.request.query_params.get("origin", "")) in Origin.values:
            alerts = alerts.filter(origin=origin)
        if self.request.query_params.get("open") == "1":
            alerts = alerts.open()
        rule = self.request.query_params.get("rule", "")
        return alerts.filter(rule=int(rule)) if rule.isascii() and rule.isdigit() and len(rule) < 15 else alerts

    def paginate_queryset(self, queryset: Any) -> Any:
        """Without the numbers of incidents that are not for the caller."""
        page: list[Alert] = super().paginate_queryset(queryset) or []
        unseen = unseen_of([alert.incident_id for alert in page], self.request.user)  # type: ignore[arg-type]
        for alert in page:
            alert.incident_id = None if alert.incident_id in unseen else alert.incident_id
        return page


def present(rule: Rule, request: Request, code: int = status.HTTP_200_OK) -> Response:
    """The rule as every answer shows it."""
    found = Rule.objects.for_list().get(pk=rule.pk)
    context = {"request": request, "now": clock.now()}
    return Response(serializers.RuleSerializer(found, context=context).data, status=code)
