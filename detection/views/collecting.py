"""Pages on which a metric is defined out of a source: the form with its preview, the switch, the template."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Person
from detection.believing import REASONS, Believed
from detection.documents import starter, starter_names
from detection.models import Collection, Metric, Source
from detection.services import (
    add_metric,
    collect_metric,
    edit_metric,
    look_at,
    pause_collection,
    preview,
    resume_collection,
)
from detection.source_forms import CollectionForm
from detection.sources import SourceError
from detection.views.sources import source_editor_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

SHOWN_ROWS = 20
SWITCHES = {"pause": pause_collection, "resume": resume_collection}


class _PreviewOnly(Exception):  # noqa: N818 - rolls back what a preview needed
    """What was made for a preview is taken back."""


@dataclass
class Shown:
    """What a preview has to show."""

    at: datetime | None = None
    believed: Believed | None = None
    error: str = ""

    @property
    def rows(self) -> list[tuple[str, float]]:
        found = self.believed.values.items() if self.believed else []
        return [(" · ".join(labels), value) for labels, value in list(found)[:SHOWN_ROWS]]

    @property
    def count(self) -> int:
        return len(self.believed.values) if self.believed else 0

    @property
    def rejected(self) -> list[tuple[Any, int, str]]:
        found = self.believed.rejected.items() if self.believed else []
        return [(REASONS[reason], note.count, note.sample) for reason, note in found]


@login_required
def new_metric(request: HttpRequest, slug: str) -> HttpResponse:
    """A metric read out of the source ``slug``; ``?table=`` chooses the table whose columns are offered."""
    person, source = source_editor_of(request), get_object_or_404(Source, slug=slug)
    table = (request.POST or request.GET).get("table", "")[:200]
    initial = {"table": table} if table else starting_values(request.GET.get("template", ""))
    form = CollectionForm(request.POST or None, source=source, initial=initial)
    return _handle(request, person, source, form, table, None)


def starting_values(template: str) -> dict[str, Any]:
    """What the form starts with: the first metric of a template that ships with us, or nothing."""
    if template not in starter_names():
        return {}
    slug, metric = next(iter(starter(template, "")["metrics"].items()))
    collection = metric.pop("collection")
    durations = {name: timedelta(seconds=metric[name]) for name in ("interval", "lateness") if name in metric}
    return {"slug": slug, **metric, **collection, **durations}


@login_required
def edit_collection(request: HttpRequest, slug: str) -> HttpResponse:
    person = source_editor_of(request)
    collection = get_object_or_404(Collection.objects.select_related("metric", "source"), metric__slug=slug)
    initial = CollectionForm.initial_of(collection)
    form = CollectionForm(request.POST or None, source=collection.source, metric=collection.metric, initial=initial)
    return _handle(request, person, collection.source, form, "", collection.metric)


@login_required
@require_POST
def switch_collection(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """``pause`` or ``resume``."""
    person, metric = source_editor_of(request), get_object_or_404(Metric, slug=slug)
    SWITCHES[verb](metric, actor=person, via=Via.WEB)
    return redirect(metric)


def _handle(
    request: HttpRequest, person: Person, source: Source, form: CollectionForm, table: str, metric: Metric | None
) -> HttpResponse:
    shown: Shown | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" in request.POST:
                shown = _preview(form, source, metric, person)
            else:
                saved = _save(form, source, metric, person)
                messages.success(request, _("Saved. It is collected from now on."))
                return redirect(saved)
        except InputRefused as refused:
            form.refuse(refused)
    seen = look_at(source, actor=person, table=table) if table and request.method == "GET" else None
    columns = next((one.columns for one in seen.tables if one.name == table), ()) if seen else ()
    context = {
        "form": form,
        "source": source,
        "metric": metric,
        "shown": shown,
        "seen": seen,
        "columns": columns,
    }
    return render(request, "detection/collection.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _save(form: CollectionForm, source: Source, metric: Metric | None, person: Person) -> Metric:
    if metric is None:
        metric = add_metric(actor=person, via=Via.WEB, **form.metric_values)
    else:
        edit_metric(metric, actor=person, via=Via.WEB, **form.metric_values)
    collect_metric(metric, source=source, actor=person, via=Via.WEB, **form.collection_values)
    return metric


def _preview(form: CollectionForm, source: Source, metric: Metric | None, person: Person) -> Shown:
    """As it would be saved, without saving it."""
    shown = Shown()
    try:
        with transaction.atomic():
            saved = _save(form, source, metric, person)
            try:
                shown.at, shown.believed = preview(saved.collection, actor=person)
            except SourceError as error:
                shown.error = str(error)
            raise _PreviewOnly
    except _PreviewOnly:
        return shown
