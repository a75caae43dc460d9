"""Parse, call the service, present: the monthly report by the same services and permissions as its pages."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.idempotency import AnsweredOnce
from catalog.api.permissions import ForColleagues
from incidents.api.fields import StrictSerializer
from incidents.api.views import REFUSALS, caller_of
from lifecycle.models import Via
from reports import services
from reports.api import serializers
from reports.period import Month
from reports.views.comparison import compare_with_now
from reports.views.document import Document, find_document

EDITION = [OpenApiParameter("edition", OpenApiTypes.INT, description="the newest if left out")]
AWAITED = {202: OpenApiResponse(description="The figures of a large month are being computed: ask again.")}
ANSWERS = {200: serializers.MonthlyReportSerializer, **AWAITED, **REFUSALS}


class OfReport(APIView):
    """Every colleague reads and comments; whoever may write by the pages may write here."""

    permission_classes = (IsAuthenticated, ForColleagues)

    def document(self, request: Request, month: Month) -> Document:
        """404 for months to come and editions that are none."""
        return find_document(month, reader=caller_of(request), edition=request.query_params.get("edition", ""))

    def answer(self, request: Request, month: Month) -> Response:
        document = self.document(request, month)
        body = serializers.present(
            document.report,
            text=document.reading.text,
            reason=document.reading.veil(document.report.reason),
            editions=len(document.editions),
            numbers=document.numbers,
            sentences=[sentence.text for sentence in document.sentences],
            differences=document.differences,
        )
        return Response(serializers.MonthlyReportSerializer(body).data)


class MonthlyReportView(OfReport):
    @extend_schema(responses={200: serializers.MonthlyReportSerializer, **AWAITED}, parameters=EDITION)
    def get(self, request: Request, month: Month) -> Response:
        """The report of a month, such as /api/v1/reports/2026-10/."""
        return self.answer(request, month)


class WriteReport(AnsweredOnce, OfReport):
    @extend_schema(operation_id="report_write", request=serializers.ReportWriteSerializer, responses=ANSWERS)
    def post(self, request: Request, month: Month) -> Response:
        """Put words into the newest edition while it is a draft."""
        self.document(request, month)
        asked = _read(serializers.ReportWriteSerializer, request)
        services.write_report(
            month,
            actor=caller_of(request),
            via=Via.API,
            text=asked.get("text"),
            wording=asked.get("wording"),
            expected_version=asked.get("version"),
        )
        return self.answer(request, month)


class SignReport(AnsweredOnce, OfReport):
    @extend_schema(operation_id="report_sign", request=serializers.ReportSignSerializer, responses=ANSWERS)
    def post(self, request: Request, month: Month) -> Response:
        """Freeze the figures of a month that is over and put one's name under them."""
        self.document(request, month)
        asked = _read(serializers.ReportSignSerializer, request)
        services.sign_report(month, actor=caller_of(request), via=Via.API, expected_version=asked.get("version"))
        return self.answer(request, month)


class AmendReport(AnsweredOnce, OfReport):
    @extend_schema(operation_id="report_amend", request=serializers.ReportAmendSerializer, responses=ANSWERS)
    def post(self, request: Request, month: Month) -> Response:
        """Open another edition of a signed report; the signed one stays at ``?edition=``."""
        self.document(request, month)
        asked = _read(serializers.ReportAmendSerializer, request)
        services.amend_report(month, actor=caller_of(request), via=Via.API, reason=asked["reason"])
        return self.answer(request, month)


class ReportComments(AnsweredOnce, OfReport):
    @extend_schema(
        operation_id="report_comments", parameters=EDITION, responses=serializers.ReportCommentSerializer(many=True)
    )
    def get(self, request: Request, month: Month) -> Response:
        """What was said about one edition, oldest first."""
        document = self.document(request, month)
        found = document.report.comments.all() if document.report.pk else ()
        return Response(
            [serializers.present_comment(comment, document.reading.veil(comment.text)) for comment in found]
        )

    @extend_schema(
        operation_id="report_comment",
        request=serializers.ReportRemarkSerializer,
        responses={201: serializers.ReportCommentSerializer, **REFUSALS},
    )
    def post(self, request: Request, month: Month) -> Response:
        """Say something about one section of an edition."""
        document = self.document(request, month)
        asked = {"edition": document.report.edition, **_read(serializers.ReportRemarkSerializer, request)}
        comment = services.comment_on_report(month, actor=caller_of(request), via=Via.API, **asked)
        return Response(serializers.present_comment(comment, comment.text), status=status.HTTP_201_CREATED)


class CompareReport(OfReport):
    @extend_schema(operation_id="report_compare", parameters=EDITION, responses=serializers.ReportComparisonSerializer)
    def get(self, request: Request, month: Month) -> Response:
        """A signed edition beside the figures of now, with the edits since; 404 of a draft."""
        compared = compare_with_now(self.document(request, month))
        body = {
            "month": str(month),
            "edition": compared.report.edition,
            "digest": compared.report.digest,
            "digest_now": compared.digest_now,
            "is_intact": compared.is_intact,
            "changes": [
                {
                    "path": change.path,
                    "frozen": change.frozen,
                    "now": change.fresh,
                    "edits": [edit.event.pk for edit in change.edits],
                }
                for change in compared.changes
            ],
            "edits": [serializers.present_edit(edit) for edit in compared.edits],
            "are_more": compared.are_more,
        }
        return Response(serializers.ReportComparisonSerializer(body).data)


def _read(asked: type[StrictSerializer], request: Request) -> dict[str, Any]:
    form = asked(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
