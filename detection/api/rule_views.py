"""Around rules: going live, versions, back-tests, one minute explained."""

import json
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from detection import permissions
from detection.api import rule_serializers as serializers
from detection.api.serializers import RuleSerializer
from detection.api.views import UNFILTERED, present, read
from detection.models import Rule, RuleVersion, Series
from detection.previews import preview_of
from detection.services import back_test, draft_rule, explain, go_live, restore_version, return_to_shadow
from detection.services.backtesting import SPANS
from detection.views.explaining import moment_in
from incidents.api.records import COLLEAGUES
from incidents.api.views import REFUSALS, NewestFirst
from incidents.presentation.veiling import unseen_of
from lifecycle.models import Via
from lifecycle.transitions import NotPermitted

MODES: dict[str, Any] = {"go_live": go_live, "return_to_shadow": return_to_shadow}
WHICH = [
    OpenApiParameter("at", OpenApiTypes.DATETIME, description="The minute; the last one judged if left out."),
    OpenApiParameter("labels", OpenApiTypes.STR, description='The series, such as {"status": "reversed"}.'),
    OpenApiParameter("series", OpenApiTypes.INT, description="The series by its number, instead of labels."),
]


class RuleMode(APIView):
    """``go-live`` or ``return-to-shadow``. Going live needs a note of what the trial has shown."""

    permission_classes = COLLEAGUES

    @extend_schema(request=serializers.ModeNoteSerializer, responses={200: RuleSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, verb: str) -> Response:
        rule = get_object_or_404(Rule, pk=pk)
        given = read(serializers.ModeNoteSerializer, request)
        version = given.get("version")
        MODES[verb](rule, actor=request.user, via=Via.API, note=given["note"], expected_version=version)
        return present(rule, request)


class RuleVersions(generics.ListAPIView[RuleVersion]):
    """What the rule was from one edit to the next, newest first."""

    permission_classes = COLLEAGUES
    serializer_class = serializers.RuleVersionSerializer
    pagination_class = NewestFirst
    filter_backends = UNFILTERED
    queryset = RuleVersion.objects.none()

    def get_queryset(self) -> Any:
        return get_object_or_404(Rule, pk=self.kwargs["pk"]).versions.select_related("actor")


class RestoreRuleVersion(APIView):
    """Make the rule what it was at that version; that is an edit as any other."""

    permission_classes = COLLEAGUES

    @extend_schema(request=serializers.ModeNoteSerializer, responses={200: RuleSerializer, **REFUSALS})
    def post(self, request: Request, pk: int, number: int) -> Response:
        rule = get_object_or_404(Rule, pk=pk)
        given = read(serializers.ModeNoteSerializer, request)
        get_object_or_404(rule.versions, number=number)
        version, note = given.get("version"), given["note"]
        actor: Any = request.user
        restore_version(rule, number=number, actor=actor, via=Via.API, note=note, expected_version=version)
        return present(rule, request)


class RuleBackTest(APIView):
    """What the rule, with what is given here instead, would have said of stored minutes. Nothing is saved."""

    permission_classes = COLLEAGUES

    @extend_schema(
        request=serializers.BackTestRequestSerializer, responses={200: serializers.BackTestSerializer, **REFUSALS}
    )
    def post(self, request: Request, pk: int) -> Response:
        rule, person = get_object_or_404(Rule.objects.for_list(), pk=pk), request.user
        if not permissions.edits_rules(person):  # type: ignore[arg-type]
            raise NotPermitted("back_test")
        given = read(serializers.BackTestRequestSerializer, request, partial=True)
        span = SPANS[given.pop("span", "24h")]
        test = back_test(draft_rule(rule, **given), actor=person, span=span)  # type: ignore[arg-type]
        return Response(serializers.BackTestSerializer(preview_of(test, reader=person)).data)  # type: ignore[arg-type]


class ExplainMinute(APIView):
    """Why a rule said what it said of one series at one minute."""

    permission_classes = COLLEAGUES

    @extend_schema(parameters=WHICH, responses={200: serializers.ExplanationSerializer, **REFUSALS})
    def get(self, request: Request, pk: int) -> Response:
        rule = get_object_or_404(Rule.objects.for_list(), pk=pk)
        asked = request.query_params.get("at", "")
        at = moment_in(asked) if asked else rule.evaluated_to
        if at is None:
            raise ValidationError({"at": ["This is no date and time."]})
        said = explain(rule, series=_series(rule, request), at=at)
        pk_of = said.alert.incident_id if said.alert else None
        unseen = unseen_of([pk_of], request.user)  # type: ignore[arg-type]
        return Response(serializers.ExplanationSerializer(said, context={"unseen": unseen}).data)


def _series(rule: Rule, request: Request) -> Series:
    """By its number or its labels, among those that the rule looks at; the first one where neither is given."""
    chosen = rule.metric.series.filter(labels__contains=rule.selector).order_by("position")
    number, labels = request.query_params.get("series", ""), request.query_params.get("labels", "")
    if number:
        is_number = number.isascii() and number.isdigit() and len(number) < 15
        found = chosen.filter(pk=int(number)).first() if is_number else None
    elif labels:
        found = chosen.filter(labels=_labels(labels)).first()
    else:
        found = chosen.first()
    if found is None:
        raise Http404
    return found


def _labels(text: str) -> dict[str, str]:
    try:
        labels = json.loads(text[:2000])
    except (ValueError, RecursionError):
        labels = None
    if not isinstance(labels, dict) or not all(isinstance(each, str) and "\0" not in each for each in labels.values()):
        raise ValidationError({"labels": ["It must be an object of labels and texts."]})
    if any("\0" in name for name in labels):
        raise ValidationError({"labels": ["It must be an object of labels and texts."]})
    return labels
