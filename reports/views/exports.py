"""A month as a file: CSV, workbook, PDF, and the table behind each chart."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from reports.download import write_book, write_csv, write_rows
from reports.monthly.drawings import plain_rows
from reports.pdf import SCHEME, PdfUnavailable, read_static, render_pdf
from reports.period import Month
from reports.views.document import Document, document_of
from reports.views.month import comments_of

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_colleagues
def month_csv(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    return _file(write_csv(document.numbers).encode(), CSV, f"{_name(document)}.csv")


@require_safe
@for_colleagues
def chart_csv(request: PersonRequest, month: Month, chart: str) -> HttpResponse:
    """The table behind one chart."""
    document = document_of(request, month)
    drawing = document.page.drawings.all().get(chart)
    if drawing is None:
        raise Http404
    return _file(write_rows(plain_rows(drawing)).encode(), CSV, f"{_name(document)}-{chart}.csv")


@require_safe
@for_colleagues
def month_xlsx(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    words = [sentence.text for sentence in document.sentences]
    words += [document.reading.text] if document.reading.text else []
    data = write_book(document.numbers, words=words, charts=document.page.drawings.all())
    return _file(data, XLSX, f"{_name(document)}.xlsx")


@require_safe
@for_colleagues
def month_pdf(request: PersonRequest, month: Month) -> HttpResponse:
    """In the reader's language, or in the one that ``?language=`` names."""
    document, asked = document_of(request, month), request.GET.get("language", "")
    known = dict(settings.LANGUAGES)
    language = asked if asked in known else translation.get_language() or settings.LANGUAGE_CODE
    try:
        with translation.override(language):
            data = render_pdf("reports/month_pdf.html", paper_context(document))
    except PdfUnavailable as fault:
        return render(request, "reports/no_pdf.html", {"fault": fault}, status=503)
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{_name(document)}-{language}.pdf"'
    answer["Content-Language"] = language
    return answer


def paper_context(document: Document) -> dict[str, Any]:
    """The page's own figures for templates/reports/month_pdf.html, in the language of the moment."""
    style = mark_safe(f"<style>{read_static(f'{SCHEME}report_charts.css')[0].decode()}</style>")  # noqa: S308 (our file)
    page = document.page.context()
    charts = {name: {**drawing, "style": style} for name, drawing in page["charts"].items()}
    return {
        **page,
        "charts": charts,
        "document": document,
        "report": document.report,
        "month": document.month,
        "name": document.name,
        "sentences": document.sentences,
        "text": document.reading.text,
        "reason": document.reading.veil(document.report.reason),
        "is_running": document.is_running,
        "comments": comments_of(document),
        "as_of": document.report.signed_at or document.fresh.as_of,
        "is_paper": True,
        "level_badge": "reports/handbook_level.html",
    }


def _name(document: Document) -> str:
    """ "mainstay-2026-10-2": month, and the edition where it is not the first."""
    report = document.report
    return f"mainstay-{document.month}" + (f"-{report.edition}" if report.is_amendment else "")


def _file(data: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
