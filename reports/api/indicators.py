"""Any indicator by any dimension and period."""

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.permissions import ForColleagues
from lifecycle import clock
from reports.answers import Answer
from reports.asking import QuestionForm
from reports.indicators import Indicator, every_indicator, find_indicator
from reports.indicators.dimensions import NAMES
from reports.period import GRAINS


class IndicatorSerializer(serializers.Serializer[Any]):
    """What an indicator is; ``parts`` are the names of the counts that its rows can be narrowed to."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    definition = serializers.CharField()
    unit = serializers.CharField(help_text="count, seconds, share or rate")
    dimensions = serializers.ListField(child=serializers.CharField())
    parts = serializers.ListField(child=serializers.CharField())


class IndicatorValueSerializer(serializers.Serializer[Any]):
    """One group: ``key`` by dimension, ``value`` (null: unknown) in the indicator's unit, ``count`` rows behind it,
    and the page that lists them."""

    key = serializers.DictField(child=serializers.CharField())
    names = serializers.DictField(child=serializers.CharField())
    value = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    parts = serializers.DictField(child=serializers.FloatField(allow_null=True))
    url = serializers.CharField(allow_blank=True)


class IndicatorAnswerSerializer(serializers.Serializer[Any]):
    indicator = IndicatorSerializer()
    period = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    filters = serializers.DictField(child=serializers.CharField())
    by = serializers.ListField(child=serializers.CharField())
    results = IndicatorValueSerializer(many=True)


def _described(indicator: Indicator) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "label": str(indicator.label),
        "definition": str(indicator.definition),
        "unit": indicator.unit.value,
        "dimensions": list(indicator.dimensions),
        "parts": list(indicator.parts),
    }


class IndicatorsView(APIView):
    permission_classes = (IsAuthenticated, ForColleagues)

    @extend_schema(operation_id="indicators_list", responses=IndicatorSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """Every indicator with its definition and the dimensions by which it can be told apart."""
        return Response([_described(indicator) for indicator in every_indicator()])


def _parameter(name: str, text: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=text)


PARAMETERS = [
    _parameter("period", "2026-10-03, 2026-W40, 2026-10, 2026-Q4, 2026 or 2026-10-01..2026-10-15; UTC."),
    _parameter("from", "First day, instead of a period.", OpenApiTypes.DATE),
    _parameter("to", "Last day, included.", OpenApiTypes.DATE),
    _parameter("by", "A dimension to tell the answer apart by."),
    _parameter("then", "A second one."),
    *(_parameter(name, "Only what has this key.") for name in NAMES if name not in GRAINS),
]


class IndicatorView(APIView):
    permission_classes = (IsAuthenticated, ForColleagues)

    @extend_schema(operation_id="indicators_retrieve", parameters=PARAMETERS, responses=IndicatorAnswerSerializer)
    def get(self, request: Request, name: str) -> Response:
        """What an indicator says of a period, by default of the present month."""
        indicator = find_indicator(name)
        if indicator is None:
            raise Http404
        form = QuestionForm({**request.query_params.dict(), "indicator": name}, now=clock.now())
        if not form.is_valid():
            raise ValidationError({name: [str(each) for each in found] for name, found in form.errors.items()})
        answer = Answer(indicator, form.question)
        body = {
            "indicator": _described(indicator),
            "period": str(answer.question.period),
            "start": answer.question.period.start,
            "end": answer.question.period.end,
            "filters": dict(answer.question.filters),
            "by": list(answer.question.by),
            "results": [
                {
                    "key": dict(zip(answer.question.by, line.key, strict=True)),
                    "names": dict(zip(answer.question.by, line.names, strict=True)),
                    "value": line.value.value,
                    "count": line.value.count,
                    "parts": dict(line.value.parts),
                    "url": line.url,
                }
                for line in answer.lines()
            ],
        }
        return Response(IndicatorAnswerSerializer(body).data)
