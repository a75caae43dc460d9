"""The list as a CSV file: the same tab, filters and order, every row of them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from incidents.export import for_export, write_lines
from incidents.views.asking import colleague_of, moment_of
from incidents.views.selecting import selection_of


@login_required
@require_safe
def export_incidents(request: HttpRequest) -> HttpResponseBase:
    """Streamed: memory does not grow with the rows. A filter that is not understood leads back to the list, which
    says so."""
    person = colleague_of(request)
    selection = selection_of(request, person)
    if not selection.is_valid:
        return HttpResponseRedirect(f"{reverse('incidents:list')}?{request.GET.urlencode()}")
    day = timezone.localtime(moment_of(request)).strftime("%Y-%m-%d")
    headers = {
        "Content-Disposition": f'attachment; filename="incidents-{day}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    language: Any = translation.get_language() or "en"
    lines = write_lines(
        for_export(selection.rows),
        selection.offered.added,
        language=language,
        zone=timezone.get_current_timezone(),
        reader=person,
    )
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
