"""The page of the rows behind a figure of the meeting."""

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from reports.meeting.figure_rows import rows_of_figure
from reports.meeting.views.meeting import meeting_of
from reports.meeting.words import FIGURES

ROWS_A_PAGE = 50


@require_safe
@for_colleagues
def show_figure(request: PersonRequest, day: date, name: str) -> HttpResponse:
    meeting = meeting_of(day)
    found = rows_of_figure(meeting, name, request.user)
    if found is None:
        raise Http404
    page = Paginator(found.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"meeting": meeting, "found": found, "page": page, "title": FIGURES[name]}
    return render(request, "reports/meeting/figure.html", context)
