"""The list of action items as a CSV file: the same tab, filters and order, every row of them."""

import csv
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from incidents.action_filters import condition_of, today
from incidents.models import ActionItem
from incidents.origins import origin_of
from incidents.spreadsheet import MARK, safe
from incidents.views.actions import filters_of, query_of
from incidents.views.asking import colleague_of

CHUNK = 500
Column = tuple[str, Callable[[ActionItem], Any]]


@login_required
@require_safe
def export_actions(request: HttpRequest) -> HttpResponseBase:
    """Streamed. A filter that is not understood leads back to the list, which says so."""
    person, day = colleague_of(request), today()
    filters = filters_of(request, ActionItem.objects.of_seen(person))
    if not filters.form.is_valid():
        return HttpResponseRedirect(f"{reverse('incidents:actions')}?{query_of(filters)}")
    found = filters.ordered().filter(condition_of(filters.shown, person, day))
    headers = {
        "Content-Disposition": f'attachment; filename="actions-{day.isoformat()}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    language = translation.get_language() or "en"
    lines = _lines(found, language, timezone.get_current_timezone())
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(items: QuerySet[ActionItem], language: str, zone: Any) -> Iterator[str]:
    """The language and the zone of the request are gone by the time the lines are sent."""
    writer = csv.writer(_Echo())
    with translation.override(language), timezone.override(zone):
        columns = _columns()
        yield MARK + writer.writerow([head for head, _read in columns])
    related = ("owner", "incident", "opened_by", "completed_by", "verified_by")
    rows = items.select_related(*related).prefetch_related("origin")
    for item in rows.iterator(chunk_size=CHUNK):
        with translation.override(language), timezone.override(zone):
            yield writer.writerow([safe(read(item)) for _head, read in columns])


def _columns() -> list[Column]:
    """(head, how to read it off an item), in the language in force."""
    return [
        (_("No."), lambda item: item.reference),
        (_("Action"), lambda item: item.title),
        (_("Type"), lambda item: item.get_type_display()),
        (_("Comes from"), lambda item: origin_of(item).label),
        (_("Owner"), lambda item: item.owner.name),
        (_("Due on"), lambda item: item.due_on.isoformat()),
        (_("Due date moved (times)"), lambda item: item.due_changes),
        (_("Status"), lambda item: item.get_status_display()),
        (_("Opened at"), lambda item: _moment(item.created_at)),
        (_("Opened by"), lambda item: _name(item.opened_by)),
        (_("Done at"), lambda item: _moment(item.completed_at)),
        (_("Done by"), lambda item: _name(item.completed_by)),
        (_("Proof"), lambda item: "\n".join(text for text in (item.proof, item.proof_url) if text)),
        (_("Verified at"), lambda item: _moment(item.verified_at)),
        (_("Verified by"), lambda item: _name(item.verified_by)),
    ]


def _moment(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _name(person: Any) -> str:
    return person.name if person else ""
