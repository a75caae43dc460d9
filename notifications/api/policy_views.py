"""Parse, call the service, present: policies, table, routes, simulation, drills, and the next pages of an incident."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from incidents.models import Incident
from lifecycle import clock
from lifecycle.models import Via
from lifecycle.transitions import InputRefused
from notifications.api import policy_serializers as shapes
from notifications.models import EscalationPolicy, EscalationStatus, NotificationRule, Route
from notifications.panels import paged_next
from notifications.services.drilling import end_drill, run_drill
from notifications.services.editing.policies import add_policy, change_policy, copy_policy, delete_policy
from notifications.services.editing.routes import RouteValues, add_route, change_route, delete_route
from notifications.services.editing.table import FIELDS, RuleValues, add_rule, change_rule, delete_rule
from notifications.services.routing import explain, labels_of
from notifications.services.simulating import simulate
from notifications.services.steering import add_to_escalation, page_person, page_step_now, skip_step

UNFILTERED: list[Any] = []


def _read(shape: type[Any], request: Request, *, partial: bool = False) -> dict[str, Any]:
    parsed = shape(data=request.data, partial=partial)
    parsed.is_valid(raise_exception=True)
    return dict(parsed.validated_data)


def _by(request: Request) -> dict[str, Any]:
    return {"actor": request.user, "via": Via.API}


class PolicyList(generics.ListAPIView[EscalationPolicy]):
    """Escalation policies; POST adds one. Durations are seconds."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.ShownPolicySerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = EscalationPolicy.objects.select_related("fallback")

    @extend_schema(request=shapes.PolicySerializer, responses={201: shapes.ShownPolicySerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        data = _read(shapes.PolicySerializer, request)
        data.pop("version", None)
        policy = add_policy(shapes.PolicySerializer.values(data), **_by(request))
        return Response(shapes.ShownPolicySerializer(policy).data, status=status.HTTP_201_CREATED)


class PolicyDetail(APIView):
    """One policy; PATCH changes what it names (``steps`` replace all steps)."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ShownPolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(shapes.ShownPolicySerializer(get_object_or_404(EscalationPolicy, pk=pk)).data)

    @extend_schema(request=shapes.PolicySerializer, responses={200: shapes.ShownPolicySerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        policy = get_object_or_404(EscalationPolicy, pk=pk)
        data = _read(shapes.PolicySerializer, request, partial=True)
        version = data.pop("version", None)
        values = shapes.PolicySerializer.values(data, policy)
        change_policy(policy, values, expected_version=version, **_by(request))
        return Response(shapes.ShownPolicySerializer(policy).data)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        delete_policy(get_object_or_404(EscalationPolicy, pk=pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PolicyCopy(APIView):
    """POST: the same steps under a new name, for no level yet."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={201: shapes.ShownPolicySerializer, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        policy = copy_policy(get_object_or_404(EscalationPolicy, pk=pk), **_by(request))
        return Response(shapes.ShownPolicySerializer(policy).data, status=status.HTTP_201_CREATED)


class RuleList(generics.ListAPIView[NotificationRule]):
    """Rows of the notification table; POST adds one."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.ShownTableRowSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = NotificationRule.objects.all()

    @extend_schema(request=shapes.TableRowSerializer, responses={201: shapes.ShownTableRowSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        rule = add_rule(RuleValues(**_read(shapes.TableRowSerializer, request)), **_by(request))
        return Response(shapes.ShownTableRowSerializer(rule).data, status=status.HTTP_201_CREATED)


class RuleDetail(APIView):
    """One row of the notification table."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ShownTableRowSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(shapes.ShownTableRowSerializer(get_object_or_404(NotificationRule, pk=pk)).data)

    @extend_schema(request=shapes.TableRowSerializer, responses={200: shapes.ShownTableRowSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        rule = get_object_or_404(NotificationRule, pk=pk)
        kept = {name: getattr(rule, name) for name in FIELDS}
        values = RuleValues(**{**kept, **_read(shapes.TableRowSerializer, request, partial=True)})
        return Response(shapes.ShownTableRowSerializer(change_rule(rule, values, **_by(request))).data)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        delete_rule(get_object_or_404(NotificationRule, pk=pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RouteList(generics.ListAPIView[Route]):
    """The routes; POST adds one below ``parent``."""

    permission_classes = COLLEAGUES
    serializer_class = shapes.ShownRouteSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = Route.objects.all()

    @extend_schema(request=shapes.AddRouteSerializer, responses={201: shapes.ShownRouteSerializer, **REFUSALS})
    def post(self, request: Request) -> Response:
        data = _read(shapes.AddRouteSerializer, request)
        parent = data.pop("parent", None) or Route.objects.get(parent=None)
        route = add_route(parent, RouteValues(**data), **_by(request))
        return Response(shapes.ShownRouteSerializer(route).data, status=status.HTTP_201_CREATED)


class RouteDetail(APIView):
    """One route; DELETE takes those below it too."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.ShownRouteSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(shapes.ShownRouteSerializer(get_object_or_404(Route, pk=pk)).data)

    @extend_schema(request=shapes.RouteSerializer, responses={200: shapes.ShownRouteSerializer, **REFUSALS})
    def patch(self, request: Request, pk: int) -> Response:
        route = get_object_or_404(Route, pk=pk)
        kept = {name: getattr(route, name) for name in RouteValues.__dataclass_fields__}
        values = RouteValues(**{**kept, **_read(shapes.RouteSerializer, request, partial=True)})
        return Response(shapes.ShownRouteSerializer(change_route(route, values, **_by(request))).data)

    @extend_schema(responses={204: None, **REFUSALS})
    def delete(self, request: Request, pk: int) -> Response:
        delete_route(get_object_or_404(Route, pk=pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RouteAsking(APIView):
    """POST labels, or an incident: which policies would it get, and by which routes?"""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.AskRoutesSerializer, responses={200: shapes.AnswerSerializer(many=True), **REFUSALS})
    def post(self, request: Request) -> Response:
        asked = _read(shapes.AskRoutesSerializer, request)
        labels = asked.get("labels", {})
        if "incident" in asked:
            labels = labels_of(_incident(request, asked["incident"]))
        answers = [
            {
                "routes": [route.pk for route in answer.way],
                "policy": answer.policy.pk if answer.policy else None,
                "is_by_level": answer.is_by_level,
            }
            for answer in explain(labels)
        ]
        return Response(shapes.AnswerSerializer(answers, many=True).data)


class Simulation(APIView):
    """POST a service, a level and a moment (now, if left out): who is told, when, how? Nothing is written down."""

    permission_classes = COLLEAGUES

    @extend_schema(
        request=shapes.SimulationSerializer, responses={200: shapes.TimetableEntrySerializer(many=True), **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        asked = _read(shapes.SimulationSerializer, request)
        entries = simulate(service=asked["service"], level=asked["level"], at=asked.get("at") or clock.now())
        return Response(shapes.TimetableEntrySerializer(entries, many=True).data)


class Drills(APIView):
    """POST runs a drill; its number is the incident's."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.DrillSerializer, responses={201: dict, **REFUSALS})
    def post(self, request: Request) -> Response:
        incident = run_drill(**_read(shapes.DrillSerializer, request), **_by(request))
        return Response({"incident": incident.pk}, status=status.HTTP_201_CREATED)


class DrillEnd(APIView):
    """POST ends a drill."""

    permission_classes = COLLEAGUES

    @extend_schema(request=None, responses={204: None, **REFUSALS})
    def post(self, request: Request, pk: int) -> Response:
        end_drill(_incident(request, pk), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Paging(APIView):
    """The next pages of an incident, as the cycle will send them."""

    permission_classes = COLLEAGUES

    @extend_schema(responses=shapes.NextStepSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        incident, now = _incident(request, pk), clock.now()
        running = incident.escalations.filter(status=EscalationStatus.RUNNING)
        steps = [
            {
                "escalation": escalation.pk,
                "step": row.step,
                "at": row.at,
                "target": row.foreseen.due.step.target,
                "left_out": row.foreseen.left_out,
                "gap": row.foreseen.gap,
                "reaches": row.reaches,
            }
            for escalation in running
            for row in paged_next(incident, escalation, now=now)
        ]
        return Response(shapes.NextStepSerializer(steps, many=True).data)


class Steering(APIView):
    """POST ``page`` (a person at once), ``add`` (a person to every step to come), ``page-step``, ``skip``."""

    permission_classes = COLLEAGUES

    @extend_schema(request=shapes.SteerSerializer, responses={204: None, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        incident, asked = _incident(request, pk), _read(shapes.SteerSerializer, request)
        running = incident.escalations.filter(status=EscalationStatus.RUNNING).select_related("incident")
        if verb in ("page", "add"):
            self._with_person(request, verb, incident, running, asked)
        else:
            act = {"page-step": page_step_now, "skip": skip_step}[verb]
            escalation = get_object_or_404(
                incident.escalations.select_related("incident"), pk=asked.get("escalation", 0)
            )
            act(escalation, asked.get("step", -1), **_by(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _with_person(
        self, request: Request, verb: str, incident: Incident, running: "QuerySet[Any]", asked: dict[str, Any]
    ) -> None:
        if "person" not in asked:
            raise InputRefused(person=_("Choose a person."))
        if verb == "page":
            page_person(incident, asked["person"], **_by(request))
            return
        if not running:
            raise InputRefused(step=_("This escalation is not running any more."))
        for escalation in running:
            add_to_escalation(escalation, asked["person"], **_by(request))


def _incident(request: Request, pk: int) -> Incident:
    seen = Incident.objects.visible_to(request.user)  # type: ignore[arg-type]
    return get_object_or_404(seen.select_related("service__operations_team", "level", "category"), pk=pk)
