"""Pages of the tables of dates and capacities: the list, one entry, the import."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.access import PersonRequest, for_colleagues
from detection.inspections.forms import ENTRY_FORMS, ImportForm
from detection.inspections.services import add_entry, edit_entry, import_entries, remove_entry
from detection.inspections.services.registering import FIELDS
from detection.inspections.views.frame import PAGE_SIZE, for_editors, show
from detection.models import Capacity, ExpiryDate
from detection.views.asking import number_of
from detection.views.frame import EDITED, save
from incidents.views.asking import moment_of
from lifecycle.models import Via

TABLES: dict[str, type[ExpiryDate | Capacity]] = {"expiries": ExpiryDate, "capacities": Capacity}
SOON, NEARLY_FULL, FULL = 30, 80, 95


@require_safe
@for_colleagues
def list_page(request: PersonRequest, table: str) -> HttpResponse:
    model, today = _table(table), moment_of(request).date()
    page = Paginator(_entries(model), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"entry": each, **_state(each, today)} for each in page]
    return show(request, f"{table}.html", page=page, rows=rows, here=table)


@require_http_methods(EDITED)
@for_editors
def new_page(request: PersonRequest, table: str) -> HttpResponse:
    model = _table(table)
    form = ENTRY_FORMS[model](request.POST or None, initial={"measured_on": moment_of(request).date()})
    made = save(form, lambda: add_entry(model, actor=request.user, via=Via.WEB, **form.cleaned_data))
    if made is not None:
        messages.success(request, _("Saved."))
        return redirect("inspections:entries", table)
    title = {"expiries": _("Add a date"), "capacities": _("Add a capacity")}[table]
    return show(request, "form.html", form=form, title=title, here=table, status=400 if form.errors else 200)


@require_http_methods(EDITED)
@for_editors
def edit_page(request: PersonRequest, table: str, pk: int) -> HttpResponse:
    model = _table(table)
    entry = get_object_or_404(_entries(model), pk=pk)
    initial = {**{name: getattr(entry, name) for name in FIELDS[model]}, "service": entry.service.slug}
    form = ENTRY_FORMS[model](request.POST or None, initial=initial)
    version = number_of(request.POST.get("version", ""))

    def act() -> Any:
        values = form.cleaned_data
        return edit_entry(entry, actor=request.user, via=Via.WEB, expected_version=version, **values)

    if save(form, act) is not None:
        messages.success(request, _("Saved."))
        return redirect("inspections:entries", table)
    record = get_object_or_404(_entries(model), pk=pk)
    remove_url = reverse("inspections:remove-entry", args=[table, pk])
    context = {"form": form, "record": record, "title": record.name, "here": table, "remove_url": remove_url}
    return show(request, "form.html", status=400 if form.errors else 200, **context)


@require_POST
@for_editors
def remove_page(request: PersonRequest, table: str, pk: int) -> HttpResponse:
    entry = get_object_or_404(_entries(_table(table)), pk=pk)
    remove_entry(entry, actor=request.user, via=Via.WEB)
    messages.success(request, _("Removed."))
    return redirect("inspections:entries", table)


@require_http_methods(EDITED)
@for_editors
def import_page(request: PersonRequest, table: str) -> HttpResponse:
    model = _table(table)
    form = ImportForm(request.POST or None, request.FILES or None)
    made = save(form, lambda: import_entries(model, form.cleaned_data["file"], actor=request.user, via=Via.WEB))
    if made is not None:
        words = {"added": made.added, "changed": made.changed, "unchanged": made.unchanged}
        messages.success(request, _("%(added)d added, %(changed)d changed, %(unchanged)d as they were.") % words)
        return redirect("inspections:entries", table)
    columns = ", ".join(FIELDS[model])
    about = _("A heading with the columns %(columns)s; the service by its short name.") % {"columns": columns}
    context = {"form": form, "title": _("Import from CSV"), "about": about, "here": table}
    return show(request, "form.html", status=400 if form.errors else 200, **context)


def _table(name: str) -> type[ExpiryDate | Capacity]:
    if name not in TABLES:
        raise Http404
    return TABLES[name]


def _entries(model: type[ExpiryDate | Capacity]) -> Any:
    entries: Any = model.objects
    return entries.select_related("service")


def _state(entry: ExpiryDate | Capacity, today: date) -> dict[str, Any]:
    """What a row says beside the entry, and its colour."""
    if isinstance(entry, ExpiryDate):
        left = (entry.expires_on - today).days
        return {"left": left, "ago": -left, "tone": "is-bad" if left < 0 else "is-warn" if left <= SOON else ""}
    full = entry.percent
    return {"percent": round(full, 1), "tone": "is-bad" if full >= FULL else "is-warn" if full >= NEARLY_FULL else ""}
