"""What has become of a signed month: each figure then and now, and the edits since."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.access import PersonRequest, for_colleagues
from incidents.presentation.sentences import sentence_of
from incidents.presentation.timeline import actor_of
from lifecycle.models import Event
from reports.frozen import digest_of
from reports.monthly.edits import edits_since, explain
from reports.period import Month
from reports.views.document import document_of


@require_safe
@for_colleagues
def compare(request: PersonRequest, month: Month) -> HttpResponse:
    document = document_of(request, month)
    report = document.report
    if not report.is_signed:
        raise Http404
    edits, are_more = edits_since(report, request.user)
    context = {
        "document": document,
        "report": report,
        "month": month,
        "name": document.name,
        "changes": explain(document.differences, edits),
        "edits": [{"edit": edit, "actor": actor_of(edit.event), "text": _words(edit.event)} for edit in edits],
        "are_more": are_more,
        "digest_now": digest_of(document.fresh.numbers),
        "is_intact": digest_of(report.numbers or {}) == report.digest,
    }
    return render(request, "reports/compare.html", context)


def _words(event: Event) -> str:
    return str(sentence_of(event).write(event))
