"""Pages of sources: the list, one source with what it shows, the form."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Person
from detection import permissions
from detection.models import Source, SourceKind
from detection.services import add_source, edit_source, look_at, remove_source
from detection.services.sources import Seen
from detection.source_forms import SourceForm
from detection.sources import KINDS
from detection.views.asking import number_of
from incidents.views.asking import colleague_of, moment_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, TransitionRefused

PAGE_SIZE = 50
SHOWN_TABLES = 100


def source_editor_of(request: HttpRequest) -> Person:
    """Whoever may not edit sources has no such page."""
    person = colleague_of(request)
    if not permissions.edits_sources(person):
        raise Http404
    return person


@login_required
@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    person = colleague_of(request)
    page = Paginator(Source.objects.for_list(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "now": moment_of(request),
        "may_edit": permissions.edits_sources(person),
        "kinds": SourceKind.choices,
    }
    return render(request, "detection/sources.html", context)


@login_required
@require_safe
def source_page(request: HttpRequest, slug: str) -> HttpResponse:
    person = colleague_of(request)
    return _show(request, person, get_object_or_404(Source, slug=slug))


@login_required
@require_POST
def look_at_source(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the source for its tables and the first rows of one of them."""
    person, source = source_editor_of(request), get_object_or_404(Source, slug=slug)
    seen = look_at(source, actor=person, table=request.POST.get("table", "")[:200])
    source.refresh_from_db()
    return _show(request, person, source, seen)


@login_required
def new_source(request: HttpRequest, kind: str) -> HttpResponse:
    person = source_editor_of(request)
    if kind not in KINDS:
        raise Http404
    form = SourceForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            source = add_source(kind=kind, actor=person, via=Via.WEB, **form.values)
        except InputRefused as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Saved. See now whether it answers."))
            return redirect(source)
    context = {"form": form, "kind": kind, "kinds": SourceKind.choices, "kind_label": SourceKind(kind).label}
    return render(request, "detection/new_source.html", context, status=400 if form.errors else 200)


@login_required
def edit_source_page(request: HttpRequest, slug: str) -> HttpResponse:
    person, source = source_editor_of(request), get_object_or_404(Source, slug=slug)
    form = SourceForm(request.POST or None, kind=source.kind, source=source, initial=SourceForm.initial_of(source))
    version = request.POST.get("version", str(source.version))
    if request.method == "POST" and form.is_valid():
        try:
            changes = form.values
            changes["secret"] = changes.get("secret") or None
            if changes.get("secret_env"):
                changes["secret"] = changes["secret"] or ""
            edit_source(source, actor=person, via=Via.WEB, expected_version=number_of(version), **changes)
        except InputRefused as refused:
            form.refuse(refused)
        except TransitionRefused as refusal:
            form.add_error(None, refusal.reason)
            version = str(get_object_or_404(Source, slug=slug).version)
        else:
            messages.success(request, _("Saved."))
            return redirect(source)
    context = {"form": form, "source": get_object_or_404(Source, slug=slug), "version": version}
    return render(request, "detection/edit_source.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def remove_source_page(request: HttpRequest, slug: str) -> HttpResponse:
    person, source = source_editor_of(request), get_object_or_404(Source, slug=slug)
    try:
        remove_source(source, actor=person, via=Via.WEB)
    except InputRefused as refused:
        messages.error(request, "; ".join(refused.errors.values()))
        return redirect(source)
    messages.success(request, _("Removed."))
    return redirect("detection:sources")


def _show(request: HttpRequest, person: Person, source: Source, seen: Seen | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "source": source,
        "now": moment_of(request),
        "seen": seen,
        "tables": seen.tables[:SHOWN_TABLES] if seen else [],
        "rows": [[_cell(value) for value in row] for row in seen.sample.rows] if seen and seen.sample else [],
        "collections": source.collections.select_related("metric"),
        "options": [(option.label, source.options.get(option.name)) for option in KINDS[source.kind].options],
        "may_edit": permissions.edits_sources(person),
    }
    return render(request, "detection/source.html", context)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    text = f"({len(value)} bytes)" if isinstance(value, bytes | bytearray | memoryview) else str(value)
    return text[:80] + "…" if len(text) > 80 else text
