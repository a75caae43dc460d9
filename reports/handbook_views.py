"""The handbook as a page and as a PDF."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from lifecycle import clock
from reports.handbook import compile_handbook
from reports.pdf import PdfUnavailable, render_pdf


@require_safe
@for_colleagues
def show(request: PersonRequest) -> HttpResponse:
    context = {"handbook": compile_handbook(clock.now()), "languages": settings.LANGUAGES}
    return render(request, "reports/handbook.html", context)


@require_safe
@for_colleagues
def download(request: PersonRequest) -> HttpResponse:
    """In the reader's language, or in the one that ``?language=`` names."""
    language = _language(request)
    try:
        with translation.override(language):
            handbook = compile_handbook(clock.now())
            as_of = date_format(localtime(handbook.as_of), "Y-m-d H:i:s T")
            data = render_pdf("reports/handbook_pdf.html", {"handbook": handbook, "as_of": as_of})
    except PdfUnavailable as fault:
        return render(request, "reports/no_pdf.html", {"fault": fault}, status=503)
    name = f"handbook-{localtime(handbook.as_of):%Y-%m-%d}-{handbook.digest[:8]}-{language}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Language": language}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def _language(request: PersonRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
