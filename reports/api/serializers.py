from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.api.fields import StrictSerializer
from reports.models import MonthlyReport, ReportComment, ReportStatus, Section
from reports.monthly.edits import Edit
from reports.sentences import SENTENCES
from reports.services.remarks import LONGEST_COMMENT
from reports.services.writing import LONGEST_SENTENCE, LONGEST_TEXT


class DifferenceSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    frozen = serializers.JSONField()
    now = serializers.JSONField()


class MonthlyReportSerializer(serializers.Serializer[Any]):
    """``numbers`` are the frozen ones of a signed report, else computed now (docs/reports.md describes them).

    ``differences`` names the figures of a signed report that later edits have changed. ``sentences`` are those of the
    report, the author's own in place of the written ones, in the reader's language. ``version`` is null before anybody
    has written.
    """

    month = serializers.CharField()
    edition = serializers.IntegerField()
    editions = serializers.IntegerField(help_text="how many there are")
    reason = serializers.CharField(help_text="why a signed edition was amended by this one")
    status = serializers.ChoiceField(choices=ReportStatus.choices)
    version = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    signed_by = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField()
    numbers = serializers.JSONField()
    differences = DifferenceSerializer(many=True)


class ReportCommentSerializer(serializers.Serializer[Any]):
    """Numbers of incidents that are not for the reader are veiled."""

    id = serializers.IntegerField()
    section = serializers.ChoiceField(choices=Section.choices)
    author = serializers.CharField()
    text = serializers.CharField()
    written_at = serializers.DateTimeField()


class ReportEditSerializer(serializers.Serializer[Any]):
    """An edit since the signature: on an ``incident`` or, where that is null, on a ``service``."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    verb = serializers.CharField()
    incident = serializers.IntegerField(allow_null=True)
    service = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    fields_changed = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)), help_text="name, before, after"
    )


class ReportChangeSerializer(DifferenceSerializer):
    """A figure then and now; ``edits`` are the numbers of those that can have changed it."""

    edits = serializers.ListField(child=serializers.IntegerField())


class ReportComparisonSerializer(serializers.Serializer[Any]):
    """``is_intact``: the frozen figures fit their digest. ``are_more``: there are more edits than are told."""

    month = serializers.CharField()
    edition = serializers.IntegerField()
    digest = serializers.CharField()
    digest_now = serializers.CharField()
    is_intact = serializers.BooleanField()
    changes = ReportChangeSerializer(many=True)
    edits = ReportEditSerializer(many=True)
    are_more = serializers.BooleanField()


_version = serializers.IntegerField(
    required=False, min_value=1, help_text="The version you read; refused with 409 where it has changed since."
)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
class WordingField(serializers.DictField):
    """{"amount": {"en": "...", "zh-hans": "..."}}; names and languages that are none are refused."""

    child = serializers.DictField(child=serializers.CharField(max_length=LONGEST_SENTENCE, allow_blank=True))

    def to_internal_value(self, data: Any) -> Any:
        said = super().to_internal_value(data)
        languages = {language for words in said.values() for language in words}
        if unknown := sorted(set(said) - set(SENTENCES)):
            raise serializers.ValidationError(f"There is no such sentence: {', '.join(unknown)}.")
        if unknown := sorted(languages - set(dict(settings.LANGUAGES))):
            raise serializers.ValidationError(f"There is no such language: {', '.join(unknown)}.")
        return said


class ReportWriteSerializer(StrictSerializer):
    """What is left out stays; ``wording`` replaces all own sentences."""

    text = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    wording = WordingField(required=False)
    version = _version


class ReportSignSerializer(StrictSerializer):
    version = _version


class ReportAmendSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=1000)


class ReportRemarkSerializer(StrictSerializer):
    section = serializers.ChoiceField(choices=Section.choices)
    text = serializers.CharField(max_length=LONGEST_COMMENT)
    edition = serializers.IntegerField(min_value=1, required=False, help_text="the newest if left out")


def present(report: MonthlyReport, **figures: Any) -> dict[str, Any]:
    return {
        "month": str(report.period),
        "edition": report.edition,
        "status": report.status,
        "version": report.version if report.pk else None,
        "signed_by": report.signed_by and report.signed_by.username,
        "signed_at": report.signed_at,
        "digest": report.digest,
        **figures,
    }


def present_comment(comment: ReportComment, text: str) -> dict[str, Any]:
    shown = {
        "id": comment.pk,
        "section": comment.section,
        "author": comment.author.username,
        "text": text,
        "written_at": comment.written_at,
    }
    return dict(ReportCommentSerializer(shown).data)


def present_edit(edit: Edit) -> dict[str, Any]:
    return {
        "id": edit.event.pk,
        "at": edit.event.recorded_at,
        "by": edit.actor,
        "verb": edit.event.verb,
        "incident": edit.incident and edit.incident.pk,
        "service": edit.service.slug,
        "note": edit.event.note,
        "fields_changed": [{"name": field.name, "before": field.before, "after": field.after} for field in edit.fields],
    }
