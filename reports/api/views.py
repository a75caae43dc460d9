from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.permissions import ForColleagues
from lifecycle import clock
from reports.api.serializers import MonthlyReportSerializer, present
from reports.figures import compute
from reports.frozen import differences
from reports.models import MonthlyReport
from reports.period import Month
from reports.reading import for_reader
from reports.sentences import write_sentences


class MonthlyReportView(APIView):
    permission_classes = (IsAuthenticated, ForColleagues)

    @extend_schema(responses=MonthlyReportSerializer)
    def get(self, request: Request, month: Month) -> Response:
        """The report of a month, such as /api/v1/reports/2026-10/."""
        now = clock.now()
        if month.start > now:
            raise Http404
        found = MonthlyReport.objects.select_related("signed_by").filter(month=month.first_day).first()
        report = found or MonthlyReport(month=month.first_day)
        reader: Any = request.user
        fresh = for_reader(compute(month, now=now), reader)
        numbers = for_reader(report.numbers, reader) if report.numbers else fresh
        body = present(
            report,
            numbers=numbers,
            sentences=write_sentences(numbers),
            differences=differences(numbers, fresh) if report.is_signed else [],
        )
        return Response(MonthlyReportSerializer(body).data)
