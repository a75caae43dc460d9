from typing import Any

from rest_framework import serializers

from reports.models import MonthlyReport, ReportStatus


class DifferenceSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    frozen = serializers.JSONField()
    now = serializers.JSONField()


class MonthlyReportSerializer(serializers.Serializer[Any]):
    """``numbers`` are the frozen ones of a signed report, else computed now (docs/reports.md describes them).

    ``differences`` names the figures of a signed report that later edits have changed.
    """

    month = serializers.CharField()
    status = serializers.ChoiceField(choices=ReportStatus.choices)
    text = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    signed_by = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField()
    numbers = serializers.JSONField()
    differences = DifferenceSerializer(many=True)


def present(report: MonthlyReport, **figures: Any) -> dict[str, Any]:
    return {
        "month": str(report.period),
        "status": report.status,
        "text": report.text,
        "signed_by": report.signed_by and report.signed_by.username,
        "signed_at": report.signed_at,
        "digest": report.digest,
        **figures,
    }
