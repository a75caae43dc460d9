from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.permissions import ForColleagues
from reports.api.serializers import MonthlyReportSerializer, present
from reports.period import Month
from reports.views.document import find_document


class MonthlyReportView(APIView):
    permission_classes = (IsAuthenticated, ForColleagues)

    @extend_schema(
        responses=MonthlyReportSerializer,
        parameters=[OpenApiParameter("edition", OpenApiTypes.INT, description="the newest if left out")],
    )
    def get(self, request: Request, month: Month) -> Response:
        """The report of a month, such as /api/v1/reports/2026-10/."""
        reader: Any = request.user
        document = find_document(month, reader=reader, edition=request.query_params.get("edition", ""))
        body = present(
            document.report,
            text=document.reading.text,
            reason=document.reading.veil(document.report.reason),
            editions=len(document.editions),
            numbers=document.numbers,
            sentences=[sentence.text for sentence in document.sentences],
            differences=document.differences,
        )
        return Response(MonthlyReportSerializer(body).data)
