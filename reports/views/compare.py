"""What has become of a signed month: each figure then and now, and the edits since."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.presentation.sentences import sentence_of
from lifecycle.models import Event
from reports.period import Month
from reports.views.comparison import compare_with_now
from reports.views.document import document_of


@require_safe
@for_colleagues
def compare(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    compared = compare_with_now(document)
    context = {
        "document": document,
        "report": compared.report,
        "month": month,
        "name": document.name,
        "changes": compared.changes,
        "edits": [{"edit": edit, "text": _words(edit.event)} for edit in compared.edits],
        "are_more": compared.are_more,
        "digest_now": compared.digest_now,
        "is_intact": compared.is_intact,
    }
    return render(request, "reports/compare.html", context)


def _words(event: Event) -> str:
    return str(sentence_of(event).write(event))
