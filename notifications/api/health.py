"""Is paging alive, for programs of ours; outside monitors ask /healthz/pager."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from incidents.api.views import IsColleague
from lifecycle import clock
from notifications.health import HOUR, read_health
from notifications.models import Alarm, Audit
from notifications.services.ledger import read_exactness


class ExactnessSerializer(serializers.Serializer[Any]):
    """How late things of a sort were done within the last hour; seconds, null where nothing was done."""

    what = serializers.ChoiceField(choices=["step", "message", "notice", "deadline"])
    count = serializers.IntegerField()
    p50 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)
    longest = serializers.FloatField(allow_null=True)


class AlarmSerializer(serializers.ModelSerializer[Alarm]):
    class Meta:
        model = Alarm
        fields = ("kind", "about", "detail", "times", "raised_at", "seen_at")


class AuditSerializer(serializers.ModelSerializer[Audit]):
    class Meta:
        model = Audit
        fields = ("began_at", "ended_at", "is_clean", "findings", "reported_out_at", "report_error")


class PagerHealthSerializer(serializers.Serializer[Any]):
    """Ages are seconds, null where there was never one."""

    state = serializers.ChoiceField(choices=["ok", "warn", "bad"])
    alive = serializers.BooleanField()
    weaknesses = serializers.ListField(child=serializers.CharField())
    beat_age_seconds = serializers.FloatField(allow_null=True)
    lag_seconds = serializers.FloatField()
    canary_age_seconds = serializers.FloatField(allow_null=True)
    audit_age_seconds = serializers.FloatField(allow_null=True)
    audit_clean = serializers.BooleanField()
    outside_age_seconds = serializers.FloatField(allow_null=True)
    clock_skew_seconds = serializers.FloatField()
    waiting = serializers.IntegerField()
    open_alarms = AlarmSerializer(many=True)
    exactness = ExactnessSerializer(many=True)
    last_audit = AuditSerializer(allow_null=True)


class PagerHealth(APIView):
    """The figures of the pager's health page."""

    permission_classes = (IsAuthenticated, IsColleague)

    @extend_schema(responses=PagerHealthSerializer)
    def get(self, request: Request) -> Response:
        now = clock.now()
        figures = {
            **read_health(now).figures,
            "open_alarms": Alarm.objects.unsettled().open(),
            "exactness": read_exactness(since=now - HOUR, until=now),
            "last_audit": Audit.objects.filter(ended_at__isnull=False).first(),
        }
        return Response(PagerHealthSerializer(figures).data)
