from typing import Any

from rest_framework import serializers

from reports.models import MonthlyReport, ReportStatus


class DifferenceSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    frozen = serializers.JSONField()
    now = serializers.JSONField()


class MonthlyReportSerializer(serializers.Serializer[Any]):
    """``numbers`` are the frozen ones of a signed report, else computed now (docs/reports.md describes them).

    ``differences`` names the figures of a signed report that later edits have changed. ``sentences`` are those of the
    report, the author's own in place of the written ones, in the reader's language.
    """

    month = serializers.CharField()
    edition = serializers.IntegerField()
    editions = serializers.IntegerField(help_text="how many there are")
    reason = serializers.CharField(help_text="why a signed edition was amended by this one")
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
        "edition": report.edition,
        "status": report.status,
        "signed_by": report.signed_by and report.signed_by.username,
        "signed_at": report.signed_at,
        "digest": report.digest,
        **figures,
    }
