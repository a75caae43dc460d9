"""A postmortem as a file and as a page to print. For whoever may see all that it is about; others get 404."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from postmortems.export import chapters_on_paper, compile_sheet, write_markdown
from postmortems.views.workspace import whole_postmortem


@login_required
@require_safe
def print_page(request: HttpRequest, pk: int) -> HttpResponse:
    """In the reader's language, or in that of ``?language=``."""
    postmortem = whole_postmortem(request, pk)
    language = asked_language(request)
    with translation.override(language):
        sheet = compile_sheet(postmortem)
        context = {
            "sheet": sheet,
            "chapters": chapters_on_paper(sheet),
            "postmortem": postmortem,
            "languages": settings.LANGUAGES,
        }
        answer = render(request, "postmortems/print.html", context)
    answer.headers["Content-Language"] = language
    return answer


@login_required
@require_safe
def markdown(request: HttpRequest, pk: int) -> HttpResponse:
    """A download: ``PM-12-en.md``."""
    postmortem = whole_postmortem(request, pk)
    language = asked_language(request)
    with translation.override(language):
        text = write_markdown(compile_sheet(postmortem))
    headers = {
        "Content-Disposition": f'attachment; filename="{postmortem.reference}-{language}.md"',
        "Content-Language": language,
    }
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=headers)


def asked_language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else translation.get_language() or settings.LANGUAGE_CODE
