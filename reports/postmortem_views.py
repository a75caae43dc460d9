"""A postmortem as a PDF: laid out here, where WeasyPrint is, of what postmortems.export collects."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from postmortems.export import chapters_on_paper, compile_sheet
from postmortems.views.exporting import asked_language
from postmortems.views.workspace import whole_postmortem
from reports.pdf import PdfUnavailable, render_pdf


@login_required
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """In the reader's language, or in that of ``?language=``; for whoever may see all that it is about."""
    postmortem = whole_postmortem(request, pk)
    language = asked_language(request)
    try:
        with translation.override(language):
            sheet = compile_sheet(postmortem)
            context = {"sheet": sheet, "chapters": chapters_on_paper(sheet), "postmortem": postmortem}
            data = render_pdf("postmortems/print_pdf.html", context)
    except PdfUnavailable as fault:
        return render(request, "reports/no_pdf.html", {"fault": fault}, status=503)
    name = f"{postmortem.reference}-{language}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Content-Language": language}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
